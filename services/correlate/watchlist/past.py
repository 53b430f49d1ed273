"""The list as it was at a moment, and what changed between two: what explanations rest on and what partners keep up by.

Who may see a past version is who could see it then and may see the entry still: what was narrowed since is narrow for the past, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.differences import FieldChange, entry_changes
from services.correlate.entries.matching import matches
from services.correlate.entries.versions import Author
from services.correlate.entries.wanted import Wanted
from services.correlate.store import moments
from services.correlate.store.entries import find_entries, history_of
from services.correlate.store.moments import Changed, Key, Transaction
from services.correlate.watchlist.errors import EntryUnknownError
from services.correlate.watchlist.links import as_read, as_read_one

Moment: TypeAlias = datetime | int
"""A moment of the calendar, or a version of the list."""
NOW: Final = -1
"""The version that the list has when it is asked."""
_BATCH: Final = 500


class NotYetError(Exception):
    """The moment lies ahead, or the list has no such version yet; `newest` is the version it has."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"the list is at version {newest}")
        self.newest = newest


class What(StrEnum):
    """What became of an entry between two moments, for one reader."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Differing:
    """An entry that is not as it was; `entry` is as it is at the later moment, None where the reader may not see that."""

    what: What
    known: AnyEntry
    entry: AnyEntry | None
    changes: list[FieldChange]


@dataclass(frozen=True, slots=True)
class Some:
    """A part of what was asked for, and where to go on; `after` None at the end. A part may be short: it read as much as it may."""

    items: Sequence[AnyEntry]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an entry, with what it changed of the version before it that the same reader may see."""

    entry: AnyEntry
    changes: list[FieldChange]


async def list_version_of(connection: AsyncConnection, moment: Moment, now: datetime) -> int:
    """The version of the list at a moment; raises NotYetError for one that lies ahead."""
    newest = await moments.newest(connection)
    if moment == NOW:
        return newest
    if isinstance(moment, int):
        if moment > newest:
            raise NotYetError(newest)
        return moment
    if moment > now:
        raise NotYetError(newest)
    return await moments.version_at(connection, moment)


async def seen(connection: AsyncConnection, entry_id: UUID, kind: type[AnyEntry], who: Author) -> AnyEntry:
    """An entry as it stands; raises EntryUnknownError."""
    found = (await find_entries(connection, [entry_id])).get(entry_id)
    if not isinstance(found, kind) or not who.may_see(found):
        raise EntryUnknownError
    return await as_read_one(connection, found, who)


async def seen_then(
    connection: AsyncConnection, entry_id: UUID, kind: type[AnyEntry], who: Author, *, version: int | None, list_version: int
) -> AnyEntry:
    """An entry as it was: one version of it, or the one of a version of the list. Raises EntryUnknownError."""
    await seen(connection, entry_id, kind, who)
    if version is None:
        found = await moments.entry_at(connection, entry_id, list_version)
    else:
        found = (await moments.versions_of(connection, [(entry_id, version)])).get((entry_id, version))
    if found is None or not who.may_see(found):
        raise EntryUnknownError
    return await as_read_one(connection, found, who)


async def rested_on(connection: AsyncConnection, keys: Sequence[Key], who: Author) -> dict[Key, AnyEntry]:
    """These versions, those of them that the reader may see."""
    now = await find_entries(connection, [entry_id for entry_id, _ in keys])
    then = await moments.versions_of(connection, keys)
    told = {key: entry for key, entry in then.items() if who.may_see(entry) and key[0] in now and who.may_see(now[key[0]])}
    return dict(zip(told, await as_read(connection, list(told.values()), who), strict=True))


async def listed(
    connection: AsyncConnection,
    kind: str,
    list_version: int,
    wanted: Wanted,
    who: Author,
    after: UUID | None,
    limit: int,
    most: int,
) -> Some:
    """The next entries, in the order of their ids, as a version of the list had them. Reads `most` entries at most."""
    found: list[AnyEntry] = []
    while most > 0:
        size = min(limit + 1, _BATCH, most)
        batch = await moments.listed_at(connection, kind, list_version, who, after, size)
        for then in batch:
            if then.entry is not None and _is_wanted(then.entry, wanted, who):
                if len(found) == limit:
                    return Some(await as_read(connection, found, who), after)
                found.append(then.entry)
            after = then.entry_id
        if len(batch) < size:
            return Some(await as_read(connection, found, who), None)
        most -= size
    return Some(await as_read(connection, found, who), after)


def _is_wanted(entry: AnyEntry, wanted: Wanted, who: Author) -> bool:
    mine = entry.originator == who.agency
    return who.may_see(entry) and (mine or not wanted.mine) and matches(entry, wanted)


async def history(
    connection: AsyncConnection, entry_id: UUID, who: Author, below: int | None, limit: int
) -> tuple[list[Version], int | None]:
    """The next versions that the reader may see, the latest first, and the version to go on below."""
    found: list[AnyEntry] = []
    while len(found) < limit + 1:
        read = await history_of(connection, entry_id, below, limit + 1)
        found += [version for version in read if who.may_see(version)]
        if len(read) <= limit:
            break
        below = read[-1].version
    read = await as_read(connection, found, who)
    told = [
        Version(version, entry_changes(read[place + 1], version) if place + 1 < len(read) else [])
        for place, version in enumerate(read[:limit])
    ]
    return told, found[limit - 1].version if len(found) > limit else None


async def differing(
    connection: AsyncConnection, since: int, until: int, who: Author, above: int, limit: int, most: int
) -> tuple[list[Differing], int | None]:
    """What is not as it was, in the order of its last change, and the version to go on above. Reads `most` versions at most."""
    upto = min(until, above + most)
    rows = await moments.changed_in(connection, since, until, (above, upto), who, limit)
    read = await _as_read(connection, rows, who)
    found = [one for row in read if (one := _differing(row, who)) is not None]
    if len(rows) == limit:
        upto = rows[-1].after.list_version
    return found, upto if upto < until else None


async def _as_read(connection: AsyncConnection, rows: Sequence[Changed], who: Author) -> list[Changed]:
    """The changes with the entries as a reader may have them."""
    before = [row.before for row in rows if row.before is not None]
    read = iter(await as_read(connection, [*(row.after for row in rows), *before], who))
    after = [next(read) for _ in rows]
    return [
        replace(row, after=stands, before=None if row.before is None else next(read))
        for row, stands in zip(rows, after, strict=True)
    ]


def _differing(row: Changed, who: Author) -> Differing | None:
    """How a change looks to a reader: what it may not see is as if it were not listed."""
    before = row.before if row.before and who.may_see(row.before) else None
    after = row.after if row.shown and who.may_see(row.after) else None
    was, stands = before is not None and before.ended_at is None, after is not None and after.ended_at is None
    if after is not None and stands and (before is None or not was):
        return Differing(What.ADDED, after, after, [])
    if before is not None and was and not stands:
        return Differing(What.ENDED, after or before, after, [])
    if before is not None and after is not None and was and (found := entry_changes(before, after)):
        return Differing(What.CHANGED, after, after, found)
    return None


async def transactions(
    connection: AsyncConnection, who: Author, below: int | None, limit: int
) -> tuple[list[Transaction], int | None]:
    """The next changes of the list by the reader's agency (an administrator's are all), the latest first, and the version to go on below."""
    found = await moments.transactions(connection, None if who.admin else who.agency, below, limit + 1)
    return found[:limit], found[limit - 1].to_version if len(found) > limit else None
