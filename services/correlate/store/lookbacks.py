"""Look backs in PostgreSQL: which markers tracking has passed, and how far each look back came."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.tables import lookback as lookbacks
from services.correlate.tables import lookback_marker as markers


class Phase(StrEnum):
    """What a look back reads, in this order: what ended or no longer fits is taken back before the long way through all that moves."""

    ENTRIES = "entries"
    """What is stored under the changed entries themselves."""
    ALERTED = "alerted"
    """The alerts that rest on changed routes."""
    SUBJECTS = "subjects"
    """Every moving thing, by the id of the sighting."""
    AGAIN = "again"
    """Once more what is stored under those entries that changed since it began."""
    DONE = "done"

    @property
    def following(self) -> "Phase":
        """The phase after this one."""
        every = list(Phase)
        return every[every.index(self) + 1]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a look back came. `key` and `occurred_at` tell the place under an entry, `position` the last id that was read."""

    phase: Phase = Phase.ENTRIES
    key: str | None = None
    occurred_at: datetime | None = None
    position: UUID | None = None


@dataclass(frozen=True, slots=True)
class LookBackState:
    """A look back for the changes after one version of the list up to another, and how far it came."""

    after_version: int
    to_version: int
    cursor: Cursor = field(default_factory=Cursor)


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
    if row is None:
        return None
    return LookBackState(row.after_version, row.to_version, Cursor(Phase(row.phase), row.key, row.occurred_at, row.position))


async def begin(connection: AsyncConnection, state: LookBackState, now: datetime) -> None:
    """Note that it has begun."""
    row = {"to_version": state.to_version, "after_version": state.after_version, "started_at": now, "judged": 0, "found": 0}
    await connection.execute(insert(lookbacks).values(row))


async def advance(connection: AsyncConnection, state: LookBackState, cursor: Cursor, *, judged: int, found: int) -> None:
    """Note how far it came, with what was found on the way in the same transaction."""
    place = {"phase": cursor.phase.value, "key": cursor.key, "occurred_at": cursor.occurred_at, "position": cursor.position}
    counts = {"judged": lookbacks.c.judged + judged, "found": lookbacks.c.found + found}
    await connection.execute(update(lookbacks).where(lookbacks.c.to_version == state.to_version).values(**place, **counts))


async def finish(connection: AsyncConnection, state: LookBackState, now: datetime) -> None:
    """Note that it is done; its markers and those below are needed no more."""
    await connection.execute(update(lookbacks).where(lookbacks.c.to_version == state.to_version).values(finished_at=now))
    await connection.execute(delete(markers).where(markers.c.list_version <= state.to_version))
