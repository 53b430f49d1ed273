"""The stored past passes its retention."""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from services.notify.settings import NotifySettings
from services.notify.store.purge import purge_before
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.errors import TransientError

log = structlog.get_logger()

_AT_ONCE = 500
"""Rows of one transaction: short enough that nobody waits for it."""


class Purge:
    """A worker that deletes what is older than the retention. Any number of copies may work, and each may stop at any time."""

    name = "purge"

    def __init__(self, database: Database, settings: NotifySettings, clock: Clock) -> None:
        self._database = database
        self._retention = timedelta(days=settings.retention_days)
        self._every_seconds = settings.purge_every_seconds
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; a database that is away is tried again after the pause."""
        while not stop.is_set():
            try:
                deleted = await self.once()
            except TransientError as error:
                log.warning("purge.postponed", error=type(error).__name__)
                deleted = 0
            if deleted < _AT_ONCE:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every_seconds):
                        await stop.wait()

    async def once(self) -> int:
        """Delete some of what is over; how many rows of the fuller table."""
        async with self._database.transaction("loops") as connection:
            deleted = await purge_before(connection, self._clock.now() - self._retention, _AT_ONCE)
        if deleted:
            log.info("past.purged", rows=deleted)
        return deleted
