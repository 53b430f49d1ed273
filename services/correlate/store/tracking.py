"""What tracking reads and writes of a batch: all questions in one round trip, all answers written in another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.correlate.domain.track.revisions import lineage_bucket
from services.correlate.in_force import InForce
from services.correlate.sorting import Sorted
from services.correlate.store.alerts import ALERT_COLUMNS, StoredAlert, stored_alert
from services.correlate.store.bulk import put_through
from services.correlate.store.sightings import sighting_row
from services.correlate.tables import lookback_marker, sighting
from shared.contracts.base import Handling, Tlp
from shared.contracts.sightings import PartitionMarker, RevisionNotice, Sighting
from shared.contracts.watchlist import RouteEntry
from shared.platform.database.pipeline import Answer, Pipe

_LOCK_CLASS: Final = 0x617461
"""First half of the advisory locks of lineages."""

_REVISIONS: Final = "SELECT lineage_id, revision FROM correlate.lineage_revision WHERE lineage_id = ANY(%(lineages)s::uuid[])"

_STORED: Final = "SELECT content FROM correlate.sighting WHERE sighting_id = ANY(%(ids)s::uuid[])"

_OF_LINEAGES: Final = "SELECT content FROM correlate.sighting WHERE lineage_id = ANY(%(lineages)s::uuid[]) AND NOT withdrawn"

_HISTORIES: Final = """
    SELECT seen.content
    FROM unnest(%(subjects)s::text[]) AS wanted (subject)
    CROSS JOIN LATERAL (
        SELECT max(occurred_at) - %(horizon)s::interval AS since FROM correlate.sighting
        WHERE partition_subject = wanted.subject AND NOT withdrawn AND sighting_id <> ALL (%(ids)s::uuid[])
    ) AS span
    CROSS JOIN LATERAL (
        SELECT content FROM correlate.sighting
        WHERE partition_subject = wanted.subject AND occurred_at >= span.since AND sighting_id <> ALL (%(ids)s::uuid[])
    ) AS seen
"""
"""By subject, without the batch's own: everything from its latest sighting back to the horizon, and perhaps more than that, since
the batch may bring a later one."""

_ALERTS: Final = f"""
    SELECT {ALERT_COLUMNS} FROM correlate.alert WHERE partition_subject = ANY(%(subjects)s::text[])
    ORDER BY alert_id FOR UPDATE
"""  # noqa: S608 - names of columns of ours

_ROUTES_VERSION: Final = "SELECT coalesce(max(list_version), 0) FROM correlate.entry WHERE type = 'route'"

_ROUTES: Final = "SELECT content FROM correlate.entry WHERE type = 'route' AND ended_at IS NULL ORDER BY entry_id"

_IN_FORCE: Final = """
    SELECT entry_id, valid_from, valid_to, releasable_to, content::json #>> '{body,handling,tlp}'
    FROM correlate.entry WHERE entry_id = ANY(%(entries)s::uuid[]) AND ended_at IS NULL
"""

_NOTE_REVISIONS: Final = """
    INSERT INTO correlate.lineage_revision AS held (lineage_id, revision, list_version, withdrawn, kept, noted_at)
    VALUES (%(lineage_id)s, %(revision)s, %(list_version)s, %(withdrawn)s, %(kept)s::uuid[], now())
    ON CONFLICT (lineage_id) DO UPDATE SET revision = excluded.revision, list_version = excluded.list_version,
        withdrawn = excluded.withdrawn, kept = excluded.kept, noted_at = excluded.noted_at
    WHERE (excluded.revision, excluded.list_version) > (held.revision, held.list_version)
"""


@dataclass(slots=True)
class Known:
    """What is stored about a batch."""

    revisions: dict[UUID, int]
    """The highest revision of those lineages that were ever revised."""
    stored: dict[UUID, Sighting]
    """The batch's sightings that are stored already, as they are stored."""
    histories: dict[str, list[Sighting]]
    """By partition subject, what is stored beside the batch, at least from its latest sighting back to the horizon."""
    alerts: dict[str, list[StoredAlert]]
    """By partition subject its alerts, nobody else's to change until the transaction ends."""
    noticed: list[Sighting]
    """Every stored sighting, not withdrawn, of the lineages that notices speak of."""
    asked_entries: frozenset[UUID]
    """The entries that the batch's hits name."""
    entries: dict[UUID, InForce]
    """Those of them that have not ended."""
    routes_version: int
    """The version of the list at which a route changed last, 0 if none ever did."""


@dataclass(slots=True)
class Question:
    """What was asked about a batch."""

    revisions: Answer
    stored: Answer
    histories: Answer
    alerts: Answer
    noticed: Answer | None
    asked_entries: frozenset[UUID]
    entries: Answer
    routes_version: Answer

    async def known(self) -> Known:
        """The answers to it."""
        stored = [_sighting(row) for row in await self.stored.rows()]
        histories: dict[str, list[Sighting]] = {}
        for row in await self.histories.rows():
            seen = _sighting(row)
            histories.setdefault(seen.partition_subject, []).append(seen)
        alerts: dict[str, list[StoredAlert]] = {}
        for row in await self.alerts.rows():
            alert = stored_alert(row)
            alerts.setdefault(alert.partition_subject, []).append(alert)
        return Known(
            revisions=await self.revisions.pairs(),
            stored={one.sighting_id: one for one in stored},
            histories=histories,
            alerts=alerts,
            noticed=[_sighting(row) for row in await self.noticed.rows()] if self.noticed else [],
            asked_entries=self.asked_entries,
            entries=_in_force(await self.entries.rows()),
            routes_version=(await self.routes_version.rows())[0][0],
        )


async def ask(pipe: Pipe, found: Sorted, horizon: timedelta) -> Question:
    """Ask all there is to know about a batch, once its notices are noted; its lineages are locked until the transaction ends."""
    lineages = {one.lineage_id for one in found.sightings.values()}
    await _lock_lineages(pipe, lineages, found.notices)
    for notice in found.notices.values():
        await pipe.send(_NOTE_REVISIONS, _noted(notice))
    entries = frozenset(hit.entry_id for one in found.sightings.values() for hit in one.hits)
    values = {
        "lineages": list(lineages),
        "ids": list(found.sightings),
        "subjects": sorted({one.partition_subject for one in found.sightings.values()}),
        "horizon": horizon,
        "entries": list(entries),
    }
    return Question(
        revisions=await pipe.send(_REVISIONS, values),
        stored=await pipe.send(_STORED, values),
        histories=await pipe.send(_HISTORIES, values),
        alerts=await pipe.send(_ALERTS, values),
        noticed=await pipe.send(_OF_LINEAGES, {"lineages": list(found.notices)}) if found.notices else None,
        asked_entries=entries,
        entries=await pipe.send(_IN_FORCE, values),
        routes_version=await pipe.send(_ROUTES_VERSION),
    )


async def _lock_lineages(pipe: Pipe, read: Collection[UUID], changed: Collection[UUID]) -> None:
    """Keep notices and sightings of one lineage apart until the transaction ends; all locks in one order, so none deadlocks.

    Without it a notice on one partition and an old sighting on another, at the same time, would not see each other. A statement of its
    own: what is read under the locks must be read after they are held.
    """
    exclusive = {lineage_bucket(lineage) for lineage in changed}
    buckets = sorted(exclusive | {lineage_bucket(lineage) for lineage in read})
    if buckets:
        await pipe.send(_LOCK, {"class": _LOCK_CLASS, "buckets": buckets, "exclusive": [one in exclusive for one in buckets]})


_LOCK: Final = """
    SELECT CASE WHEN exclusive THEN pg_advisory_xact_lock(%(class)s::int, bucket)
                ELSE pg_advisory_xact_lock_shared(%(class)s::int, bucket) END
    FROM (SELECT * FROM unnest(%(buckets)s::int[], %(exclusive)s::bool[]) AS given (bucket, exclusive) ORDER BY bucket) AS ordered
"""


async def in_force(pipe: Pipe, ids: Collection[UUID]) -> dict[UUID, InForce]:
    """From when to when these entries hold and who may see them now, those that have not ended."""
    return _in_force(await (await pipe.send(_IN_FORCE, {"entries": list(ids)})).rows())


async def standing_routes(pipe: Pipe) -> list[RouteEntry]:
    """The routes that have not ended."""
    return [RouteEntry.model_validate_json(row[0]) for row in await (await pipe.send(_ROUTES)).rows()]


async def put_sightings(pipe: Pipe, fresh: Sequence[Sighting]) -> None:
    """Store these, each in place of the one of its id; no id may come twice."""
    await put_through(pipe, sighting, [sighting_row(one) for one in fresh], replace=True)


async def note_markers(pipe: Pipe, passed: Mapping[int, Sequence[PartitionMarker]]) -> None:
    """Remember that tracking has passed these markers, by the partition of sightings that they came on."""
    rows = [
        {"list_version": one.list_version, "events_partition": one.events_partition, "sightings_partition": partition}
        for partition, markers in passed.items()
        for one in markers
    ]
    await put_through(pipe, lookback_marker, rows, replace=False)


def _sighting(row: Sequence[Any]) -> Sighting:
    return Sighting.model_validate_json(row[0])


def _in_force(rows: Sequence[Sequence[Any]]) -> dict[UUID, InForce]:
    return {
        entry_id: InForce(valid_from, valid_to, Tlp(tlp) if tlp else Handling().tlp, frozenset(releasable_to))
        for entry_id, valid_from, valid_to, releasable_to, tlp in rows
    }


def _noted(notice: RevisionNotice) -> dict[str, object]:
    return notice.model_dump(include={"lineage_id", "revision", "list_version", "withdrawn"}) | {"kept": list(notice.kept)}
