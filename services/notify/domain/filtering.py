"""Whether a subscription wants an alert. It never widens what release allows."""

from services.notify.domain.subscription import Filter
from shared.contracts.alerts import Alert
from shared.contracts.base import Nation


def wanted(alert: Alert, filter_: Filter) -> bool:
    """All the parts of the filter hold; an empty part holds always."""
    return (
        (not filter_.causes or alert.cause in filter_.causes)
        and alert.severity.rank >= filter_.severity_at_least.rank
        and (not filter_.nations or not _nations(alert).isdisjoint(filter_.nations))
        and (not filter_.routes or _is_about(alert, filter_))
    )


def _nations(alert: Alert) -> set[Nation]:
    """Where an arrival is expected, and where the evidence is from."""
    seen = {nation for evidence in alert.evidence if evidence.place for nation in evidence.place.nations}
    return seen | {expected.nation for expected in alert.next}


def _is_about(alert: Alert, filter_: Filter) -> bool:
    about = {entry.entry_id for entry in alert.entries}
    if alert.route is not None:
        about.add(alert.route.route_id)
    return not about.isdisjoint(filter_.routes)
