"""What tracking reads and writes of a batch: all questions in one round trip, all answers written in another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.correlate.domain.track.revisions import lineage_bucket
from services.correlate.in_force import InForce
from services.correlate.sorting import Sorted
from services.correlate.store.alerts import ALERT_COLUMNS, StoredAlert, stored_alert
from services.correlate.store.bulk import put
from services.correlate.store.sightings import sighting_row
from services.correlate.tables import lookback_marker, sighting
from shared.contracts.base import Handling, Tlp
from shared.contracts.sightings import PartitionMarker, RevisionNotice, Sighting
from shared.contracts.watchlist import RouteEntry
from shared.platform.database.pipeline import Answer, Pipe

_LOCK_CLASS: Final = 0x617461
"""First half of the advisory locks of lineages."""

_KNOWN: Final = """
    SELECT 'revision', lineage_id, revision::bigint, NULL::text FROM correlate.lineage_revision
    WHERE lineage_id = ANY(%(lineages)s::uuid[])
  UNION ALL
    SELECT 'stored', NULL, NULL, content FROM correlate.sighting WHERE sighting_id = ANY(%(ids)s::uuid[])
  UNION ALL
    SELECT 'noticed', NULL, NULL, content FROM correlate.sighting WHERE lineage_id = ANY(%(noticed)s::uuid[]) AND NOT withdrawn
  UNION ALL
    SELECT 'past', NULL, NULL, seen.content
    FROM unnest(%(subjects)s::text[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) AS came (subject, first, last)
    CROSS JOIN LATERAL (
        SELECT least(came.first, min(occurred_at)) AS first, greatest(came.last, max(occurred_at)) AS last
        FROM correlate.sighting WHERE sighting_id = ANY(%(ids)s::uuid[]) AND partition_subject = came.subject
    ) AS touched
    CROSS JOIN LATERAL (
        SELECT least(touched.first, min(last_seen)) - %(horizon)s::interval AS since, greatest(touched.last, max(last_seen)) + %(horizon)s::interval AS upto
        FROM correlate.alert WHERE partition_subject = came.subject AND state <> 'withdrawn'
          AND last_seen BETWEEN touched.first - 2 * %(horizon)s::interval AND touched.last + 2 * %(horizon)s::interval
    ) AS span
    CROSS JOIN LATERAL (
        SELECT content FROM correlate.sighting
        WHERE partition_subject = came.subject AND occurred_at BETWEEN span.since AND span.upto AND sighting_id <> ALL (%(ids)s::uuid[])
    ) AS seen
  UNION ALL
    SELECT 'routes', NULL, coalesce(max(list_version), 0), NULL FROM correlate.entry WHERE type = 'route'
"""
"""The past of a subject, without the batch's own: at least what `domain.track.reading` asks for, as one span. One statement, since each
costs as much as many rows."""

_EVERYTHING: Final = """
    SELECT content FROM correlate.sighting
    WHERE partition_subject = ANY(%(subjects)s::text[]) AND sighting_id <> ALL (%(ids)s::uuid[])
"""

_ALERTS: Final = f"""
    SELECT {ALERT_COLUMNS} FROM correlate.alert WHERE partition_subject = ANY(%(subjects)s::text[])
    ORDER BY alert_id FOR UPDATE
"""  # noqa: S608 - names of columns of ours

_ROUTES: Final = (
    "SELECT content FROM correlate.entry WHERE type = 'route' AND state IN ('active', 'review_due') ORDER BY entry_id"
)

_IN_FORCE: Final = """
    SELECT entry_id, valid_from, valid_to, releasable_to, content::json #>> '{body,handling,tlp}',
           ARRAY(SELECT DISTINCT flag ->> 'nation' FROM json_array_elements(content::json -> 'flags') flag ORDER BY 1)
    FROM correlate.entry WHERE entry_id = ANY(%(entries)s::uuid[]) AND state IN ('active', 'review_due')
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

    alerts: dict[str, list[StoredAlert]]
    """By partition subject its alerts, nobody else's to change until the transaction ends."""
    asked_entries: frozenset[UUID]
    """The entries that the batch's hits name."""
    entries: dict[UUID, InForce]
    """Those of them that have not ended."""
    revisions: dict[UUID, int] = field(default_factory=dict)
    """The highest revision of those lineages that were ever revised."""
    stored: dict[UUID, Sighting] = field(default_factory=dict)
    """The batch's sightings that are stored already, as they are stored."""
    histories: dict[str, list[Sighting]] = field(default_factory=dict)
    """By partition subject, what is stored beside the batch near it and near the alerts that it can change."""
    noticed: list[Sighting] = field(default_factory=list)
    """Every stored sighting, not withdrawn, of the lineages that notices speak of."""
    routes_version: int = 0
    """The version of the list at which a route changed last, 0 if none ever did."""

    def stored_moments(self, came: Iterable[Sighting]) -> list[datetime]:
        """When those that are stored already had occurred, as it was told then."""
        return [self.stored[one.sighting_id].occurred_at for one in came if one.sighting_id in self.stored]

    def take(self, kind: str, lineage: UUID, number: int, content: str) -> None:
        """A row of the answer, by its kind."""
        if kind == "routes":
            self.routes_version = number
            return
        if kind == "revision":
            self.revisions[lineage] = number
            return
        seen = Sighting.model_validate_json(content)
        if kind == "stored":
            self.stored[seen.sighting_id] = seen
        elif kind == "noticed":
            self.noticed.append(seen)
        else:
            self.histories.setdefault(seen.partition_subject, []).append(seen)


@dataclass(slots=True)
class Question:
    """What was asked about a batch."""

    asked_entries: frozenset[UUID]
    known: Answer
    entries: Answer
    alerts: Answer

    async def answered(self) -> Known:
        """The answers to it."""
        known = Known(
            alerts=_by_subject(stored_alert(row) for row in await self.alerts.rows()),
            asked_entries=self.asked_entries,
            entries=_in_force(await self.entries.rows()),
        )
        for kind, lineage, number, content in await self.known.rows():
            known.take(kind, lineage, number, content)
        return known


async def ask(pipe: Pipe, found: Sorted, horizon: timedelta) -> Question:
    """Ask all there is to know about a batch, once its notices are noted; its lineages are locked until the transaction ends."""
    lineages = {one.lineage_id for one in found.sightings.values()}
    await _lock_lineages(pipe, lineages, found.notices)
    for notice in found.notices.values():
        await pipe.send(_NOTE_REVISIONS, _noted(notice))
    moments = found.moments()
    entries = frozenset(hit.entry_id for one in found.sightings.values() for hit in one.hits)
    values = {
        "lineages": list(lineages),
        "noticed": list(found.notices),
        "ids": list(found.sightings),
        "subjects": list(moments),
        "firsts": [min(each) for each in moments.values()],
        "lasts": [max(each) for each in moments.values()],
        "horizon": horizon,
    }
    alerts = await pipe.send(_ALERTS, {"subjects": list(moments)})
    return Question(
        asked_entries=entries,
        known=await pipe.send(_KNOWN, values),
        entries=await pipe.send(_IN_FORCE, {"entries": list(entries)}),
        alerts=alerts,
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


async def everything_beside(pipe: Pipe, subjects: Collection[str], found: Sorted) -> dict[str, list[Sighting]]:
    """By partition subject all that is stored beside the batch."""
    answer = await pipe.send(_EVERYTHING, {"subjects": list(subjects), "ids": list(found.sightings)})
    past: dict[str, list[Sighting]] = {}
    for row in await answer.rows():
        seen = Sighting.model_validate_json(row[0])
        past.setdefault(seen.partition_subject, []).append(seen)
    return past


async def standing_routes(pipe: Pipe) -> list[RouteEntry]:
    """The routes that have not ended."""
    return [RouteEntry.model_validate_json(row[0]) for row in await (await pipe.send(_ROUTES)).rows()]


async def put_sightings(pipe: Pipe, fresh: Sequence[Sighting]) -> None:
    """Store these, each in place of the one of its id; no id may come twice."""
    await put(pipe, sighting, [sighting_row(one) for one in fresh], replace=True)


async def note_markers(pipe: Pipe, passed: Mapping[int, Sequence[PartitionMarker]]) -> None:
    """Remember that tracking has passed these markers, by the partition of sightings that they came on."""
    rows = [
        {"list_version": one.list_version, "events_partition": one.events_partition, "sightings_partition": partition}
        for partition, markers in passed.items()
        for one in markers
    ]
    await put(pipe, lookback_marker, rows, replace=False)


def _by_subject(stored: Iterable[StoredAlert]) -> dict[str, list[StoredAlert]]:
    found: dict[str, list[StoredAlert]] = {}
    for one in stored:
        found.setdefault(one.partition_subject, []).append(one)
    return found


def _in_force(rows: Sequence[Sequence[Any]]) -> dict[UUID, InForce]:
    return {
        entry_id: InForce(valid_from, valid_to, Tlp(tlp) if tlp else Handling().tlp, frozenset(releasable_to), tuple(flagged_by))
        for entry_id, valid_from, valid_to, releasable_to, tlp, flagged_by in rows
    }


def _noted(notice: RevisionNotice) -> dict[str, object]:
    return notice.model_dump(include={"lineage_id", "revision", "list_version", "withdrawn"}) | {"kept": list(notice.kept)}
