"""What becomes of a subject's alerts when its sightings say something new: opened, revised, withdrawn, or nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.correlate.domain.track.alerts import StandingAlert
from services.correlate.store.alerts import ALIVE, Revision, StoredAlert
from shared.contracts.alerts import AlertType
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import AlertState


def changes(
    partition_subject: str,
    standing: Sequence[StandingAlert],
    stored: Sequence[StoredAlert],
    sightings: Sequence[Sighting],
    *,
    horizon: timedelta,
    now: datetime,
) -> list[Revision]:
    """The revisions that make the stored alerts those that stand.

    An alert whose evidence lies wholly before what was read is left as it is: its expiry ends it. One that a person closed
    stays closed until its content changes.
    """
    held = {one.alert.id: one for one in stored}
    written: list[Revision] = []
    for alert in standing:
        before = held.pop(alert.id, None)
        if before is None:
            written.append(_opened(partition_subject, alert, now))
        elif before.digest != alert.digest or before.alert.state is AlertState.WITHDRAWN:
            written.append(_revised(alert, before, now))
    latest = max((one.occurred_at for one in sightings if not one.withdrawn), default=None)
    in_sight = [one for one in held.values() if latest is None or one.last_seen >= latest - horizon]
    written += [_withdrawn(one, now) for one in in_sight if one.alert.state in ALIVE]
    return written


def expired(stored: Iterable[StoredAlert], now: datetime) -> list[Revision]:
    """These, closed because their time is over."""
    return [Revision(AlertType.CLOSED, _moved(one, AlertState.EXPIRED, now)) for one in stored]


def _opened(partition_subject: str, alert: StandingAlert, now: datetime) -> Revision:
    opened = alert.to_alert(revision=1, opened_at=now, revised_at=now)
    return Revision(AlertType.OPENED, StoredAlert(opened, partition_subject, alert.digest, _last_seen(alert)))


def _revised(alert: StandingAlert, before: StoredAlert, now: datetime) -> Revision:
    old = before.alert
    state = old.state if old.state in ALIVE else AlertState.OPEN
    revised = alert.to_alert(revision=old.revision + 1, opened_at=old.opened_at, revised_at=now, state=state)
    return Revision(AlertType.REVISED, StoredAlert(revised, before.partition_subject, alert.digest, _last_seen(alert)))


def _withdrawn(before: StoredAlert, now: datetime) -> Revision:
    return Revision(AlertType.WITHDRAWN, _moved(before, AlertState.WITHDRAWN, now))


def _moved(before: StoredAlert, state: AlertState, now: datetime) -> StoredAlert:
    moved = before.alert.model_copy(update={"revision": before.alert.revision + 1, "state": state, "revised_at": now})
    return StoredAlert(moved, before.partition_subject, before.digest, before.last_seen)


def _last_seen(alert: StandingAlert) -> datetime:
    return max(one.occurred_at for one in alert.evidence)
