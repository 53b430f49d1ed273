"""Results of deliveries, written in batches as fast as the database takes them."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from services.notify.metrics import LEASES_LOST, SETTLED
from services.notify.store import queue, subscriptions
from services.notify.store.queue import Result
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.pipeline import through
from shared.platform.errors import TransientError

log = structlog.get_logger()

_BATCH = 200
_GATHER_SECONDS = 0.03
_PAUSE_SECONDS = 0.5


class Recorder:
    """Writes what comes in, all that waits in one transaction; a database that is away delays it, nothing is dropped.

    `written` is called after each commit with what it held.
    """

    def __init__(self, database: Database, clock: Clock, written: Callable[[Sequence[Result]], None]) -> None:
        self._database = database
        self._clock = clock
        self._written = written
        self._waiting: list[Result] = []
        self._filled = asyncio.Event()
        self._full = asyncio.Event()
        self._closed = False

    def add(self, result: Result) -> None:
        """Have a result written."""
        self._waiting.append(result)
        self._filled.set()
        if len(self._waiting) >= _BATCH:
            self._full.set()

    def close(self) -> None:
        """Write what is there, then let `run` return."""
        self._closed = True
        self._filled.set()
        self._full.set()

    async def run(self) -> None:
        """Write until closed."""
        while self._waiting or not self._closed:
            await self._filled.wait()
            await self._gather()
            batch = self._waiting[:_BATCH]
            if batch and await self._write(batch):
                del self._waiting[: len(batch)]
                if len(self._waiting) < _BATCH and not self._closed:
                    self._full.clear()
                self._written(batch)
            if not self._waiting and not self._closed:
                self._filled.clear()

    async def _gather(self) -> None:
        """Let a batch fill: a result that is written a moment later delays no delivery, only the next revision of its alert."""
        if len(self._waiting) < _BATCH and not self._closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GATHER_SECONDS):
                    await self._full.wait()

    async def _write(self, batch: Sequence[Result]) -> bool:
        """Whether it was committed. After an unknown outcome it is written again: then nothing of it is ours any more."""
        now = self._clock.now()
        try:
            changed = await self._commit(batch, sorted({result.subscription for result in batch if result.state == "gone"}), now)
        except TransientError as error:
            log.warning("results.delayed", error=type(error).__name__, waiting=len(self._waiting))
            await asyncio.sleep(_PAUSE_SECONDS)
            return False
        self._tell(batch, len(batch) - changed)
        return True

    async def _commit(self, batch: Sequence[Result], ended: Sequence[UUID], now: datetime) -> int:
        """How many were still ours. Endpoints that want no more have their subscription ended in the same transaction."""
        if not ended:
            async with self._database.pipeline() as pipe:
                return await queue.record(pipe, batch, now)
        async with self._database.transaction("loops") as connection:
            await subscriptions.stop_fan_out(connection)
            changed = await queue.record(await through(connection), batch, now)
            for gone in ended:
                await subscriptions.end(connection, gone, "the endpoint answered 410", now)
        return changed

    @staticmethod
    def _tell(batch: Sequence[Result], lost: int) -> None:
        for result in batch:
            if result.state is not None:
                SETTLED.labels(result.state).inc()
            if result.state in {"failed", "gone"}:
                log.warning("delivery.failed", delivery=str(result.delivery), subscription=str(result.subscription))
        if lost:
            LEASES_LOST.inc(lost)
            log.warning("leases.lost", results=lost)
