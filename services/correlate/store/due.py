"""Entries that the clock must look at, as they lie: one that cannot be read must not keep the others from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.entries.bodies import AnyEntry
from services.correlate.store.bulk import among
from services.correlate.tables import entry as entries
from services.correlate.tables import entry_version as versions
from shared.contracts.watchlist import ENTRY


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that is due, unread."""

    entry_id: UUID
    content: str


async def due_entries(
    connection: AsyncConnection, now: datetime, limit: int, *, but: Collection[UUID] = (), only: UUID | None = None
) -> list[Due]:
    """Entries that time has something to do to, the longest due first, without those left out; or one alone, if it is due."""
    query = select(entries.c.entry_id, entries.c.content).where(entries.c.due_at <= now)
    if only is not None:
        query = query.where(entries.c.entry_id == only)
    if but:
        query = query.where(not_(among(entries.c.entry_id, list(but))))
    rows = await connection.execute(query.order_by(entries.c.due_at).limit(limit))
    return [Due(row.entry_id, row.content) for row in rows]


async def put_due(connection: AsyncConnection, due: Mapping[UUID, datetime | None]) -> None:
    """Say anew when the clock looks at these entries: what was said came of other settings."""
    if due:
        one = update(entries).where(entries.c.entry_id == bindparam("entry")).values(due_at=bindparam("due"))
        await connection.execute(one, [{"entry": key, "due": at} for key, at in due.items()])


async def version_of(connection: AsyncConnection, entry_id: UUID, version: int) -> AnyEntry | None:
    """A past version of an entry; None where it has no such."""
    query = select(versions.c.content).where(versions.c.entry_id == entry_id, versions.c.version == version)
    content = (await connection.execute(query)).scalar_one_or_none()
    return None if content is None else ENTRY.validate_json(content)
