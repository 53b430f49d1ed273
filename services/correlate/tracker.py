"""Tracking: sightings into the store, and the alerts of each subject they touch; one transaction a batch, its offset in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.track.alerts import StandingAlert, standing_alerts
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.revisions import is_outdated, withdrawals
from services.correlate.in_force import InForce, narrowed
from services.correlate.metrics import SIGHTINGS_OUTDATED, SIGHTINGS_STORED, count_revisions
from services.correlate.revising import changes
from services.correlate.sorting import Sorted, merged, read, the_one_that_stands
from services.correlate.store import alerts as alert_store
from services.correlate.store import entries as entry_store
from services.correlate.store import sightings as store
from services.correlate.store.alerts import Revision
from services.correlate.store.bulk import leave_commit_to_the_log
from services.correlate.store.lookbacks import note_markers
from services.correlate.store.messages import sighting_messages
from services.correlate.tables import consumer_offset, outbox
from shared.contracts import places
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteEntry
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import advance_offset
from shared.platform.database.outbox import post
from shared.platform.errors import PoisonError
from shared.platform.kafka.messages import Batch
from shared.platform.kafka.together import Together

log = structlog.get_logger()

CONSUMER = "track"
Activity: TypeAlias = Callable[[UUID, datetime], bool]


class Tracker:
    """Handles batches of the sightings topic. `wake` tells the relay, `passed` the look back, after the commit."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        policy: TrackPolicy,
        wake: Callable[[], None],
        passed: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._together = Together(self._commit)
        self._wake = wake
        self._passed = passed
        self._routes: tuple[int, list[RouteEntry]] = (-1, [])

    async def handle(self, batch: Batch) -> None:
        """Store a batch, revise the alerts it touches, move the offset: all or nothing.

        Raises PoisonError for what is no message of this topic, LostPartitionError when another copy has the partition.
        """
        await self._together.take((batch, read(batch.records)))

    async def _commit(self, taken: Sequence[tuple[Batch, Sorted]]) -> None:
        """Several partitions' batches in one transaction; no subject and no lineage is on two of them."""
        found = merged([one for _, one in taken])
        async with self._database.transaction("loops") as connection:
            await leave_commit_to_the_log(connection)
            lineages = {sighting.lineage_id for sighting in found.sightings.values()}
            await store.lock_lineages(connection, read=lineages, changed=found.notices)
            for batch, own in sorted(taken, key=lambda pair: pair[0].partition):
                await advance_offset(
                    connection,
                    consumer_offset,
                    consumer=CONSUMER,
                    topic=batch.topic,
                    partition=batch.partition,
                    expected=batch.expected_offset,
                    new=batch.next_offset,
                )
                await note_markers(connection, own.markers, batch.partition)
            withdrawn = await self._take_notices(connection, found)
            written = await self._take_sightings(connection, found) if found.sightings else []
        count_revisions(written)
        if withdrawn or written:
            self._wake()
        if found.markers:
            self._passed()

    async def _take_notices(self, connection: AsyncConnection, found: Sorted) -> int:
        if not found.notices:
            return 0
        await store.note_revisions(connection, found.notices)
        stored = await store.of_lineages(connection, found.notices)
        withdrawn = [one for notice in found.notices.values() for one in withdrawals(notice, stored)]
        await post(connection, outbox, sighting_messages(withdrawn))
        return len(withdrawn)

    async def _take_sightings(self, connection: AsyncConnection, found: Sorted) -> list[Revision]:
        revisions = await store.known_revisions(connection, {one.lineage_id for one in found.sightings.values()})
        current = {key: one for key, one in found.sightings.items() if not is_outdated(one, revisions.get(one.lineage_id))}
        stored = await store.find_sightings(connection, current)
        merged = [the_one_that_stands(one, stored[key]) if key in stored else one for key, one in current.items()]
        fresh = [one for one in merged if one is not stored.get(one.sighting_id)]
        await store.put_sightings(connection, fresh)
        touched = {one.partition_subject: one for one in found.sightings.values()}
        written = await self._revise(connection, touched, merged)
        await alert_store.write_revisions(connection, written)
        SIGHTINGS_STORED.inc(len(fresh))
        SIGHTINGS_OUTDATED.inc(len(found.sightings) - len(current))
        return written

    async def _revise(
        self, connection: AsyncConnection, touched: dict[str, Sighting], held: Sequence[Sighting]
    ) -> list[Revision]:
        """The new revisions of the alerts of these subjects; each says which sighting led to it."""
        histories = await store.histories(connection, touched, self._policy.horizon, held)
        alerts = await alert_store.alerts_of(connection, touched)
        routes = await self._standing_routes(connection)
        named = {hit.entry_id for history in histories.values() for one in history for hit in one.hits}
        entries = await entry_store.in_force(connection, named)
        active = _activity(entries, routes)
        now = self._clock.now()
        written: list[Revision] = []
        for subject, history in histories.items():
            standing = self._standing(subject, narrowed(history, entries), routes, active)
            stored = alerts.get(subject, [])
            latest = touched[subject]
            revisions = changes(subject, standing, stored, history, horizon=self._policy.horizon, now=now)
            written += [replace(one, accepted_at=latest.received_at, traceparent=latest.traceparent) for one in revisions]
        return written

    def _standing(
        self, subject: str, history: Sequence[Sighting], routes: Sequence[RouteEntry], active: Activity
    ) -> list[StandingAlert]:
        try:
            return standing_alerts(subject, history, routes, active, self._policy, places)
        except Exception as error:
            log.warning("subject.not_tracked", error=type(error).__name__)
            raise PoisonError(f"its subject cannot be tracked: {type(error).__name__}") from error

    async def _standing_routes(self, connection: AsyncConnection) -> list[RouteEntry]:
        """The routes that have not ended; read again only when one has changed."""
        version = await entry_store.routes_version(connection)
        if self._routes[0] != version:
            self._routes = (version, await entry_store.standing_routes(connection))
        return self._routes[1]


def _activity(entries: Mapping[UUID, InForce], routes: Sequence[RouteEntry]) -> Activity:
    """Whether an entry is in force for something at a moment. One that has ended is for nothing, whenever it was."""
    tracked = {route.entry_id: InForce.of_route(route) for route in routes}
    every = {**entries, **tracked}

    def active(entry_id: UUID, at: datetime) -> bool:
        return entry_id in every and every[entry_id].holds(at)

    return active
