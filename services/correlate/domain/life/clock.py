"""What time alone does to an entry: one change at a time, each from what the entry says and the moment it is.

However often one looks, at every moment or once in years, the entry comes to the same: each move counts from when it fell due.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from services.correlate.domain.life.policy import LifePolicy
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteBody, RouteEntry

AnyEntry = ActorEntry | RouteEntry

CLOCK: Final = "atalaya"
"""Who changes an entry in the history where nobody decided it."""

_OVER: Final[Mapping[str, Any]] = {"confirm_by": None, "resume_at": None}
"""What an entry that ends waits for no more."""


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of an entry at a moment: its new state, what that is called, why, and what else changes in its head."""

    at: datetime
    change: EntryChange
    state: EntryState
    why: str | None
    head: Mapping[str, Any] = field(default_factory=dict)
    body: ActorBody | RouteBody | None = None
    """Where it changes what the issuer wrote."""


def review_at(body: ActorBody | RouteBody) -> datetime | None:
    """The moment from which an entry no longer alerts unless it was extended: the day begins at midnight UTC."""
    return _midnight(body.review_on) if body.review_on else None


def review_on(body: ActorBody | RouteBody, renewed_at: datetime, policy: LifePolicy) -> date | None:
    """The day on which an entry is reviewed that was renewed at a moment and does not say it; None for one that its list keeps."""
    return None if policy.is_public(body) else (renewed_at + policy.period(body)).date()


def warned_at(entry: AnyEntry, policy: LifePolicy) -> datetime | None:
    """When the issuer is told of the review."""
    review = review_at(entry.body)
    if review is None or entry.renewed_at is None:
        return review and review - policy.lead
    return review - min(policy.lead, max(timedelta(0), review - entry.renewed_at) / 3)


def awaits_confirmation(entry: AnyEntry) -> bool:
    """Whether time suspended it for want of a second person, not its issuer."""
    by_time = entry.change is EntryChange.SUSPENDED and entry.changed_by == CLOCK
    return entry.state is EntryState.SUSPENDED and entry.confirm_by is not None and by_time


def due_at(entry: AnyEntry, policy: LifePolicy) -> datetime | None:
    """When time changes the entry next if nobody does; None for never."""
    return min((move.at for move in _ahead(entry, policy)), default=None)


def moved(entry: AnyEntry, now: datetime, policy: LifePolicy) -> Move | None:
    """The first that time does to the entry up to a moment; an end before what else is due with it. None where it is as it was."""
    due = [move for move in _ahead(entry, policy) if move.at <= now]
    return min(due, key=lambda move: (move.at, not move.state.ended)) if due else None


def caught_up(entry: AnyEntry, now: datetime, policy: LifePolicy) -> tuple[AnyEntry, list[Move]]:
    """The entry as time has made it by a moment, under the number of the version that it was, and every move on the way."""
    moves: list[Move] = []
    while (move := moved(entry, now, policy)) is not None:
        entry = after(entry, move, CLOCK)
        moves.append(move)
    return entry, moves


def after(entry: AnyEntry, move: Move, by: str) -> AnyEntry:
    """The entry with a move done, under the number of the version that it was."""
    said = {"state": move.state, "change": move.change, "why": move.why, "changed_at": move.at, "changed_by": by}
    ended_at = (entry.ended_at or move.at) if move.state.ended else None
    return entry.model_copy(update={**move.head, **said, "ended_at": ended_at, "body": move.body or entry.body})


def _ahead(entry: AnyEntry, policy: LifePolicy) -> Iterator[Move]:
    if entry.state is EntryState.DELETED:
        return
    if entry.ended_at is not None:
        yield _deletion(entry, entry.ended_at, policy)
        return
    yield from _ends(entry)
    if entry.alerts:
        yield from _of_alerting(entry, policy)
        yield from _flags(entry)
    if entry.state is EntryState.SUSPENDED and entry.resume_at is not None:
        yield Move(entry.resume_at, EntryChange.RESUMED, EntryState.ACTIVE, "The suspension is over.", {"resume_at": None})


def _ends(entry: AnyEntry) -> Iterator[Move]:
    if entry.body.valid_to is not None:
        yield Move(entry.body.valid_to, EntryChange.EXPIRED, EntryState.EXPIRED, "The validity is over.", _OVER)
    review = review_at(entry.body)
    if review is not None and entry.state is not EntryState.DRAFT:
        why = "The review date passed and nobody extended it."
        yield Move(review, EntryChange.EXPIRED, EntryState.EXPIRED, why, _OVER)


def _of_alerting(entry: AnyEntry, policy: LifePolicy) -> Iterator[Move]:
    warned = warned_at(entry, policy)
    if warned is not None and entry.state is EntryState.ACTIVE:
        yield Move(warned, EntryChange.REVIEW_DUE, EntryState.REVIEW_DUE, "Its review date is near.")
    if entry.confirm_by is not None:
        why = "No second person approved it in time."
        yield Move(entry.confirm_by, EntryChange.SUSPENDED, EntryState.SUSPENDED, why, {"resume_at": None})


def _deletion(entry: AnyEntry, ended_at: datetime, policy: LifePolicy) -> Move:
    if entry.state is EntryState.EXECUTED:
        at = entry.keep_until or ended_at + policy.justify_within
        return Move(at, EntryChange.DELETED, EntryState.DELETED, "It has served its purpose, and nobody said why to keep it.")
    return Move(ended_at + policy.erase_after, EntryChange.DELETED, EntryState.DELETED, "Its retention is over.")


def _flags(entry: AnyEntry) -> Iterator[Move]:
    ends = [flag.until for flag in entry.flags if flag.until is not None]
    if ends:
        at = min(ends)
        left = tuple(flag for flag in entry.flags if flag.until is None or flag.until > at)
        yield Move(at, EntryChange.UNFLAGGED, entry.state, "A flag is over.", {"flags": left})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
