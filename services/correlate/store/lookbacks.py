"""Look backs in PostgreSQL: which markers tracking has passed, and how far each look back came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.tables import lookback as lookbacks
from services.correlate.tables import lookback_marker as markers


@dataclass(frozen=True, slots=True)
class LookBackState:
    """A look back for the changes after one version of the list up to another, and the last sighting it judged."""

    after_version: int
    to_version: int
    position: UUID | None = None


async def done_version(connection: AsyncConnection) -> int:
    """The version up to which everything stored has been judged; 0 before the first look back."""
    query = select(func.coalesce(func.max(lookbacks.c.to_version), 0)).where(lookbacks.c.finished_at.is_not(None))
    version: int = (await connection.execute(query)).scalar_one()
    return version


async def passed_version(connection: AsyncConnection, ways: int) -> int | None:
    """The highest version whose marker tracking has passed on every way from an events to a sightings partition.

    Markers keep their order on each way, so every lower one has been passed there too.
    """
    whole = (
        select(markers.c.list_version)
        .group_by(markers.c.list_version)
        .having(func.count() >= ways)
        .order_by(markers.c.list_version.desc())
        .limit(1)
    )
    version: int | None = (await connection.execute(whole)).scalar_one_or_none()
    return version


async def unfinished(connection: AsyncConnection) -> LookBackState | None:
    """The look back that was begun and not finished."""
    query = select(lookbacks).where(lookbacks.c.finished_at.is_(None)).order_by(lookbacks.c.to_version).limit(1)
    row: Any = (await connection.execute(query)).first()
    return LookBackState(row.after_version, row.to_version, row.position) if row else None


async def begin(connection: AsyncConnection, state: LookBackState, now: datetime) -> None:
    """Note that it has begun."""
    row = {"to_version": state.to_version, "after_version": state.after_version, "started_at": now, "judged": 0, "found": 0}
    await connection.execute(insert(lookbacks).values(row))


async def advance(connection: AsyncConnection, state: LookBackState, position: UUID | None, *, judged: int, found: int) -> None:
    """Note how far it came, with what was found on the way in the same transaction."""
    moved = update(lookbacks).where(lookbacks.c.to_version == state.to_version)
    counts = {"judged": lookbacks.c.judged + judged, "found": lookbacks.c.found + found}
    await connection.execute(moved.values(position=position if position is not None else lookbacks.c.position, **counts))


async def finish(connection: AsyncConnection, state: LookBackState, now: datetime) -> None:
    """Note that it is done; its markers and those below are needed no more."""
    await connection.execute(update(lookbacks).where(lookbacks.c.to_version == state.to_version).values(finished_at=now))
    await connection.execute(delete(markers).where(markers.c.list_version <= state.to_version))
