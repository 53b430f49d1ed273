"""The look back: what an older list judged, judged against what has changed since; found hits go the way of all sightings.

It begins for a version when tracking has passed its marker on every way through the topics: everything that an older list
judged is stored by then. One copy works at a time; after a crash it goes on at the last slice.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from services.correlate.domain.track.lookback import concerned, look_back, on_route
from services.correlate.domain.waypoints import places_at
from services.correlate.entries import AnyEntry
from services.correlate.metrics import LOOK_BACK_JUDGED
from services.correlate.store import lookbacks as store
from services.correlate.store import sightings as sighting_store
from services.correlate.store.alerts import subjects_alerted_on
from services.correlate.store.entries import changed_between, version_of_changed
from services.correlate.store.lookbacks import LookBackState
from services.correlate.store.messages import PARTITIONS, sighting_messages
from services.correlate.tables import outbox
from shared.contracts.sightings import Sighting
from shared.contracts.topics import EVENTS, SIGHTINGS
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import RouteEntry
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.outbox import post
from shared.platform.errors import TransientError

log = structlog.get_logger()

_WAYS = PARTITIONS[EVENTS] * PARTITIONS[SIGHTINGS]
_SEIZURES = "seizure"
"""What the keys of seizures as such begin with; those of other subjects begin with their kind."""


class Changed:
    """The entries of one look back, as an index of their own and by what of the past they concern."""

    def __init__(self, entries: Sequence[AnyEntry]) -> None:
        self.index = WatchlistIndex()
        for entry in entries:
            self.index.apply(entry)
        self.screener = Screener(self.index, EvidenceMatcher())
        self.routes = [entry for entry in entries if isinstance(entry, RouteEntry)]
        self.keys = [f"{entry.type}:{entry.entry_id}" for entry in entries]
        kinds = {kind for entry in entries for kind in concerned(entry).kinds}
        named = {_SEIZURES if kind is SubjectKind.ROUTE else kind.value for kind in kinds}
        self.prefixes = frozenset() if self.routes else frozenset(named)
        """Of the partition subjects to read; none means all: any subject may have travelled a route."""

    async def again(self, sightings: Iterable[Sighting], slice_seconds: float) -> list[Sighting]:
        """What is to be sent again for stored sightings, judged in slices that leave the loop its turn."""
        found: list[Sighting] = []
        ends = time.perf_counter() + slice_seconds
        for sighting in sightings:
            found += look_back(sighting, self.screener, self.index)
            if time.perf_counter() >= ends:
                await asyncio.sleep(0)
                ends = time.perf_counter() + slice_seconds
        return found

    def at_waypoints(self, sightings: Iterable[Sighting]) -> set[str]:
        """The subjects of sightings at a waypoint of a changed route."""
        return {
            one.partition_subject
            for one in sightings
            if one.place is not None and any(places_at(route.body, one.place) for route in self.routes)
        }


class LookBack:
    """The worker. `wake` tells the relay; call `passed` when tracking has passed a marker."""

    name = "look-back"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        horizon: timedelta,
        slice_size: int,
        slice_seconds: float,
        poll_seconds: float,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._horizon = horizon
        self._slice_size = slice_size
        self._slice_seconds = slice_seconds
        self._poll_seconds = poll_seconds
        self._wake = wake
        self._due = asyncio.Event()
        self._changed: tuple[tuple[int, int, int], Changed] = ((0, 0, 0), Changed([]))

    def passed(self) -> None:
        """Look now whether a version has been passed everywhere."""
        self._due.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Look back whenever a change has been passed, until `stop`; a slice in hand is finished."""
        while not stop.is_set():
            self._due.clear()
            try:
                more = await self.step()
            except TransientError as error:
                log.warning("look_back.postponed", error=type(error).__name__)
                more = False
            if not more:
                await self._pause(stop)

    async def step(self) -> bool:
        """Judge one slice and commit what it gave with the progress; False when there is nothing to do."""
        async with self._database.transaction("loops") as connection:
            if not await _alone(connection):
                return False
            state = await store.unfinished(connection) or await self._begin(connection)
            if state is None:
                return False
            changed = await self._entries(connection, state)
            stored = await sighting_store.slice_of(
                connection, state.position, changed.index.list_version, self._slice_size, changed.prefixes
            )
            again = await changed.again(stored, self._slice_seconds)
            if state.position is None or len(stored) < self._slice_size:
                again += await self._under_entries(connection, changed)
            again += await self._travelled(connection, changed, stored)
            await post(connection, outbox, sighting_messages(again))
            position = stored[-1].sighting_id if stored else None
            await store.advance(connection, state, position, judged=len(stored), found=len(again))
            if len(stored) < self._slice_size:
                await store.finish(connection, state, self._clock.now())
                log.info("look_back.finished", after_version=state.after_version, to_version=state.to_version)
        LOOK_BACK_JUDGED.inc(len(stored))
        if again:
            self._wake()
        return True

    async def _begin(self, connection: AsyncConnection) -> LookBackState | None:
        passed = await store.passed_version(connection, _WAYS)
        done = await store.done_version(connection)
        if passed is None or passed <= done:
            return None
        state = LookBackState(done, passed)
        await store.begin(connection, state, self._clock.now())
        return state

    async def _entries(self, connection: AsyncConnection, state: LookBackState) -> Changed:
        """The entries that changed. Those changed again since come as they are now: nothing is judged by what no longer stands."""
        latest = await version_of_changed(connection, state.after_version, state.to_version)
        known = (state.after_version, state.to_version, latest)
        if self._changed[0] != known:
            self._changed = (known, Changed(await changed_between(connection, state.after_version, state.to_version)))
        return self._changed[1]

    async def _under_entries(self, connection: AsyncConnection, changed: Changed) -> list[Sighting]:
        """What is stored under the changed entries themselves: withdrawn where it is met no more, else looked at again."""
        stored = await sighting_store.under_subjects(connection, changed.keys)
        again = await changed.again(stored, self._slice_seconds)
        alerted = await subjects_alerted_on(connection, [route.entry_id for route in changed.routes])
        return again + await sighting_store.latest_of(connection, alerted)

    async def _travelled(self, connection: AsyncConnection, changed: Changed, stored: Sequence[Sighting]) -> list[Sighting]:
        """One sighting of each subject that was seen at two waypoints of a changed route, to have it tracked again."""
        near = changed.at_waypoints(stored)
        if not near:
            return []
        histories = await sighting_store.histories(connection, near, self._horizon)
        every = [one for history in histories.values() for one in history]
        on = {subject for route in changed.routes if route.ended_at is None for subject in on_route(route, every)}
        return [histories[subject][-1] for subject in sorted(on)]

    async def _pause(self, stop: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await _either(self._due, stop)


async def _either(one: asyncio.Event, other: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        waits = [group.create_task(one.wait()), group.create_task(other.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()


async def _alone(connection: AsyncConnection) -> bool:
    """Whether no other copy looks back now; the lock ends with the transaction."""
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended("correlate:look-back", 0))
    return bool((await connection.execute(select(lock))).scalar())
