"""Tracking: sightings into the store, and the alerts of each subject they touch; one transaction a batch, its offset in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import structlog

from services.correlate.domain.track.alerts import StandingAlert, standing_alerts
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.revisions import is_outdated, withdrawals
from services.correlate.in_force import InForce, narrowed
from services.correlate.metrics import SIGHTINGS_OUTDATED, SIGHTINGS_STORED, count_revisions
from services.correlate.revising import Case, case, changes
from services.correlate.sorting import Sorted, merged, read, the_one_that_stands
from services.correlate.store import alerts as alert_store
from services.correlate.store import tracking as store
from services.correlate.store.alerts import Revision
from services.correlate.store.messages import sighting_messages
from services.correlate.store.tracking import Known
from services.correlate.tables import consumer_offset, outbox
from shared.contracts import places
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteEntry
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import advance_offsets
from shared.platform.database.outbox import post_through
from shared.platform.database.pipeline import Pipe
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
        async with self._database.pipeline() as pipe:
            advance = await advance_offsets(pipe, consumer_offset, CONSUMER, [batch for batch, _ in taken])
            await store.note_markers(pipe, {batch.partition: own.markers for batch, own in taken})
            question = await store.ask(pipe, found, self._policy.horizon)
            await advance.confirm()
            known = await question.answered()
            withdrawn = [one for notice in found.notices.values() for one in withdrawals(notice, known.noticed)]
            await post_through(pipe, outbox, sighting_messages(withdrawn))
            written = await self._take_sightings(pipe, found, known) if found.sightings else []
        count_revisions(written)
        if withdrawn or written:
            self._wake()
        if found.markers:
            self._passed()

    async def _take_sightings(self, pipe: Pipe, found: Sorted, known: Known) -> list[Revision]:
        current = {key: one for key, one in found.sightings.items() if not is_outdated(one, known.revisions.get(one.lineage_id))}
        standing = [the_one_that_stands(one, known.stored[key]) if key in known.stored else one for key, one in current.items()]
        fresh = [one for one in standing if one is not known.stored.get(one.sighting_id)]
        await store.put_sightings(pipe, fresh)
        left = [one for key, one in known.stored.items() if key not in current]
        written = await self._revise(pipe, found, known, [*standing, *left])
        await alert_store.write_revisions(pipe, written)
        SIGHTINGS_STORED.inc(len(fresh))
        SIGHTINGS_OUTDATED.inc(len(found.sightings) - len(current))
        return written

    async def _revise(self, pipe: Pipe, found: Sorted, known: Known, own: Sequence[Sighting]) -> list[Revision]:
        """The new revisions of the alerts of these subjects."""
        cases = _cases(found, known, own, self._policy.horizon)
        written, unsure = await self._settle(pipe, known, cases)
        if unsure:
            past = await store.everything_beside(pipe, [one.subject for one in unsure], found)
            whole = _joined(past, own)
            more, _ = await self._settle(pipe, known, [one.of_everything(whole.get(one.subject, [])) for one in unsure])
            written += more
        return written

    async def _settle(self, pipe: Pipe, known: Known, cases: Sequence[Case]) -> tuple[list[Revision], list[Case]]:
        """What is to be written, and the cases that must be looked at with all of their past."""
        routes = await self._standing_routes(pipe, known.routes_version)
        entries = await self._entries(pipe, known, cases)
        active = _activity(entries, routes)
        now = self._clock.now()
        written: list[Revision] = []
        unsure: list[Case] = []
        for one in cases:
            standing = self._standing(one.subject, narrowed(one.history, entries), routes, active)
            revisions, search_further = changes(one, standing, now)
            written += revisions
            if search_further:
                unsure.append(one)
        return written, unsure

    async def _entries(self, pipe: Pipe, known: Known, cases: Sequence[Case]) -> dict[UUID, InForce]:
        """The entries that any of this rests on; most often the batch itself names them all."""
        older = {hit.entry_id for one in cases for seen in one.history for hit in seen.hits} - known.asked_entries
        return {**known.entries, **(await store.in_force(pipe, older) if older else {})}

    def _standing(
        self, subject: str, history: Sequence[Sighting], routes: Sequence[RouteEntry], active: Activity
    ) -> list[StandingAlert]:
        try:
            return standing_alerts(subject, history, routes, active, self._policy, places)
        except Exception as error:
            log.warning("subject.not_tracked", error=type(error).__name__)
            raise PoisonError(f"its subject cannot be tracked: {type(error).__name__}") from error

    async def _standing_routes(self, pipe: Pipe, version: int) -> list[RouteEntry]:
        """The routes that have not ended; read again only when one has changed."""
        if self._routes[0] != version:
            self._routes = (version, await store.standing_routes(pipe))
        return self._routes[1]


def _cases(found: Sorted, known: Known, own: Sequence[Sighting], horizon: timedelta) -> list[Case]:
    """A case of each subject that the batch touches; `own` are its sightings as they will be stored."""
    past = _joined(known.histories, own)
    came: dict[str, list[Sighting]] = {}
    for one in found.sightings.values():
        came.setdefault(one.partition_subject, []).append(one)
    return [
        case(
            subject,
            sightings,
            known.alerts.get(subject, []),
            [*(one.occurred_at for one in sightings), *known.stored_moments(sightings)],
            past.get(subject, []),
            horizon,
        )
        for subject, sightings in came.items()
    ]


def _joined(stored: Mapping[str, Sequence[Sighting]], own: Sequence[Sighting]) -> dict[str, list[Sighting]]:
    """By partition subject what will be stored: what is, and the batch's own."""
    found = {subject: list(past) for subject, past in stored.items()}
    for one in own:
        found.setdefault(one.partition_subject, []).append(one)
    return found


def _activity(entries: Mapping[UUID, InForce], routes: Sequence[RouteEntry]) -> Activity:
    """Whether an entry is in force for something at a moment. One that has ended is for nothing, whenever it was."""
    tracked = {route.entry_id: InForce.of_route(route) for route in routes}
    every = {**entries, **tracked}

    def active(entry_id: UUID, at: datetime) -> bool:
        return entry_id in every and every[entry_id].holds(at)

    return active
