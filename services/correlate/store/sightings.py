"""Sightings in PostgreSQL, by id and by partition subject; the revisions of their events."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.track.revisions import lineage_bucket
from services.correlate.store.bulk import among, put_rows
from services.correlate.tables import lineage_revision as lineages
from services.correlate.tables import sighting as sightings
from shared.contracts.sightings import RevisionNotice, Sighting

_LOCK_CLASS = 0x617461
"""First half of the advisory locks of lineages."""

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


async def lock_lineages(connection: AsyncConnection, *, read: Iterable[UUID], changed: Iterable[UUID]) -> None:
    """Keep notices and sightings of one lineage apart until the transaction ends; all locks in one order, so none deadlocks.

    Without it a notice on one partition and an old sighting on another, at the same time, would not see each other.
    """
    exclusive = {lineage_bucket(lineage) for lineage in changed}
    shared = {lineage_bucket(lineage) for lineage in read} - exclusive
    calls = [
        f"pg_advisory_xact_lock{'' if bucket in exclusive else '_shared'}({_LOCK_CLASS}, {bucket})"
        for bucket in sorted(exclusive | shared)
    ]
    if calls:
        await connection.execute(text(f"SELECT {', '.join(calls)}"))


async def find_sightings(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Sighting]:
    """Those of these ids that are stored."""
    query = select(sightings.c.content).where(among(sightings.c.sighting_id, ids))
    found = [Sighting.model_validate_json(row.content) for row in await connection.execute(query)]
    return {sighting.sighting_id: sighting for sighting in found}


async def put_sightings(connection: AsyncConnection, fresh: Sequence[Sighting]) -> None:
    """Store these, each in place of the one of its id; no id may come twice."""
    await put_rows(connection, sightings, [_row(sighting) for sighting in fresh], replace=True)


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


async def known_revisions(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, int]:
    """The highest revision of those lineages that were ever revised."""
    query = select(lineages.c.lineage_id, lineages.c.revision).where(among(lineages.c.lineage_id, ids))
    return {row.lineage_id: row.revision for row in await connection.execute(query)}


async def note_revisions(connection: AsyncConnection, notices: Mapping[UUID, RevisionNotice]) -> None:
    """Keep the highest revision of each lineage; the latest list's where it was judged twice."""
    if not notices:
        return
    statement = postgresql.insert(lineages).values([
        notice.model_dump(include={"lineage_id", "revision", "list_version", "withdrawn"})
        | {"kept": list(notice.kept), "noted_at": func.now()}
        for notice in notices.values()
    ])  # fmt: skip
    new: dict[str, Any] = {column.name: statement.excluded[column.name] for column in lineages.c if column.name != "lineage_id"}
    later = (statement.excluded.revision > lineages.c.revision) | (
        (statement.excluded.revision == lineages.c.revision) & (statement.excluded.list_version > lineages.c.list_version)
    )
    await connection.execute(statement.on_conflict_do_update(index_elements=["lineage_id"], set_=new, where=later))


async def of_lineages(connection: AsyncConnection, ids: Collection[UUID]) -> list[Sighting]:
    """Every stored sighting of these lineages that was not withdrawn."""
    query = select(sightings.c.content).where(among(sightings.c.lineage_id, ids), ~sightings.c.withdrawn)
    return [Sighting.model_validate_json(row.content) for row in await connection.execute(query)]


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


def _row(sighting: Sighting) -> dict[str, Any]:
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
        "content": sighting.model_dump_json(exclude_none=True, by_alias=True),
    }
