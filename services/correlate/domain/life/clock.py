"""What time alone does to an entry: one change at a time, each from what the entry says and the moment it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.correlate.domain.life.policy import LifePolicy
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteBody, RouteEntry

AnyEntry = ActorEntry | RouteEntry


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of an entry at a moment: its new state, what that is called, why, and what else changes in its head."""

    at: datetime
    change: EntryChange
    state: EntryState
    why: str
    head: Mapping[str, Any] = field(default_factory=dict)


def review_at(body: ActorBody | RouteBody) -> datetime | None:
    """The moment from which an entry no longer alerts unless it was extended: the day begins at midnight UTC."""
    return _midnight(body.review_on) if body.review_on else None


def review_on(body: ActorBody | RouteBody, renewed_at: datetime, policy: LifePolicy) -> date | None:
    """The day on which an entry is reviewed that was renewed at a moment and does not say it; None for one that its list keeps."""
    return None if policy.is_public(body) else (renewed_at + policy.period(body)).date()


def warned_at(entry: AnyEntry, policy: LifePolicy) -> datetime | None:
    """When the issuer is told of the review."""
    review = review_at(entry.body)
    if review is None:
        return None
    renewed = entry.renewed_at or entry.changed_at
    return review - min(policy.lead, max(timedelta(0), review - renewed) / 3)


def due_at(entry: AnyEntry, policy: LifePolicy) -> datetime | None:
    """When time changes the entry next if nobody does; None for never."""
    return min((move.at for move in _ahead(entry, policy)), default=None)


def moved(entry: AnyEntry, now: datetime, policy: LifePolicy) -> Move | None:
    """What time has made of the entry: the first of the moves that are due, by when it fell due; None where it is as it was."""
    due = [move for move in _ahead(entry, policy) if move.at <= now]
    return min(due, key=lambda move: (not move.state.ended, move.at)) if due else None


def _ahead(entry: AnyEntry, policy: LifePolicy) -> Iterator[Move]:
    if entry.state is EntryState.DELETED:
        return
    if entry.ended_at is not None:
        yield _deletion(entry, entry.ended_at, policy)
        return
    yield from _ends(entry)
    if entry.alerts:
        yield from _of_alerting(entry, policy)
    if entry.state is EntryState.SUSPENDED and entry.resume_at is not None:
        yield Move(entry.resume_at, EntryChange.RESUMED, EntryState.ACTIVE, "The suspension is over.", {"resume_at": None})
    yield from _flags(entry)


def _ends(entry: AnyEntry) -> Iterator[Move]:
    if entry.body.valid_to is not None:
        yield Move(entry.body.valid_to, EntryChange.EXPIRED, EntryState.EXPIRED, "The validity is over.")
    review = review_at(entry.body)
    if review is not None and entry.state is not EntryState.DRAFT:
        yield Move(review, EntryChange.EXPIRED, EntryState.EXPIRED, "The review date passed and nobody extended it.")


def _of_alerting(entry: AnyEntry, policy: LifePolicy) -> Iterator[Move]:
    warned = warned_at(entry, policy)
    if warned is not None and entry.state is EntryState.ACTIVE:
        yield Move(warned, EntryChange.REVIEW_DUE, EntryState.REVIEW_DUE, "Its review date is near.")
    if entry.confirm_by is not None:
        why = "No second person approved it in time."
        yield Move(entry.confirm_by, EntryChange.SUSPENDED, EntryState.SUSPENDED, why)


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
