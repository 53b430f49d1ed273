"""The alerts that stand for a partition of sightings: a pure function of the set of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.correlate.domain.track.actor_alerts import actor_alert
from services.correlate.domain.track.companion_alerts import companion_alerts
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.predict import Places
from services.correlate.domain.track.revisions import standing
from services.correlate.domain.track.route_alerts import route_alert, route_seizure_alert
from services.correlate.domain.track.standing import StandingAlert
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteEntry

__all__ = ["StandingAlert", "standing_alerts"]


def standing_alerts(
    partition_subject: str,
    sightings: Iterable[Sighting],
    routes: Sequence[RouteEntry],
    active: Callable[[UUID, datetime], bool],
    policy: TrackPolicy,
    places: Places | None = None,
) -> list[StandingAlert]:
    """Every alert that the sightings of one partition subject give, by id.

    Sightings may come in any order, doubled, with superseded and withdrawn ones among them: the set decides, nothing else. `active` says whether
    an entry was in force at a moment; `routes` are those to follow. An alert id comes from one partition subject alone.
    """
    seen = standing(sightings)
    if not seen:
        return []
    owner, _, own = partition_subject.partition(":")
    found: list[StandingAlert | None]
    if owner == "actor":
        found = [actor_alert(UUID(own), seen, active, policy, places)]
    elif owner == "route":
        found = [route_seizure_alert(UUID(own), routes, seen, active, policy)]
    else:
        found = [route_alert(partition_subject, route, seen, active, policy) for route in routes]
        found += companion_alerts(seen, policy, places)
    return [alert for _, alert in sorted({alert.id: alert for alert in found if alert is not None}.items())]
