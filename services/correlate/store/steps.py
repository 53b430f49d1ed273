"""What an import would do, worked out by the database: drafts against the entries of their source, by the source's number."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.bulk import among
from services.correlate.tables import entry as entries
from services.correlate.tables import list_import_draft as drafts
from services.correlate.tables import list_import_step as steps

ADDED, AGAIN, CHANGED, REMOVED, DOUBLED = "added", "again", "changed", "removed", "doubled"
"""Never listed; ended and listed again; listed with other content; gone from the list; a second row of a number."""
SAME, WAITING = "same", "waiting"
"""What came out to be no change; and a change that waits for a second person."""

_FILL: Final = text("""
    WITH draft AS (
        SELECT number, source_id, entry_id, digest, row_number() OVER (PARTITION BY source_id ORDER BY number) AS nth
        FROM correlate.list_import_draft WHERE import_id = :import_id
    ),
    held AS (
        SELECT DISTINCT ON (source_id) source_id, entry_id, ended_at IS NOT NULL AS ended, draft_digest
        FROM correlate.entry
        WHERE type = 'actor' AND originator = :agency AND source = :source AND source_id IS NOT NULL
        ORDER BY source_id, ended_at IS NOT NULL, list_version DESC
    ),
    met AS (
        SELECT draft.number, coalesce(draft.source_id, held.source_id) AS source_id,
               CASE WHEN held.entry_id IS NOT NULL THEN held.entry_id
                    WHEN other.entry_id IS NOT NULL AND other.ended_at IS NULL THEN gen_random_uuid()
                    ELSE draft.entry_id END AS entry_id,
               CASE WHEN nth > 1 THEN 'doubled'
                    WHEN number IS NULL THEN CASE WHEN held.ended THEN 'gone' ELSE 'removed' END
                    WHEN held.entry_id IS NULL THEN CASE WHEN other.ended_at IS NULL THEN 'added' ELSE 'again' END
                    WHEN held.ended THEN 'again'
                    WHEN held.draft_digest = digest THEN 'unchanged'
                    ELSE 'changed' END AS what
        FROM draft FULL JOIN held USING (source_id)
        LEFT JOIN correlate.entry AS other ON held.entry_id IS NULL AND other.entry_id = draft.entry_id
    )
    INSERT INTO correlate.list_import_step (import_id, what, place, number, entry_id, source_id)
    SELECT CAST(:import_id AS uuid), what, row_number() OVER (PARTITION BY what ORDER BY number, source_id), number, entry_id, source_id
    FROM met WHERE what NOT IN ('unchanged', 'gone')
""")
"""An id that another living entry has by now, since it was given another number, is left to it."""

_OF_SOURCE: Final = (entries.c.type == "actor", entries.c.source_id.is_not(None))


async def fill(connection: AsyncConnection, import_id: UUID, agency: str, source: str, sort_memory_mb: int) -> None:
    """Work the steps out anew."""
    await connection.execute(delete(steps).where(steps.c.import_id == import_id))
    await connection.execute(select(func.set_config("work_mem", f"{sort_memory_mb}MB", True)))  # noqa: FBT003 - SQL's own: for this transaction
    await connection.execute(_FILL, {"import_id": import_id, "agency": agency, "source": source})


async def sums(connection: AsyncConnection, import_id: UUID) -> dict[str, int]:
    """How many steps there are of each kind."""
    query = select(steps.c.what, func.count().label("many")).where(steps.c.import_id == import_id).group_by(steps.c.what)
    return {row.what: row.many for row in await connection.execute(query)}


async def living(connection: AsyncConnection, agency: str, source: str) -> int:
    """How many entries of the source have not ended."""
    own = (entries.c.originator == agency, entries.c.source == source, entries.c.ended_at.is_(None), *_OF_SOURCE)
    count: int = (await connection.execute(select(func.count()).select_from(entries).where(*own))).scalar_one()
    return count


async def changed_since(connection: AsyncConnection, agency: str, source: str, version: int) -> bool:
    """Whether an entry of the source has changed after a version of the list."""
    own = (entries.c.originator == agency, entries.c.source == source, entries.c.list_version > version, *_OF_SOURCE)
    return (await connection.execute(select(entries.c.entry_id).where(*own).limit(1))).first() is not None


async def pairs(connection: AsyncConnection, import_id: UUID, what: str, after: int, limit: int) -> Sequence[Row[Any]]:
    """The next steps of a kind, each with its draft and its entry where it has them."""
    query = (
        select(steps, drafts.c.body, drafts.c.said, drafts.c.digest, entries.c.content)
        .join(drafts, (drafts.c.import_id == steps.c.import_id) & (drafts.c.number == steps.c.number), isouter=True)
        .join(entries, entries.c.entry_id == steps.c.entry_id, isouter=True)
        .where(steps.c.import_id == import_id, steps.c.what == what, steps.c.place > after)
        .order_by(steps.c.place)
        .limit(limit)
    )
    return (await connection.execute(query)).all()


async def numbers(connection: AsyncConnection, import_id: UUID, what: str, after: int, limit: int) -> Sequence[Row[Any]]:
    """The next steps of a kind, bare."""
    query = select(steps).where(steps.c.import_id == import_id, steps.c.what == what, steps.c.place > after)
    return (await connection.execute(query.order_by(steps.c.place).limit(limit))).all()


async def settle(connection: AsyncConnection, import_id: UUID, places: Collection[int], what: str) -> None:
    """Take changed ones for something else."""
    own = (steps.c.import_id == import_id, steps.c.what == CHANGED, among(steps.c.place, places))
    await connection.execute(update(steps).where(*own).values(what=what))
