"""What people do to an entry: which action fits which state, and what comes of it. Pure; who may do it is said elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.correlate.domain.life.clock import AnyEntry, Move, awaits_confirmation
from services.correlate.domain.life.extending import Flaw, extended, flaws_of_extension
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.domain.life.strength import needs_second
from services.correlate.domain.life.wishes import Action, Doer, Wish, is_so
from services.correlate.domain.screen.cleared import matched_by
from shared.contracts.vocabulary import ActorKind, EntryChange, EntryState
from shared.contracts.watchlist import ActorEntry, Cleared, Flag

_ALERTING: Final = frozenset(state for state in EntryState if state.alerts)
_LIVING: Final = frozenset(state for state in EntryState if not state.ended)

FROM: Final[Mapping[Action, frozenset[EntryState]]] = {
    Action.SUBMIT: frozenset({EntryState.DRAFT}),
    Action.APPROVE: frozenset({EntryState.SUBMITTED, EntryState.SUSPENDED}) | _ALERTING,
    Action.REJECT: frozenset({EntryState.SUBMITTED}),
    Action.SUSPEND: _ALERTING,
    Action.RESUME: frozenset({EntryState.SUSPENDED}),
    Action.EXTEND: _ALERTING,
    Action.FLAG: _ALERTING,
    Action.UNFLAG: _ALERTING,
    Action.CLEAR: _ALERTING,
    Action.UNCLEAR: _ALERTING,
    Action.EXECUTE: _ALERTING | {EntryState.SUSPENDED},
    Action.KEEP: frozenset({EntryState.EXECUTED}),
    Action.REVOKE: _LIVING,
    Action.DELETE: frozenset({EntryState.EXPIRED, EntryState.EXECUTED, EntryState.REVOKED, EntryState.DRAFT}),
}
"""The states that each action fits. An alerting or suspended entry is approved only where it waits for a second person."""


class UnfitError(Exception):
    """The action does not fit where the entry is in its life."""


class WishFlawedError(Exception):
    """What the action says cannot be; `flaws` names every fault."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(flaw.detail for flaw in flaws))
        self.flaws = tuple(flaws)


def step(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move | None:
    """What the action makes of the entry, as time has made it; None where it is so already. Raises UnfitError or WishFlawedError."""
    if is_so(entry, wish, doer):
        return None
    if entry.state not in FROM[wish.action]:
        raise UnfitError(f"An entry that is {entry.state.value} cannot take this: {wish.action.value}.")
    if wish.until is not None and wish.until <= now:
        raise WishFlawedError([Flaw("until", "over", "It is past already.")])
    return _STEPS[wish.action](entry, wish, doer, now, policy)


_Step = Callable[[AnyEntry, Wish, Doer, datetime, LifePolicy], Move]


def _to(change: EntryChange, state: EntryState, head: Mapping[str, Any] | None = None) -> _Step:
    """A step that leads to one state, whatever else the entry says."""

    def made(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
        del entry, doer, policy
        return Move(now, change, state, wish.reason, head or {})

    return made


def _submit(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    del doer
    if needs_second(entry.body, policy):
        return Move(now, EntryChange.SUBMITTED, EntryState.SUBMITTED, wish.reason)
    return Move(now, EntryChange.SUBMITTED, EntryState.ACTIVE, wish.reason, {"renewed_at": now})


def _approve(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    """What its issuer suspended meanwhile stays suspended until the issuer resumes it."""
    del policy
    head = {"approved_by": doer.key, "confirm_by": None}
    if entry.state is EntryState.SUBMITTED or awaits_confirmation(entry):
        return Move(now, EntryChange.APPROVED, EntryState.ACTIVE, wish.reason, {**head, "renewed_at": now})
    if entry.confirm_by is None:
        raise UnfitError(f"The entry is {entry.state.value} and waits for nobody's approval.")
    return Move(now, EntryChange.APPROVED, entry.state, wish.reason, head)


def _suspend(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    del entry, doer, policy
    return Move(now, EntryChange.SUSPENDED, EntryState.SUSPENDED, wish.reason, {"resume_at": wish.until})


def _resume(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    del doer, policy
    if entry.confirm_by is not None and entry.confirm_by <= now:
        raise UnfitError("The entry is suspended until a second person approves it.")
    return Move(now, EntryChange.RESUMED, EntryState.ACTIVE, wish.reason, {"resume_at": None})


def _extend(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    del doer
    valid_to = wish.valid_to if wish.sets_valid_to else entry.body.valid_to
    body = extended(entry.body, wish.review_on, valid_to, now, policy)
    if flaws := flaws_of_extension(entry.body, body, now, policy):
        raise WishFlawedError(flaws)
    return Move(now, EntryChange.EXTENDED, EntryState.ACTIVE, wish.reason, {"renewed_at": now}, body)


def _flag(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    """One flag a nation: another takes its place."""
    del policy
    new = Flag(nation=doer.nation, agency=doer.agency, since=now, until=wish.until, reason=wish.reason or "")
    flags = (*(flag for flag in entry.flags if flag.nation != doer.nation), new)
    return Move(now, EntryChange.FLAGGED, entry.state, wish.reason, {"flags": flags})


def _unflag(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    del policy
    flags = tuple(flag for flag in entry.flags if flag.nation != doer.nation)
    return Move(now, EntryChange.UNFLAGGED, entry.state, wish.reason, {"flags": flags})


def _clear(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    """One word a person: another takes its place; those that are over go."""
    if not isinstance(entry, ActorEntry) or entry.body.kind is not ActorKind.PERSON:
        raise UnfitError("Only of an entry about a person can somebody be confirmed to be another.")
    latest = now + policy.clear_for
    if wish.until is not None and wish.until > latest:
        raise WishFlawedError(
            [Flaw("until", "too_late", f"It holds until {latest:%Y-%m-%d} at the latest, and can be said again.")]
        )
    new = Cleared(
        person=wish.person or "",
        entry=matched_by(entry.body),
        since=now,
        until=wish.until or latest,
        by=doer.key,
        reason=wish.reason or "",
    )
    kept = tuple(one for one in entry.cleared if one.person != wish.person and one.until > now)
    if len(kept) >= policy.most_cleared:
        raise WishFlawedError(
            [Flaw("person", "too_many", f"{len(kept)} people are cleared of this entry: it tells too little of its person.")]
        )
    return Move(now, EntryChange.CLEARED, entry.state, wish.reason, {"cleared": (*kept, new)})


def _unclear(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    del doer, policy
    kept = tuple(one for one in entry.cleared if one.person != wish.person and one.until > now)
    return Move(now, EntryChange.UNCLEARED, entry.state, wish.reason, {"cleared": kept})


def _keep(entry: AnyEntry, wish: Wish, doer: Doer, now: datetime, policy: LifePolicy) -> Move:
    """At most as long as any other entry that has ended, from now on."""
    del doer
    latest = now + policy.erase_after
    if wish.until is not None and wish.until > latest:
        raise WishFlawedError([Flaw("until", "too_late", f"It is kept until {latest:%Y-%m-%d} at the latest.")])
    return Move(now, EntryChange.KEPT, entry.state, wish.reason, {"keep_until": wish.until or latest})


_OVER: Final = {"confirm_by": None, "resume_at": None}
_STEPS: Final[Mapping[Action, _Step]] = {
    Action.SUBMIT: _submit,
    Action.APPROVE: _approve,
    Action.REJECT: _to(EntryChange.REJECTED, EntryState.DRAFT),
    Action.SUSPEND: _suspend,
    Action.RESUME: _resume,
    Action.EXTEND: _extend,
    Action.FLAG: _flag,
    Action.UNFLAG: _unflag,
    Action.CLEAR: _clear,
    Action.UNCLEAR: _unclear,
    Action.EXECUTE: _to(EntryChange.EXECUTED, EntryState.EXECUTED, _OVER),
    Action.KEEP: _keep,
    Action.REVOKE: _to(EntryChange.REVOKED, EntryState.REVOKED, _OVER),
    Action.DELETE: _to(EntryChange.DELETED, EntryState.DELETED, _OVER),
}
