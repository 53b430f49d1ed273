"""Claims what is due and sends it: a few at a time to each endpoint, so that no endpoint waits for another."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from services.notify.courier import Courier
from services.notify.freshness import Freshness
from services.notify.lanes import Lanes
from services.notify.metrics import CLAIMED
from services.notify.presence import Presence
from services.notify.recorder import Recorder
from services.notify.settings import NotifySettings
from services.notify.store.queue import Claimed, Result, claim
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.errors import TransientError
from shared.platform.readiness import Readiness

log = structlog.get_logger()


class Dispatcher:
    """A worker. It holds what it claimed under a lease; whatever it does not settle, another takes over when that ends."""

    name = "dispatcher"

    def __init__(
        self, database: Database, courier: Courier, settings: NotifySettings, clock: Clock, readiness: Readiness
    ) -> None:
        self._database = database
        self._courier = courier
        self._settings = settings
        self._lanes = Lanes(settings)
        self._freshness = Freshness(database, settings.stale_seconds)
        self._recorder = Recorder(database, clock, self._written)
        self._senders: asyncio.TaskGroup | None = None
        self._presence = Presence(database, settings, self.wake)
        self._hot: set[UUID] = set()
        self._woken = asyncio.Event()
        self._fault: str | None = "it has not looked for deliveries yet"
        readiness.register("dispatcher", lambda: self._fault)

    @property
    def lease(self) -> timedelta:
        """How long a delivery is this process's own."""
        return timedelta(seconds=self._settings.lease_seconds)

    def reserve(self, subscription: UUID, *, urgent: bool = False) -> UUID | None:
        """A place for one new delivery, and the token to lease it under; None when it has to queue."""
        if self._senders is None or not self._lanes.reserve(subscription, urgent=urgent):
            return None
        return self._presence.token()

    def release(self, leased: Sequence[Claimed]) -> None:
        """Give reserved places back: nothing was committed."""
        for claimed in leased:
            self._lanes.release(claimed.subscription)

    def give(self, leased: Sequence[Claimed], since: float) -> None:
        """Send what was committed under reserved places, now; its leases count from `since` (loop time, before the transaction).

        After the dispatcher has stopped, it waits for its lease to end.
        """
        self.release(leased)
        if self._senders is None or not leased:
            return
        for claimed in leased:
            self._add(claimed, since)
        for subscription in {claimed.subscription for claimed in leased}:
            self._start(self._senders, subscription)

    def wake(self, subscriptions: set[UUID]) -> None:
        """Say that these have something due: it goes out now, not at the next look."""
        if subscriptions:
            self._hot |= subscriptions
            self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Dispatch until `stop`; then finish what is under way, give back the rest and write everything down."""
        async with asyncio.TaskGroup() as group:
            present = group.create_task(self._presence.run())
            writer = group.create_task(self._recorder.run())
            async with asyncio.TaskGroup() as senders:
                waker = senders.create_task(self._wake_on(stop))
                self._senders = senders
                await self._dispatch(stop, senders)
                self._senders = None
                waker.cancel()
                for claimed in self._lanes.drain():
                    self._recorder.add(_returned(claimed))
            self._recorder.close()
            await writer
            self._presence.close()
            await present

    async def _dispatch(self, stop: asyncio.Event, senders: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        next_look = loop.time()
        while not stop.is_set():
            hot, self._hot = self._hot, set()
            self._woken.clear()
            if loop.time() >= next_look:
                next_look = loop.time() + self._settings.poll_seconds
                await self._claim(None, hot)
            elif hot:
                await self._claim(hot, hot)
            self._start(senders)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(next_look):
                    await self._woken.wait()

    async def _claim(self, only: set[UUID] | None, hot: set[UUID]) -> None:
        rooms, room = self._lanes.rooms(), self._lanes.room
        if room <= 0:
            self._hot |= hot
            return
        since = asyncio.get_running_loop().time()
        try:
            async with self._database.pipeline() as pipe:
                taken = await claim(
                    pipe, token=self._presence.token(), lease=self.lease,
                    rooms=rooms, room=self._lanes.first_room, batch=room, only=only,
                )  # fmt: skip
        except TransientError as error:
            self._fault = "the database does not answer"
            self._hot |= hot
            log.warning("claims.delayed", error=type(error).__name__)
            return
        self._fault = None
        CLAIMED.inc(len(taken))
        for claimed in taken:
            self._add(claimed, since)
        self._lanes.looked(only, taken, rooms)

    def _add(self, claimed: Claimed, since: float) -> None:
        self._freshness.take(claimed, since)
        self._lanes.add(claimed, since + self._settings.lease_seconds)

    def _start(self, senders: asyncio.TaskGroup, only: UUID | None = None) -> None:
        least_lease = asyncio.get_running_loop().time() + self._settings.total_seconds
        for claimed in self._lanes.ready(least_lease, only):
            senders.create_task(self._send(claimed, senders))
        for claimed in self._lanes.late():
            self._freshness.forget(claimed)
            self._recorder.add(_returned(claimed))

    async def _send(self, claimed: Claimed, senders: asyncio.TaskGroup) -> None:
        result, answered = await self._carry(claimed)
        self._lanes.finished(claimed, answered=answered)
        self._recorder.add(result)
        self._start(senders, claimed.subscription)

    async def _carry(self, claimed: Claimed) -> tuple[Result, bool | None]:
        try:
            current = await self._freshness.confirmed(claimed)
            return (_returned(claimed), None) if current is None else await self._courier.carry(current)
        except Exception as error:  # noqa: BLE001 - whatever one partner's answer or alert breaks, the others are served
            fault = type(error).__name__
            log.error("delivery.broken", delivery=str(claimed.id), error=fault)  # noqa: TRY400 - a trace shows what was sent
            return self._courier.broken(claimed), False

    def _written(self, results: Sequence[Result]) -> None:
        self.wake(self._lanes.written(results))

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()


def _returned(claimed: Claimed) -> Result:
    return Result(claimed.id, claimed.token, claimed.subscription, None)
