"""The stored past as a look back reads it: a bounded piece at a time, whatever the size of what is stored."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid, and_, bindparam, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.tables import sighting as sightings
from shared.contracts.sightings import Sighting

_UUIDS: Final = ARRAY(Uuid())

_BEFORE: Final = text("""
    SELECT wanted.id, seen.content
    FROM unnest(:ids, :subjects, :moments) AS wanted (id, subject, moment)
    CROSS JOIN LATERAL (
        SELECT content FROM correlate.sighting
        WHERE partition_subject = wanted.subject AND NOT withdrawn
            AND occurred_at BETWEEN wanted.moment - :horizon AND wanted.moment
        ORDER BY occurred_at DESC LIMIT :most
    ) AS seen
""").bindparams(
    bindparam("ids", type_=_UUIDS),
    bindparam("subjects", type_=ARRAY(Text)),
    bindparam("moments", type_=ARRAY(DateTime(timezone=True))),
)

_RESTING: Final = text("""
    SELECT resting.alert_id, seen.content
    FROM (
        SELECT alert_id, partition_subject, last_seen FROM correlate.alert
        WHERE entry_ids && :entries AND alert_id > :after ORDER BY alert_id LIMIT :most
    ) AS resting
    LEFT JOIN LATERAL (
        SELECT content FROM correlate.sighting
        WHERE partition_subject = resting.partition_subject AND NOT withdrawn AND occurred_at <= resting.last_seen
        ORDER BY occurred_at DESC LIMIT 1
    ) AS seen ON true
    ORDER BY resting.alert_id
""").bindparams(bindparam("entries", type_=_UUIDS), bindparam("after", type_=Uuid()))

_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Behind a sighting of a partition subject, in the order of occurrence."""

    occurred_at: datetime
    sighting_id: UUID


async def slice_end(connection: AsyncConnection, after: UUID | None, size: int) -> UUID | None:
    """The last id of the next `size` sightings of any kind; None where no more than those are left."""
    query = select(sightings.c.sighting_id).where(sightings.c.sighting_id > (after or _FIRST))
    end: UUID | None = (
        await connection.execute(query.order_by(sightings.c.sighting_id).offset(size - 1).limit(1))
    ).scalar_one_or_none()
    return end


async def moving(
    connection: AsyncConnection, after: UUID | None, upto: UUID | None, below_version: int, limit: int, prefixes: Collection[str]
) -> list[Sighting]:
    """The next sightings of moving things in a slice of ids that an older list judged; `prefixes` of their keys, none for all."""
    query = select(sightings.c.content).where(
        sightings.c.sighting_id > (after or _FIRST),
        sightings.c.own,
        ~sightings.c.withdrawn,
        sightings.c.list_version < below_version,
    )
    if upto is not None:
        query = query.where(sightings.c.sighting_id <= upto)
    if prefixes:
        query = query.where(func.split_part(sightings.c.partition_subject, ":", 1).in_(sorted(prefixes)))
    return _read(await connection.execute(query.order_by(sightings.c.sighting_id).limit(limit)))


async def keys_stored(connection: AsyncConnection, keys: Sequence[str]) -> frozenset[str]:
    """Those of these partition subjects under which anything is stored."""
    wanted = func.unnest(literal(list(keys), ARRAY(Text))).table_valued("key").render_derived()
    stored = select(literal(1)).where(sightings.c.partition_subject == wanted.c.key).exists()
    return frozenset(row.key for row in await connection.execute(select(wanted.c.key).where(stored)))


async def under(connection: AsyncConnection, key: str, after: Place | None, limit: int) -> list[Sighting]:
    """The next sightings under a partition subject that were not withdrawn, in the order of occurrence."""
    query = select(sightings.c.content).where(sightings.c.partition_subject == key, ~sightings.c.withdrawn)
    if after is not None:
        later = sightings.c.occurred_at > after.occurred_at
        beside = and_(sightings.c.occurred_at == after.occurred_at, sightings.c.sighting_id > after.sighting_id)
        query = query.where(sightings.c.occurred_at >= after.occurred_at, or_(later, beside))
    return _read(await connection.execute(query.order_by(sightings.c.occurred_at, sightings.c.sighting_id).limit(limit)))


async def before_each(
    connection: AsyncConnection, seen: Sequence[Sighting], horizon: timedelta, most: int
) -> dict[UUID, list[Sighting]]:
    """For each sighting, by its id, the latest of its partition subject from the horizon before it up to itself."""
    values = {
        "ids": [one.sighting_id for one in seen],
        "subjects": [one.partition_subject for one in seen],
        "moments": [one.occurred_at for one in seen],
        "horizon": horizon,
        "most": most,
    }
    found: dict[UUID, list[Sighting]] = {one.sighting_id: [] for one in seen}
    for row in await connection.execute(_BEFORE, values):
        found[row.id].append(Sighting.model_validate_json(row.content))
    return found


async def resting_on(
    connection: AsyncConnection, entry_ids: Collection[UUID], after: UUID | None, limit: int
) -> tuple[list[Sighting], UUID | None]:
    """For the next alerts that rest on these entries the latest sighting behind each, and the last of them; None at the end."""
    values = {"entries": list(entry_ids), "after": after or _FIRST, "most": limit}
    rows: Sequence[Any] = (await connection.execute(_RESTING, values)).all()
    last: UUID | None = rows[-1].alert_id if len(rows) == limit else None
    return _read(row for row in rows if row.content is not None), last


def _read(rows: Iterable[Any]) -> list[Sighting]:
    return [Sighting.model_validate_json(row.content) for row in rows]
