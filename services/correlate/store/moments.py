"""The list as it was: which version it had at a moment, each entry as of a version, and what changed between two. A bounded piece at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, column, exists, func, literal, select, true, values
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.versions import Author
from services.correlate.store.search import visible
from services.correlate.tables import entry as entries
from services.correlate.tables import entry_version as versions
from services.correlate.tables import list_change as changes
from shared.contracts.watchlist import ENTRY

Key: TypeAlias = tuple[UUID, int]
"""An entry and one of its versions."""
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Then:
    """An entry as it was; None where it was not listed yet."""

    entry_id: UUID
    entry: AnyEntry | None


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that changed between two versions of the list, as it was at each. `shown` says whether the reader may see it now."""

    before: AnyEntry | None
    after: AnyEntry
    shown: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """One change of the list: who, when, why, and the versions that it made."""

    from_version: int
    to_version: int
    at: datetime
    by: str
    agency: str
    change: str
    why: str | None
    import_id: UUID | None


async def version_at(connection: AsyncConnection, moment: datetime) -> int:
    """The version of the list at a moment, 0 before its first change."""
    query = select(changes.c.to_version).where(changes.c.at <= moment)
    found = await connection.execute(query.order_by(changes.c.at.desc(), changes.c.to_version.desc()).limit(1))
    return found.scalar_one_or_none() or 0


async def versions_of(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, AnyEntry]:
    """These versions of entries; what does not exist is absent."""
    if not keys:
        return {}
    wanted = values(column("entry_id", Uuid()), column("version", versions.c.version.type), name="wanted").data(list(keys))
    same = (versions.c.entry_id == wanted.c.entry_id) & (versions.c.version == wanted.c.version)
    rows = await connection.execute(select(versions.c.content).join_from(wanted, versions, same))
    found = [ENTRY.validate_json(row.content) for row in rows]
    return {(entry.entry_id, entry.version): entry for entry in found}


async def entry_at(connection: AsyncConnection, entry_id: UUID, list_version: int) -> AnyEntry | None:
    """An entry as a version of the list had it; None where it was not listed yet."""
    own = select(versions.c.content).where(versions.c.entry_id == entry_id, versions.c.list_version <= list_version)
    content = (await connection.execute(own.order_by(versions.c.version.desc()).limit(1))).scalar_one_or_none()
    return None if content is None else ENTRY.validate_json(content)


async def listed_at(
    connection: AsyncConnection, kind: str, list_version: int, who: Author, after: UUID | None, limit: int
) -> list[Then]:
    """The next entries of a kind, in the order of their ids, each as a version of the list had it: those that the reader may see today."""
    then = _at(entries.c.entry_id, list_version).lateral("past")
    query = (
        select(entries.c.entry_id, then.c.content)
        .select_from(entries.outerjoin(then, true()))
        .where(entries.c.type == kind, entries.c.entry_id > (after or _FIRST), visible(who))
        .order_by(entries.c.entry_id)
        .limit(limit)
    )
    rows = await connection.execute(query)
    return [Then(row.entry_id, ENTRY.validate_json(row.content) if row.content else None) for row in rows]


async def changed_in(
    connection: AsyncConnection, since: int, until: int, window: tuple[int, int], who: Author, limit: int
) -> list[Changed]:
    """The entries whose last change in since < version ≤ until lies in a window (above, upto) of versions, in the order of these changes.

    Versions of the list have no gap: a window reads as many rows as it is wide, however often its entries were changed.
    """
    above, upto = window
    last, later = versions.alias("last"), versions.alias("later")
    before = _at(last.c.entry_id, since).lateral("before")
    newer = exists(literal(1)).where(
        later.c.entry_id == last.c.entry_id, later.c.version > last.c.version, later.c.list_version <= until
    )
    query = (
        select(last.c.content, before.c.content.label("before"), visible(who).label("shown"))
        .select_from(last.join(entries, entries.c.entry_id == last.c.entry_id).outerjoin(before, true()))
        .where(last.c.list_version > above, last.c.list_version <= upto, ~newer)
        .order_by(last.c.list_version)
        .limit(limit)
    )
    return [
        Changed(ENTRY.validate_json(row.before) if row.before else None, ENTRY.validate_json(row.content), row.shown)
        for row in await connection.execute(query)
    ]


async def transactions(connection: AsyncConnection, agency: str | None, below: int | None, limit: int) -> list[Transaction]:
    """The next changes of the list, the latest first: those in the name of an agency, or (None) all."""
    query = select(changes).order_by(changes.c.to_version.desc()).limit(limit)
    if agency is not None:
        query = query.where(changes.c.agency == agency)
    if below is not None:
        query = query.where(changes.c.to_version < below)
    return [Transaction(**row._mapping) for row in await connection.execute(query)]  # noqa: SLF001 - public by SQLAlchemy's documentation


def _at(entry_id: ColumnElement[UUID], list_version: int) -> Any:
    """The content of an entry's version as of a version of the list."""
    own = versions.alias("own")
    query = select(own.c.content).where(own.c.entry_id == entry_id, own.c.list_version <= list_version)
    return query.order_by(own.c.version.desc()).limit(1)


async def moment_of(connection: AsyncConnection, list_version: int) -> datetime | None:
    """When a version of the list was made; None for the empty list."""
    query = select(changes.c.at).where(changes.c.to_version >= list_version).order_by(changes.c.to_version).limit(1)
    moment: datetime | None = None if list_version < 1 else (await connection.execute(query)).scalar_one_or_none()
    return moment


async def newest(connection: AsyncConnection) -> int:
    """The version of the list by its log: what has been committed."""
    found: int | None = (await connection.execute(select(func.max(changes.c.to_version)))).scalar_one()
    return found or 0
