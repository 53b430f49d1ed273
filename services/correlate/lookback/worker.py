"""The look back: what an older list judged, judged against what has changed since; found hits go the way of all sightings.

It begins for a version when tracking has passed its marker on every way through the topics: everything that an older list
judged is stored by then. One copy works at a time. It goes on in pieces, each one transaction with the place where the next begins:
killed at any point, it repeats nothing that was committed and leaves nothing out.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.screen.weights import Weights
from services.correlate.lookback.changed import Changed
from services.correlate.lookback.pages import Bounds, Page, page
from services.correlate.metrics import LOOK_BACK_JUDGED
from services.correlate.store import entries as entry_store
from services.correlate.store import lookbacks as store
from services.correlate.store.lookbacks import Cursor, LookBackState, Phase
from services.correlate.store.messages import sighting_messages
from services.correlate.tables import outbox
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.outbox import post
from shared.platform.errors import TransientError

log = structlog.get_logger()

_ENTRIES_AT_ONCE = 200
"""Entries read and indexed until the loop gets its turn."""


class _NotAsTheyWereError(Exception):
    """An entry changed while a piece was judged by what it was: nothing of the piece counts."""


class LookBack:
    """The worker. `wake` tells the relay; call `passed` when tracking has passed a marker.

    `ways` says how many ways there are from an events to a sightings partition, None while nobody knows.
    """

    name = "look-back"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        bounds: Bounds,
        most_versions: int,
        poll_seconds: float,
        ways: Callable[[], int | None],
        wake: Callable[[], None],
        weights: Weights | None = None,
    ) -> None:
        self._weights = weights or Weights()
        self._database = database
        self._clock = clock
        self._bounds = bounds
        self._most_versions = most_versions
        self._poll_seconds = poll_seconds
        self._ways = ways
        self._wake = wake
        self._due = asyncio.Event()
        self._changed = Changed(0, 0, 0, self._weights)
        self._insists = False

    def passed(self) -> None:
        """Look now whether a version has been passed everywhere."""
        self._due.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Look back whenever a change has been passed, until `stop`; a piece in hand is finished."""
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
        """Judge one piece and commit what it gave with the place where the next begins; False when there is nothing to do."""
        while True:
            state = await self._state()
            if state is None:
                return False
            if self._changed.range != (state.after_version, state.to_version):
                self._changed = await self._read(state)
            try:
                done = await self._piece(state)
            except _NotAsTheyWereError:
                self._insists = True
                continue
            self._insists = False
            if done is not None:
                LOOK_BACK_JUDGED.inc(done.judged)
                if done.again:
                    self._wake()
            return done is not None

    async def _state(self) -> LookBackState | None:
        """The look back in hand, or the next, begun; None without one, or where another copy looks back."""
        async with self._database.transaction("loops") as connection:
            if not await _alone(connection):
                return None
            return await store.unfinished(connection) or await self._begin(connection)

    async def _begin(self, connection: AsyncConnection) -> LookBackState | None:
        ways = self._ways()
        passed = await store.passed_version(connection, ways) if ways else None
        done = await store.done_version(connection)
        if passed is None or passed <= done:
            return None
        state = LookBackState(done, min(passed, done + self._most_versions))
        await store.begin(connection, state, self._clock.now())
        return state

    async def _read(self, state: LookBackState) -> Changed:
        """The entries that changed. Those changed again since come as they are now: nothing is judged by what no longer stands."""
        async with self._database.transaction("loops") as connection:
            changed = Changed(
                state.after_version, state.to_version, await entry_store.list_version_now(connection), self._weights
            )
        for start in range(state.after_version, state.to_version, _ENTRIES_AT_ONCE):
            async with self._database.transaction("loops") as connection:
                upto = min(start + _ENTRIES_AT_ONCE, state.to_version)
                changed.add(await entry_store.changed_between(connection, start, upto))
        named = sorted(changed.named)
        for at in range(0, len(named), _ENTRIES_AT_ONCE):
            async with self._database.transaction("loops") as connection:
                changed.note((await entry_store.find_entries(connection, named[at : at + _ENTRIES_AT_ONCE])).values())
        return changed

    async def _piece(self, before: LookBackState) -> Page | None:
        """One piece in one transaction; None where another copy has gone on with it meanwhile."""
        async with self._database.transaction("loops") as connection:
            if not await _alone(connection) or await store.unfinished(connection) != before:
                return None
            if self._insists:
                await self._catch_up(connection)
            cursor, done = before.cursor, Page((), 0, before.cursor)
            while cursor.phase is not Phase.DONE and not (done.judged or done.again):
                done = await page(connection, self._changed, cursor, before.to_version, self._bounds)
                if done.follows is not None:
                    cursor = done.follows
                    break
                cursor = Cursor(cursor.phase.following)
            await self._hold(connection)
            await post(connection, outbox, sighting_messages(done.again))
            await store.advance(connection, before, cursor, judged=done.judged, found=len(done.again))
            if cursor.phase is Phase.DONE:
                await store.finish(connection, before, self._clock.now())
                log.info("look_back.finished", after_version=before.after_version, to_version=before.to_version)
        return done

    async def _hold(self, connection: AsyncConnection) -> None:
        """Let no entry change until the commit; raises when one of those in hand has.

        What a piece sends so comes before the marker of any later change: the look back of that one finds it stored.
        """
        version = await entry_store.hold_list(connection)
        if version == self._changed.as_of:
            return
        if await entry_store.version_of_changed(connection, *self._changed.range) > self._changed.as_of:
            raise _NotAsTheyWereError
        self._changed.as_of = version

    async def _catch_up(self, connection: AsyncConnection) -> None:
        """Let no entry change until the commit, and take in what has: so that whoever changes them all the time holds up nothing for ever."""
        version = await entry_store.hold_list(connection)
        self._changed.add(await entry_store.changed_again(connection, *self._changed.range, self._changed.as_of))
        self._changed.as_of = version

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
