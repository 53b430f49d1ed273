"""What is asked of an entry, by whom, and whether it is so already: a repeat is answered as the first was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.correlate.domain.life.clock import AnyEntry
from shared.contracts.vocabulary import EntryChange, EntryState


class Action(StrEnum):
    """What can be asked for, in the words of the API."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    FLAG = "flag"
    UNFLAG = "unflag"
    CLEAR = "clear"
    UNCLEAR = "unclear"
    EXECUTE = "execute"
    KEEP = "keep"
    REVOKE = "revoke"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Wish:
    """An action with what it needs. `valid_to` counts for an extension that says it (`sets_valid_to`), None then for no end."""

    action: Action
    reason: str | None = None
    until: datetime | None = None
    review_on: date | None = None
    valid_to: datetime | None = None
    sets_valid_to: bool = False
    person: str | None = None
    """The digest of who is cleared."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who asks: a key of a nation's agency."""

    key: str
    agency: str
    nation: str


def is_so(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    """Whether the same was done already, and nothing else since."""
    return _SO[wish.action](entry, wish, doer)


_So = Callable[[AnyEntry, Wish, Doer], bool]


def _did(entry: AnyEntry, change: EntryChange, wish: Wish, doer: Doer) -> bool:
    """Whether the last change was this one, by the same key, with the same reason."""
    return entry.change is change and entry.changed_by == doer.key and entry.why == wish.reason


def _submitted(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    return entry.state is EntryState.SUBMITTED or _did(entry, EntryChange.SUBMITTED, wish, doer)


def _approved(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    del wish
    return entry.change is EntryChange.APPROVED and entry.approved_by == doer.key


def _rejected(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    return _did(entry, EntryChange.REJECTED, wish, doer)


def _suspended(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    return _did(entry, EntryChange.SUSPENDED, wish, doer) and entry.resume_at == wish.until


def _resumed(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    return _did(entry, EntryChange.RESUMED, wish, doer)


def _extended(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    day = wish.review_on in {None, entry.body.review_on}
    validity = not wish.sets_valid_to or wish.valid_to == entry.body.valid_to
    return _did(entry, EntryChange.EXTENDED, wish, doer) and day and validity


def _flagged(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    said = (doer.nation, doer.agency, wish.until, wish.reason)
    return entry.alerts and any((flag.nation, flag.agency, flag.until, flag.reason) == said for flag in entry.flags)


def _unflagged(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    del wish
    return entry.alerts and doer.nation not in entry.flagged_by


def _cleared(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    return any(
        one.person == wish.person and one.by == doer.key and one.reason == wish.reason and wish.until in {None, one.until}
        for one in entry.cleared
    )


def _uncleared(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    del doer
    return all(one.person != wish.person for one in entry.cleared)


def _kept(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
    return _did(entry, EntryChange.KEPT, wish, doer) and wish.until in {None, entry.keep_until}


def _is(state: EntryState) -> _So:
    def so(entry: AnyEntry, wish: Wish, doer: Doer) -> bool:
        del wish, doer
        return entry.state is state

    return so


_SO: Final[Mapping[Action, _So]] = {
    Action.SUBMIT: _submitted,
    Action.APPROVE: _approved,
    Action.REJECT: _rejected,
    Action.SUSPEND: _suspended,
    Action.RESUME: _resumed,
    Action.EXTEND: _extended,
    Action.FLAG: _flagged,
    Action.UNFLAG: _unflagged,
    Action.CLEAR: _cleared,
    Action.UNCLEAR: _uncleared,
    Action.EXECUTE: _is(EntryState.EXECUTED),
    Action.KEEP: _kept,
    Action.REVOKE: _is(EntryState.REVOKED),
    Action.DELETE: _is(EntryState.DELETED),
}
