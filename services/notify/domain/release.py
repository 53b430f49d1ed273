"""The one place that decides whether a partner may see an alert."""

from dataclasses import dataclass

from shared.contracts.alerts import Alert
from shared.contracts.base import Nation


@dataclass(frozen=True, slots=True)
class Release:
    """A decision and why it was taken; it is kept with the delivery it allowed."""

    allowed: bool
    reasons: tuple[str, ...]


def release(alert: Alert, nation: Nation) -> Release:
    """Whether `nation` may see this revision of `alert`.

    `alert.handling.releasable_to` is the intersection over all evidence and entries of the revision, so a nation outside it is
    kept out by at least one originator. An empty intersection is nobody, never everybody.
    """
    if nation in alert.handling.releasable_to:
        return Release(allowed=True, reasons=(f"every originator releases it to {nation}", f"TLP:{alert.handling.tlp.value}"))
    return Release(allowed=False, reasons=(f"an originator does not release it to {nation}", f"TLP:{alert.handling.tlp.value}"))
