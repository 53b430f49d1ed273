"""Imports on their way in PostgreSQL: opened, filled by COPY, ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, Select, delete, func, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.bulk import put_within
from services.correlate.tables import list_import as imports
from services.correlate.tables import list_import_draft as drafts
from services.correlate.tables import list_import_fault as faults
from services.correlate.tables import list_import_step as steps
from shared.platform.database.failures import translated
from shared.platform.database.pipeline import driver_of

OPEN, DONE, DROPPED = "open", "done", "dropped"
Import = Row[Any]
"""A row of `list_import`."""

_ERRORS_KEPT: Final = 20
"""Faults of one row that are kept; the answer to the row has all."""
_COLUMNS: Final = tuple(column.name for column in drafts.c)
_COPY: Final = f"COPY {drafts.fullname} ({', '.join(_COLUMNS)}) FROM STDIN"
_WAIT_MS: Final = 2000
"""For another request of the same import: one adds rows at a time."""


async def add(connection: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """Open an import; False where the agency has one of the source open."""
    statement = insert_or(imports).values(**row).on_conflict_do_nothing().returning(imports.c.import_id)
    return (await connection.execute(statement)).first() is not None


async def find(connection: AsyncConnection, import_id: UUID, *, lock: bool = False) -> Import | None:
    """An import; locked, others of its requests wait until the transaction ends, and no longer than two seconds."""
    query = select(imports).where(imports.c.import_id == import_id)
    if lock:
        await connection.execute(select(func.set_config("lock_timeout", f"{_WAIT_MS}ms", True)))  # noqa: FBT003 - SQL's own: for this transaction
        query = query.with_for_update()
    return (await connection.execute(query)).one_or_none()


async def find_open(connection: AsyncConnection, agency: str, source: str) -> Import | None:
    """The open import of a source."""
    query = select(imports).where(imports.c.agency == agency, imports.c.source == source, imports.c.state == OPEN)
    return (await connection.execute(query.with_for_update())).one_or_none()


async def page(connection: AsyncConnection, agency: str | None, before: datetime | None, limit: int) -> Sequence[Import]:
    """Imports, the latest opened first; of all agencies for None."""
    query: Select[Any] = select(imports).order_by(imports.c.opened_at.desc()).limit(limit)
    if agency is not None:
        query = query.where(imports.c.agency == agency)
    if before is not None:
        query = query.where(imports.c.opened_at < before)
    rows: Sequence[Import] = (await connection.execute(query)).all()
    return rows


async def change(connection: AsyncConnection, import_id: UUID, **values: Any) -> None:
    """Write columns of an import."""
    await connection.execute(update(imports).where(imports.c.import_id == import_id).values(**values))


async def put_rows(
    connection: AsyncConnection, import_id: UUID, first: int, ready: Sequence[Mapping[str, Any]], bad: Mapping[int, list[Any]]
) -> None:
    """Put rows from a number on, in place of what was there with these numbers."""
    for table in (drafts, faults):
        own = (table.c.import_id == import_id, table.c.number >= first, table.c.number < first + len(ready) + len(bad))
        await connection.execute(delete(table).where(*own))
    with translated():
        async with (await driver_of(connection)).cursor() as cursor, cursor.copy(_COPY.encode()) as copy:
            for row in ready:
                await copy.write_row([row[name] for name in _COLUMNS])
    kept = [
        {"import_id": import_id, "number": number, "errors": orjson.dumps(errors[:_ERRORS_KEPT]).decode()}
        for number, errors in bad.items()
    ]
    await put_within(connection, faults, kept)


async def measure(connection: AsyncConnection) -> None:
    """Have the server look how many drafts there are, which came since it last did."""
    await connection.execute(text(f"ANALYZE {drafts.fullname}"))


async def rows_there(connection: AsyncConnection, import_id: UUID) -> int:
    """How many rows came of what is still there: a crash of the server leaves none."""
    last = [
        select(func.max(table.c.number)).where(table.c.import_id == import_id).scalar_subquery() for table in (drafts, faults)
    ]
    found: int = (await connection.execute(select(func.coalesce(func.greatest(*last), -1)))).scalar_one()
    return found + 1


async def faults_of(connection: AsyncConnection, import_id: UUID, limit: int) -> tuple[int, list[dict[str, Any]]]:
    """How many rows are no entries, and the first of them."""
    mine = faults.c.import_id == import_id
    count: int = (await connection.execute(select(func.count()).select_from(faults).where(mine))).scalar_one()
    query = select(faults.c.number, faults.c.errors).where(mine).order_by(faults.c.number).limit(limit)
    first = [{"number": row.number, "errors": orjson.loads(row.errors)} for row in await connection.execute(query)]
    return count, first


async def abandoned(connection: AsyncConnection, before: datetime, limit: int) -> Sequence[UUID]:
    """Open imports that nobody has touched since."""
    query = select(imports.c.import_id).where(imports.c.state == OPEN, imports.c.touched_at < before)
    return (await connection.execute(query.with_for_update(skip_locked=True).limit(limit))).scalars().all()


async def clear_one(connection: AsyncConnection, limit: int) -> int:
    """Delete rows of one import that has ended, so many of each table; how many of the fullest, 0 where there is none left."""
    query = select(imports.c.import_id).where(imports.c.state != OPEN, imports.c.cleared.is_(False))
    ended = (await connection.execute(query.with_for_update(skip_locked=True).limit(1))).scalar_one_or_none()
    if ended is None:
        return 0
    most = 0
    for table in (drafts, steps, faults):
        key = list(table.primary_key.columns)
        some = select(*key).where(table.c.import_id == ended).limit(limit)
        most = max(most, (await connection.execute(delete(table).where(tuple_(*key).in_(some)))).rowcount)
    if most < limit:
        await change(connection, ended, cleared=True)
    return max(most, 1)


async def note(connection: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write down what was done at once, without having been open: an undoing."""
    await connection.execute(insert(imports).values(**row))
