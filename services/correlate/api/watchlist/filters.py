"""What may be asked of the list, as parameters of an address."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
)

from services.correlate.entries.bodies import query_words
from services.correlate.entries.wanted import Wanted
from services.correlate.store.search import searched
from services.correlate.watchlist.past import NOW, Moment
from shared.contracts.base import Nation, Severity, Utc
from shared.contracts.vocabulary import ActorKind, Category, EntryState, RequestedAction
from shared.platform.faults import Fault
from shared.platform.http.problems import InvalidInputError

_LEAST_SEARCHED: Final = 2
_MOST_VALUES: Final = 50
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d.")
_MOMENT: Final = TypeAdapter[datetime](AwareDatetime)
_ALL: Final = frozenset(EntryState)
_WORDS: Final = {
    "active": frozenset(state for state in EntryState if not state.ended),
    "alerting": frozenset(state for state in EntryState if state.alerts),
    "ended": frozenset(state for state in EntryState if state.ended),
    "all": _ALL,
}
"""What names several states. `active` has always meant all that has not ended."""
StateWord: TypeAlias = Literal[
    "active", "alerting", "ended", "all", "draft", "submitted", "review_due", "suspended", "expired", "executed", "revoked", "deleted"
]  # fmt: skip
Words = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=256)]], Field(max_length=_MOST_VALUES)]


def _searchable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a name or number has no control characters")
    if sum(map(len, query_words(text))) < _LEAST_SEARCHED:
        raise ValueError("two letters or digits at least are searched for")
    return text


def _moment(value: Any) -> Any:
    """A moment or a version of the list out of an address."""
    text = str(value).strip()
    if text == "now":
        return NOW
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        if not _DATED.match(text):
            raise ValueError  # noqa: TRY301 - a number with a sign or a fraction would be taken for seconds since 1970
        return _MOMENT.validate_python(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "a moment has a date, a time and an offset (2026-11-24T06:00:00Z; a plus sign is written %2B in an address), "
            "a version of the list is a whole number"
        ) from None


At: TypeAlias = Annotated[Moment, BeforeValidator(_moment)]
"""A moment with its offset, a version of the list, or `now`: the version it has when it is asked."""


class EntryFilter(BaseModel):
    """What to list; each that is given must hold, of several values of one any."""

    model_config = {"extra": "forbid"}

    state: list[StateWord] = Field(
        default=["active"],
        max_length=_MOST_VALUES,
        description="Any of these; `active`: what has not ended, `alerting`: active or with its review due, `ended`, `all`.",
    )
    kind: list[ActorKind] = Field(default=[], max_length=_MOST_VALUES)
    category: list[Category] = Field(default=[], max_length=_MOST_VALUES)
    requested_action: list[RequestedAction] = Field(default=[], max_length=_MOST_VALUES)
    severity: list[Severity] = Field(default=[], max_length=_MOST_VALUES)
    source: Words = []
    source_id: Words = []
    originator: Words = Field(default=[], description="The agency that issued it.")
    nation: list[Nation] = Field(default=[], max_length=_MOST_VALUES, description="The issuer's nation.")
    flagged_by: Nation | None = Field(default=None, description="A nation that does not execute it.")
    review_before: date | None = Field(default=None, description="Its review is due before this day, and it has not ended.")
    changed_since: Utc | None = None
    mine: bool = Field(default=False, description="This key's agency issued it.")
    written_by_me: bool = Field(default=False, description="Its content was written with this very key.")
    awaiting_me: bool = Field(
        default=False, description="Waits for a second person of this key's agency, and was written with another key."
    )
    q: Annotated[str, AfterValidator(_searchable)] | None = Field(
        default=None,
        max_length=100,
        description="Any names and numbers, in any order, each from its beginning; accents, case and what separates digits do not matter.",
    )
    as_of: At | None = Field(
        default=None,
        description="The list as it was: a moment, a version of the list, or `now` to read on in it as it is now. In the order of ids; not with a search.",
    )
    count: bool = Field(default=False, description="Say how many there are, up to a bound.")
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = None

    def wanted(self) -> Wanted:
        """The same for the store. Raises InvalidInputError for a question that cannot be answered of the past."""
        if self.as_of is not None and (beside := [name for name in _NOT_OF_THE_PAST if getattr(self, name)]):
            detail = "The past is not searched by this; leave it, or as_of, out."
            raise InvalidInputError([Fault("", "not_of_the_past", detail, parameter=name) for name in beside])
        states = frozenset[EntryState]().union(*(_WORDS.get(word) or {EntryState(word)} for word in self.state))
        return Wanted(
            states=None if states == _ALL else states,
            equal={name: [str(value) for value in getattr(self, name)] for name in _EQUAL},
            flagged_by=self.flagged_by,
            review_before=self.review_before,
            changed_since=self.changed_since,
            mine=self.mine,
            written_by_me=self.written_by_me,
            awaiting_me=self.awaiting_me,
            words=searched(self.q) if self.q is not None else None,
        )


_EQUAL: Final = ("kind", "category", "requested_action", "severity", "source", "source_id", "originator", "nation")
_NOT_OF_THE_PAST: Final = ("review_before", "changed_since", "written_by_me", "awaiting_me", "q", "count")
