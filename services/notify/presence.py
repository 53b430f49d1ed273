"""This process among those that send: known to be alive, and taking over from those that are not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID

import structlog

from services.notify.settings import NotifySettings
from services.notify.store import senders
from shared.platform.database.engine import Database
from shared.platform.database.failures import DatabaseAwayError, translated
from shared.platform.database.pipeline import Driver
from shared.platform.errors import TransientError

log = structlog.get_logger()

_DEADLINE_SECONDS = 5.0


class Presence:
    """Its tokens name the process, and a session of the database says whether it lives. `due` is told what was taken over.

    A session that ends without the process, as when the database is started again, is opened anew under the same number: for
    `takeover_seconds` nobody takes anything over.
    """

    def __init__(self, database: Database, settings: NotifySettings, due: Callable[[set[UUID]], None]) -> None:
        self._database = database
        self._grace = timedelta(seconds=settings.takeover_seconds)
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._look_seconds = min(settings.poll_seconds, settings.takeover_seconds or settings.poll_seconds)
        self._due = due
        self._holder = senders.new_holder()
        self._entered = False
        self._staying = False
        """Was present when last seen: a session that is lost then is opened anew at once."""
        self._closed = asyncio.Event()

    def token(self) -> UUID:
        """A token for new leases."""
        return senders.new_token(self._holder if self._entered else senders.NOBODY)

    def close(self) -> None:
        """Leave, then let `run` return: everything in hand was settled or given back."""
        self._closed.set()

    async def run(self) -> None:
        """Be present until closed."""
        while not self._closed.is_set():
            try:
                async with self._database.line("relay") as connection:
                    try:
                        await self._stay(connection)
                    finally:
                        # The session's end, not a message, gives the lock back.
                        await connection.close()
            except TransientError as error:
                log.warning("presence.lost", error=type(error).__name__)
                if not self._staying:
                    await self._pause()

    async def _stay(self, connection: Driver) -> None:
        self._staying = False
        async with _short():
            await senders.enter(connection, self._holder)
        self._entered = self._staying = True
        while not self._closed.is_set():
            async with _short():
                due = await senders.take_over(connection, self._grace, self._lease)
            if due:
                log.info("leases.taken_over", subscriptions=len(due))
                self._due(due)
            await self._pause()
        async with _short():
            await senders.leave(connection, self._holder)

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._look_seconds):
                await self._closed.wait()


@contextlib.asynccontextmanager
async def _short() -> AsyncIterator[None]:
    """A statement that is over soon, or the database is away."""
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            with translated():
                yield
    except TimeoutError as error:
        raise DatabaseAwayError("no answer before the deadline") from error
