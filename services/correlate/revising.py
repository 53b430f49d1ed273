"""What becomes of a subject's alerts when its sightings say something new: opened, revised, withdrawn, or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from services.correlate.domain.track.alerts import StandingAlert
from services.correlate.domain.track.reading import Held, Reading, reading, settle
from services.correlate.store.alerts import ALIVE, Revision, StoredAlert
from shared.contracts.alerts import AlertType
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import AlertState


@dataclass(frozen=True, slots=True)
class Case:
    """A partition subject whose sightings came in: what to judge it by, and what was written of it before."""

    subject: str
    latest: Sighting
    """The sighting that came in last: it led to what is written now."""
    stored: Sequence[StoredAlert]
    plan: Reading
    history: Sequence[Sighting]
    """What the plan covers of all that will be stored."""

    def of_everything(self, past: Sequence[Sighting]) -> Self:
        """The same, with the whole past of the subject."""
        return replace(self, plan=self.plan.of_everything(), history=past)


def case(
    subject: str, came: Sequence[Sighting], stored: Sequence[StoredAlert], touched: Iterable[datetime], past: Iterable[Sighting],
    horizon: timedelta,
) -> Case:  # fmt: skip
    """The case of a subject: `came` in, at `touched` (moments before a revision count too), with its past, the batch's own in it."""
    plan = reading(touched, _held(stored), horizon)
    return Case(subject, came[-1], stored, plan, [one for one in past if plan.covers(one)])


def changes(case: Case, standing: Sequence[StandingAlert], now: datetime) -> tuple[list[Revision], bool]:
    """The revisions that make the stored alerts those that stand, and whether more of the past must be read to say.

    One that a person closed stays closed until its content changes.
    """
    before = {one.alert.id: one for one in case.stored}
    settled = settle(standing, _held(case.stored), case.plan)
    if settled.search_further:
        return [], True
    written = [
        _revised(alert, before[alert.id], now) if alert.id in before else _opened(case.subject, alert, now)
        for alert in settled.stands
    ]
    written += [_withdrawn(before[gone], now) for gone in settled.gone if before[gone].alert.state in ALIVE]
    latest = case.latest
    return [replace(one, accepted_at=latest.received_at, traceparent=latest.traceparent) for one in written], False


def _held(stored: Iterable[StoredAlert]) -> list[Held]:
    return [Held(one.alert.id, one.last_seen, one.digest, one.alert.state is AlertState.WITHDRAWN) for one in stored]


def expired(stored: Iterable[StoredAlert], now: datetime) -> list[Revision]:
    """These, closed because their time is over."""
    return [Revision(AlertType.CLOSED, _moved(one, AlertState.EXPIRED, now)) for one in stored]


def _opened(partition_subject: str, alert: StandingAlert, now: datetime) -> Revision:
    opened = alert.to_alert(revision=1, opened_at=now, revised_at=now)
    return Revision(AlertType.OPENED, StoredAlert(opened, partition_subject, alert.digest, alert.last_seen))


def _revised(alert: StandingAlert, before: StoredAlert, now: datetime) -> Revision:
    """One whose time is over stays closed, told to those who have it: a change of its entry alone, a flag or a longer validity, does not open it."""
    old = before.alert
    over = old.state is AlertState.EXPIRED and alert.expires_at <= now
    state = old.state if over or old.state in ALIVE else AlertState.OPEN
    revised = alert.to_alert(revision=old.revision + 1, opened_at=old.opened_at, revised_at=now, state=state)
    stored = StoredAlert(revised, before.partition_subject, alert.digest, alert.last_seen)
    return Revision(AlertType.CLOSED if over else AlertType.REVISED, stored)


def _withdrawn(before: StoredAlert, now: datetime) -> Revision:
    return Revision(AlertType.WITHDRAWN, _moved(before, AlertState.WITHDRAWN, now))


def _moved(before: StoredAlert, state: AlertState, now: datetime) -> StoredAlert:
    moved = before.alert.model_copy(update={"revision": before.alert.revision + 1, "state": state, "revised_at": now})
    return StoredAlert(moved, before.partition_subject, before.digest, before.last_seen)
