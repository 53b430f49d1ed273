"""Sightings in PostgreSQL, by id and by partition subject, as the look back reads them."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.bulk import among, document
from services.correlate.tables import sighting as sightings
from shared.contracts.sightings import Sighting

_SPANS = text("""
    SELECT seen.content
    FROM unnest(:subjects) AS wanted(subject)
    CROSS JOIN LATERAL (
        SELECT max(occurred_at) - :horizon AS since FROM correlate.sighting
        WHERE partition_subject = wanted.subject AND NOT withdrawn
    ) AS span
    CROSS JOIN LATERAL (
        SELECT partition_subject, content FROM correlate.sighting
        WHERE partition_subject = wanted.subject AND occurred_at >= span.since AND sighting_id <> ALL (:held)
    ) AS seen
""").bindparams(bindparam("subjects", type_=ARRAY(Text)), bindparam("held", type_=ARRAY(Uuid())))
"""By subject: everything from its latest sighting back to the horizon. A function of what is stored, not of what came last."""


async def histories(
    connection: AsyncConnection, subjects: Collection[str], horizon: timedelta, held: Sequence[Sighting] = ()
) -> dict[str, list[Sighting]]:
    """By partition subject, everything stored from its latest sighting back to the horizon.

    `held` are sightings of these subjects as they are stored: in hand already, so not read again.
    """
    found: dict[str, list[Sighting]] = {subject: [] for subject in subjects}
    values = {"subjects": sorted(subjects), "horizon": horizon, "held": [one.sighting_id for one in held]}
    for row in await connection.execute(_SPANS, values):
        sighting = Sighting.model_validate_json(row.content)
        found[sighting.partition_subject].append(sighting)
    for sighting in held:
        found[sighting.partition_subject].append(sighting)
    return {subject: _within(history, horizon) for subject, history in found.items()}


def _within(history: list[Sighting], horizon: timedelta) -> list[Sighting]:
    latest = max((one.occurred_at for one in history if not one.withdrawn), default=None)
    return [one for one in history if latest is not None and one.occurred_at >= latest - horizon]


async def latest_of(connection: AsyncConnection, subjects: Collection[str]) -> list[Sighting]:
    """The latest sighting of each of these partition subjects: to have them looked at again."""
    query = (
        select(sightings.c.content)
        .where(among(sightings.c.partition_subject, subjects), ~sightings.c.withdrawn)
        .order_by(sightings.c.partition_subject, sightings.c.occurred_at.desc(), sightings.c.sighting_id)
        .ext(postgresql.distinct_on(sightings.c.partition_subject))
    )
    return [Sighting.model_validate_json(row.content) for row in await connection.execute(query)]


async def slice_of(
    connection: AsyncConnection, after: UUID | None, below_version: int, limit: int, prefixes: Collection[str]
) -> list[Sighting]:
    """The next sightings of moving things, in the order of ids, that an older list judged; `prefixes` of their keys, none for all."""
    query = select(sightings.c.content).where(sightings.c.own, ~sightings.c.withdrawn, sightings.c.list_version < below_version)
    if after is not None:
        query = query.where(sightings.c.sighting_id > after)
    if prefixes:
        query = query.where(func.split_part(sightings.c.partition_subject, ":", 1).in_(sorted(prefixes)))
    rows = await connection.execute(query.order_by(sightings.c.sighting_id).limit(limit))
    return [Sighting.model_validate_json(row.content) for row in rows]


async def under_subjects(connection: AsyncConnection, subjects: Collection[str]) -> list[Sighting]:
    """Every sighting stored under these partition subjects that was not withdrawn."""
    query = select(sightings.c.content).where(among(sightings.c.partition_subject, subjects), ~sightings.c.withdrawn)
    return [Sighting.model_validate_json(row.content) for row in await connection.execute(query)]


def sighting_row(sighting: Sighting) -> dict[str, Any]:
    """A sighting as a row of its table."""
    return {
        "sighting_id": sighting.sighting_id,
        "partition_subject": sighting.partition_subject,
        "own": not sighting.partition_subject.startswith(("actor:", "route:")),
        "occurred_at": sighting.occurred_at,
        "received_at": sighting.received_at,
        "event_id": sighting.event_id,
        "lineage_id": sighting.lineage_id,
        "revision": sighting.revision,
        "withdrawn": sighting.withdrawn,
        "retroactive": sighting.retroactive,
        "list_version": sighting.list_version,
        "content": document(sighting.model_dump_json(exclude_none=True, by_alias=True)),
    }
