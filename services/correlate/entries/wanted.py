"""What a reader wants of the list."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.contracts.vocabulary import EntryState


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to find; each that is given must hold, of several values any one."""

    states: frozenset[EntryState] | None = None
    """None for every state."""
    equal: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Columns, each with the values that it may have."""
    flagged_by: str | None = None
    review_before: date | None = None
    changed_since: datetime | None = None
    mine: bool = False
    written_by_me: bool = False
    awaiting_me: bool = False
    words: str | None = None
    """In the syntax of PostgreSQL's text search, see `store.search.searched`."""
