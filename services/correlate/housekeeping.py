"""What time alone brings: alerts expire, the stored past passes its retention."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from services.correlate.metrics import count_revisions
from services.correlate.revising import expired
from services.correlate.store import alerts as alert_store
from services.correlate.store.purge import purge_before
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.errors import TransientError

log = structlog.get_logger()

_AT_ONCE = 500
"""Rows of one transaction: short enough that nobody waits for it."""


class Periodic:
    """A worker that does a thing, again at once while there is more of it, then after a pause."""

    def __init__(self, name: str, every_seconds: float, do: Callable[[], Awaitable[int]], at_once: int = _AT_ONCE) -> None:
        self.name = name
        self._every_seconds = every_seconds
        self._do = do
        self._at_once = at_once

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; a database that is away is tried again after the pause."""
        while not stop.is_set():
            try:
                done = await self._do()
            except TransientError as error:
                log.warning("housekeeping.postponed", worker=self.name, error=type(error).__name__)
                done = 0
            if done < self._at_once:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every_seconds):
                        await stop.wait()


class Expiry:
    """Closes alerts whose time is over. Any number of copies may work."""

    def __init__(self, database: Database, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake

    async def once(self) -> int:
        """Close what is due, some at a time; how many."""
        now = self._clock.now()
        async with self._database.pipeline() as pipe:
            await pipe.durable()
            due = await alert_store.overdue(pipe, now, _AT_ONCE)
            closed = expired(due, now)
            await alert_store.write_revisions(pipe, closed)
        count_revisions(closed)
        if due:
            self._wake()
        return len(due)


class Purge:
    """Deletes what came in before the retention: movements, revisions of events, ended alerts."""

    def __init__(self, database: Database, clock: Clock, retention: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._retention = retention

    async def once(self) -> int:
        """Delete some of what is over; how many rows of the fullest table."""
        async with self._database.transaction("loops") as connection:
            deleted = await purge_before(connection, self._clock.now() - self._retention, _AT_ONCE)
        if deleted:
            log.info("past.purged", rows=deleted)
        return deleted
