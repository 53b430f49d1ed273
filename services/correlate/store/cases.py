"""Cases in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.cases import Case, CaseKind, CaseState
from services.correlate.store.bulk import put_within
from services.correlate.tables import entry_case as cases


async def put_cases(connection: AsyncConnection, changed: Sequence[Case]) -> None:
    """Store cases, new or answered."""
    await put_within(connection, cases, [case.model_dump() for case in changed], replace=True)


async def find_case(connection: AsyncConnection, case_id: UUID, *, lock: bool = False) -> Case | None:
    """A case; locked, nobody else answers it until the transaction ends."""
    query = select(cases).where(cases.c.case_id == case_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else Case.model_validate(row)


async def open_edits(connection: AsyncConnection, entry_id: UUID) -> list[Case]:
    """The edits of an entry that wait for a second person, the oldest first."""
    query = select(cases).where(
        cases.c.entry_id == entry_id, cases.c.kind == CaseKind.EDIT.value, cases.c.state == CaseState.OPEN.value
    )
    return [Case.model_validate(row) for row in await connection.execute(query.order_by(cases.c.opened_at))]


async def late_cases(connection: AsyncConnection, now: datetime, limit: int) -> list[Case]:
    """Open cases whose answer is overdue and nobody was told yet; those that another copy is at are left to it."""
    query = select(cases).where(cases.c.state == CaseState.OPEN.value, cases.c.due_at <= now, cases.c.warned_at.is_(None))
    query = query.order_by(cases.c.due_at).limit(limit).with_for_update(skip_locked=True)
    return [Case.model_validate(row) for row in await connection.execute(query)]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; each that is given must hold. `agency` sees those about its entries and its own; None sees all."""

    agency: str | None
    entry_id: UUID | None = None
    state: CaseState | None = None
    kind: CaseKind | None = None
    mine: bool = False
    """Only those that the agency opened."""
    before: tuple[datetime, UUID] | None = None


async def page_of_cases(connection: AsyncConnection, wanted: CaseFilter, own: str, limit: int) -> list[Case]:
    """The next cases, the latest first. `own` is the agency that asks."""
    query = select(cases)
    if wanted.mine:
        query = query.where(cases.c.agency == own)
    elif wanted.agency is not None:
        query = query.where(or_(cases.c.issuer == wanted.agency, cases.c.agency == wanted.agency))
    for name in ("entry_id", "state", "kind"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(cases.c[name] == value)
    if wanted.before is not None:
        at, case_id = wanted.before
        query = query.where(and_(cases.c.opened_at <= at, tuple_(cases.c.opened_at, cases.c.case_id) < tuple_(at, case_id)))
    query = query.order_by(cases.c.opened_at.desc(), cases.c.case_id.desc()).limit(limit)
    return [Case.model_validate(row) for row in await connection.execute(query)]
