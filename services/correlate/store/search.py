"""The list as it is read: what a reader may see of it, filtered and searched, in the order of its changes.

Each filter has an index in that order (migration 0007), so that the first page of any one of them costs what it shows.
"""

from collections.abc import Collection
from datetime import UTC, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.bodies import AnyEntry, plain, query_words
from services.correlate.entries.versions import Author
from services.correlate.entries.wanted import Wanted
from services.correlate.store.bulk import among
from services.correlate.tables import entry as entries
from services.correlate.tables import list_change as changes
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ENTRY

SHOWN: Final = [state.value for state in EntryState if state.alerts or state.ended]
"""The states in which others than the issuer see an entry."""
_LONGEST_WORD: Final = 64
_MANY: Final = 2_500
"""Entries that are read and put in order rather than met in the order of the list: of a million, a page of fifty of more is found within 20,000."""
_NO_INDEX: Final = 0
"""Added to what is ordered by, so that no index has that order."""


def searched(text: str) -> str | None:
    """What finds every name and number that a text begins the words of, in any order; None where there is no word in it.

    What is separated by spaces must all be found. Each of these by its parts or, since a number may be written with or without
    what separates its parts, as one word; so may all of it together. Words are letters and digits only: none of them is an operator.
    """
    tokens = [_token(words) for token in text.split() if (words := query_words(token))]
    if not tokens:
        return None
    whole = _joined(text)
    every = " & ".join(tokens)
    return f"{every} | {_begins(whole)}" if whole and len(tokens) > 1 and any(map(str.isdigit, whole)) else every


def _token(words: list[str]) -> str:
    parts = " & ".join(map(_begins, words))
    joined = "".join(words)[:_LONGEST_WORD]
    return f"({parts} | {_begins(joined)})" if len(words) > 1 else parts


def _joined(text: str) -> str:
    return "".join(char for char in plain(text) if char.isalnum())[:_LONGEST_WORD]


def _begins(word: str) -> str:
    return f"'{word}':*"


def visible(who: Author) -> ColumnElement[bool]:
    """What a reader may see: its agency's own, and of others what alerts or has alerted and is released to its nation."""
    if who.admin:
        return true()
    released = and_(entries.c.releasable_to.contains([who.nation]), entries.c.state.in_(SHOWN))
    return or_(entries.c.originator == who.agency, released)


async def page(
    connection: AsyncConnection, kind: str, wanted: Wanted, who: Author, below: int | None, limit: int
) -> list[AnyEntry]:
    """The next entries of a kind, what changed last first."""
    in_order = wanted.words is None or await _of_many(connection, wanted.words)
    order = entries.c.list_version if in_order else entries.c.list_version + _NO_INDEX
    query = select(entries.c.content).where(matching(kind, wanted, who))
    if below is not None:
        query = query.where(order < below)
    return [ENTRY.validate_json(row.content) for row in await connection.execute(query.order_by(order.desc()).limit(limit))]


async def _of_many(connection: AsyncConnection, words: str) -> bool:
    """Whether what is searched for stands in so many entries that some will be met soon in the order of the list.

    PostgreSQL takes the beginning of any word for one of half a percent of all entries, and would go through the whole list for a rare one.
    """
    some = select(literal(1)).select_from(entries).where(_holds(words)).limit(_MANY).subquery()
    counted: int = (await connection.execute(select(func.count()).select_from(some))).scalar_one()
    return counted == _MANY


def matching(kind: str, wanted: Wanted, who: Author) -> ColumnElement[bool]:
    """Whether an entry is wanted and may be seen."""
    found = [entries.c.type == kind, visible(who), *_filters(wanted)]
    if wanted.mine:
        found.append(entries.c.originator == who.agency)
    if wanted.written_by_me:
        found.append(entries.c.written_by == who.by)
    if wanted.awaiting_me:
        found.append(_awaiting(who))
    return and_(*found)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states is not None:
        found.append(_in_states(wanted.states))
    found += [_any_of(name, values) for name, values in wanted.equal.items() if values]
    if wanted.flagged_by is not None:
        found += [entries.c.flagged_by.is_not(None), entries.c.flagged_by.contains([wanted.flagged_by])]
    if wanted.review_before is not None:
        ends = datetime.combine(wanted.review_before, time(), UTC)
        found += [entries.c.review_at < ends, entries.c.ended_at.is_(None)]
    if wanted.changed_since is not None:
        found.append(entries.c.list_version >= _first_since(wanted.changed_since))
    if wanted.words is not None:
        found.append(_holds(wanted.words))
    return found


def _holds(words: str) -> ColumnElement[bool]:
    return entries.c.search.bool_op("@@")(cast(literal(words), TSQUERY))


def _in_states(states: frozenset[EntryState]) -> ColumnElement[bool]:
    """Where it is all that have ended, or all that have not, the end itself says it."""
    ended = {state for state in EntryState if state.ended}
    if states == ended:
        return entries.c.ended_at.is_not(None)
    if states == set(EntryState) - ended:
        return entries.c.ended_at.is_(None)
    return _any_of("state", sorted(state.value for state in states))


def _any_of(name: str, values: Collection[str]) -> ColumnElement[bool]:
    """One value is compared as one: only so does an index keep its order."""
    column = entries.c[name]
    return column == next(iter(values)) if len(values) == 1 else among(column, values)


def _first_since(moment: datetime) -> Any:
    """The first version of the list made at a moment or later; one that never was if there is none."""
    first = select(changes.c.from_version).where(changes.c.at >= moment).order_by(changes.c.at, changes.c.to_version).limit(1)
    return func.coalesce(first.scalar_subquery(), 2**62)


def _awaiting(who: Author) -> ColumnElement[bool]:
    """What its agency has written and nobody approved, but not by this very key: submitted, or alerting in an emergency."""
    waiting = or_(entries.c.state == EntryState.SUBMITTED.value, entries.c.confirm_by.is_not(None))
    other = or_(entries.c.written_by.is_(None), entries.c.written_by != who.by)
    return and_(entries.c.originator == who.agency, waiting, other, entries.c.ended_at.is_(None))


async def count(connection: AsyncConnection, kind: str, wanted: Wanted, who: Author, most: int) -> int:
    """How many there are; `most` + 1 where there are more than so many, which are not counted."""
    some = select(literal(1)).select_from(entries).where(matching(kind, wanted, who)).limit(most + 1).subquery()
    counted: int = (await connection.execute(select(func.count()).select_from(some))).scalar_one()
    return counted
