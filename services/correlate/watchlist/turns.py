"""Who may change the list now. Changes have one order, so their writers stand in a queue: it forms here, not in the pool of connections."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from services.correlate.metrics import LIST_WRITERS_WAITING
from shared.platform.errors import TransientError


class ListBusyError(TransientError):
    """Others were changing the list for as long as one waits; nothing was done. The same again."""


class Turns:
    """Lets a few writers of this process have a connection at once; the others wait without one.

    One works while the next waits for the list's row, so that no time is lost between them. `wait` is the longest wait for a
    turn, and once more for the row that another process may hold.
    """

    def __init__(self, at_once: int = 2, wait: timedelta = timedelta(seconds=5)) -> None:
        self.wait = wait
        self._free = asyncio.Semaphore(at_once)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A turn, given back at the end; raises ListBusyError when none comes in time."""
        await self._next()
        try:
            yield
        finally:
            self._free.release()

    async def _next(self) -> None:
        with LIST_WRITERS_WAITING.track_inprogress():
            try:
                async with asyncio.timeout(self.wait.total_seconds()):
                    await self._free.acquire()
            except TimeoutError:
                raise ListBusyError from None
