"""What alerts of every cause have in common: how evidence is shown, bounded and marked, and how long an alert serves."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from services.correlate.domain.track.policy import TrackPolicy
from shared.contracts.alerts import AlertEvidence, NextCheckpoint
from shared.contracts.base import Severity, Text
from shared.contracts.explanation import Evidence
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import RequestedAction

Piece = TypeVar("Piece")


def strongest(actions: Iterable[RequestedAction]) -> RequestedAction:
    """The strongest of several requested actions."""
    order = list(RequestedAction)
    return min(actions, key=order.index, default=RequestedAction.INFORM_ONLY)


def gravest(severities: Iterable[Severity]) -> Severity:
    """The gravest of several severities."""
    return max(severities, key=lambda one: one.rank, default=Severity.LOW)


def shown(sighting: Sighting, explanation: tuple[Evidence, ...] = (), sentence: Text | None = None) -> AlertEvidence:
    """A sighting as evidence."""
    return AlertEvidence(
        event_id=sighting.event_id,
        occurred_at=sighting.occurred_at,
        place=sighting.place,
        explanation=explanation,
        sentence=sentence,
    )


def latest(evidence: Sequence[Piece], policy: TrackPolicy) -> Sequence[Piece]:
    """The latest of the evidence, the oldest first; the count of all is told beside it."""
    return evidence[-policy.evidence_kept :]


def only_past(sightings: Iterable[Sighting], policy: TrackPolicy) -> bool:
    """True where nothing but a look back gave the alert, or all of it came in when it was over."""
    return all(one.retroactive or one.received_at - one.occurred_at > policy.horizon for one in sightings)


def of_one_time(
    pieces: Sequence[Piece], seen: Callable[[Piece], Sighting], policy: TrackPolicy, *, within: timedelta
) -> Sequence[Piece]:
    """Those within a time before the latest of them, in order of occurrence; older ones are of another time and another alert.

    Drills count only where nothing in earnest lies within the horizon before the latest of them: a drill neither mutes nor feeds a real alert.
    """
    real = [piece for piece in pieces if not seen(piece).exercise]
    drills = [piece for piece in pieces if seen(piece).exercise]
    chosen = real
    if drills and (not real or seen(drills[-1]).occurred_at - seen(real[-1]).occurred_at > policy.horizon):
        chosen = drills
    if not chosen:
        return ()
    since = seen(chosen[-1]).occurred_at - within
    return [piece for piece in chosen if seen(piece).occurred_at >= since]


def is_exercise(sightings: Iterable[Sighting]) -> bool:
    """True where all of it is an exercise."""
    return all(sighting.exercise for sighting in sightings)


def expiry(last: datetime, ahead: Sequence[NextCheckpoint], *, past: bool, policy: TrackPolicy) -> datetime:
    """When the alert has served: a grace after the last predicted arrival, else a life after the last evidence."""
    life: timedelta = policy.past_life if past else policy.life
    if ahead and not past:
        return max(one.window.to for one in ahead) + policy.next_grace
    return last + life
