"""What must be read of a subject when sightings came in, and what then becomes of its alerts: the same in any order of arrival.

Each alert rests on sightings within one horizon before what it was last seen by, wherever in time that lies. So a sighting, early or late, can
change only alerts near it, and reading the horizon to both sides of it (of an alert that it can change, too) shows all that those rest on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from services.correlate.domain.track.standing import StandingAlert
from shared.contracts.sightings import Sighting

_EVER: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

Span = tuple[datetime, datetime]
"""From a moment to another, both in it."""


@dataclass(frozen=True, slots=True)
class Held:
    """An alert of the subject as it was written last; `withdrawn` where it stands no more."""

    id: UUID
    last_seen: datetime
    digest: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The spans of event time to read, and the alerts that what came in can change."""

    spans: tuple[Span, ...]
    affected: frozenset[UUID]

    @property
    def everything(self) -> bool:
        """Whether all that is stored of the subject is read."""
        return self.spans == (_EVER,)

    def covers(self, sighting: Sighting) -> bool:
        """Whether a sighting is to be read."""
        return any(start <= sighting.occurred_at <= end for start, end in self.spans)

    def of_everything(self) -> "Reading":
        """The same for all that is stored of the subject."""
        return Reading((_EVER,), self.affected)


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of the alerts: those to open or revise, and those that stand no more."""

    stands: tuple[StandingAlert, ...]
    gone: tuple[UUID, ...]
    search_further: bool
    """An alert has lost what it was last seen by. What it rests on now may lie anywhere before: read everything and settle again."""


def reading(touched: Iterable[datetime], held: Iterable[Held], horizon: timedelta) -> Reading:
    """What to read when sightings at these moments came in, were revised (their moments before count too) or withdrawn.

    An alert may be last seen a horizon before what else belongs to its trip: twice the horizon away nothing can reach it.
    """
    moments = sorted(set(touched))
    near = [one for one in held if not one.withdrawn and any(abs(one.last_seen - moment) <= 2 * horizon for moment in moments)]
    centres = sorted({*moments, *(one.last_seen for one in near)})
    return Reading(_joined((centre - horizon, centre + horizon) for centre in centres), frozenset(one.id for one in near))


def settle(standing: Sequence[StandingAlert], held: Iterable[Held], plan: Reading) -> Settled:
    """Compare what stands by what was read with what was written.

    Of an alert that nothing reached, what was read may show an older trip: the later one stays. A withdrawn one counts as none.
    """
    before = {one.id: one for one in held}
    found = {alert.id: alert for alert in standing}
    lost = [
        one
        for one in before.values()
        if one.id in plan.affected and (one.id not in found or found[one.id].last_seen < one.last_seen)
    ]
    stands = tuple(alert for alert in standing if _counts(alert, before.get(alert.id), plan))
    gone = tuple(one.id for one in lost if one.id not in found)
    return Settled(stands, gone, search_further=bool(lost) and not plan.everything)


def _counts(alert: StandingAlert, before: Held | None, plan: Reading) -> bool:
    if before is None or before.withdrawn:
        return True
    if before.id not in plan.affected and alert.last_seen < before.last_seen:
        return False
    return alert.digest != before.digest


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order of their beginnings, those that touch made one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
