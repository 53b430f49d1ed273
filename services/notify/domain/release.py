"""The one place that decides whether a partner may see an alert, and whether it is told to act on it; and who gets a notice."""

from dataclasses import dataclass

from services.notify.domain.subscription import Subscription
from shared.contracts.alerts import Alert
from shared.contracts.base import Nation
from shared.contracts.notices import Notice


@dataclass(frozen=True, slots=True)
class Release:
    """A decision and why it was taken; it is kept with the delivery it allowed."""

    allowed: bool
    reasons: tuple[str, ...]
    flagged: bool = False
    """It is a report there: the nation does not execute the entry on its territory."""


def release(alert: Alert, nation: Nation) -> Release:
    """Whether `nation` may see this revision of `alert`.

    `alert.handling.releasable_to` is the intersection over all evidence and entries of the revision, so a nation outside it is
    kept out by at least one originator. An empty intersection is nobody, never everybody.
    """
    label = f"TLP:{alert.handling.tlp.value}"
    if nation not in alert.handling.releasable_to:
        return Release(allowed=False, reasons=(f"an originator does not release it to {nation}", label))
    allowed = f"every originator releases it to {nation}"
    if nation in alert.flagged_by:
        return Release(
            allowed=True, reasons=(allowed, f"{nation} has flagged the entry: for information only", label), flagged=True
        )
    return Release(allowed=True, reasons=(allowed, label))


def release_notice(notice: Notice, subscription: Subscription) -> Release:
    """Whether a notice goes to a subscription: to those of its own agency that ask for notices, and to nobody else.

    The nation must be the same too: a subscription never gets what another nation's agency of the same name is told.
    """
    if not subscription.filter.notices:
        return Release(allowed=False, reasons=("it does not ask for notices",))
    if (subscription.agency, subscription.partner) != (notice.agency, notice.nation):
        return Release(allowed=False, reasons=("the notice is for another agency",))
    return Release(allowed=True, reasons=(f"it is told to {notice.agency} of {notice.nation}",))
