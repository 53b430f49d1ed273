"""Connections of the driver's own for pipelined transactions: a checkout of SQLAlchemy's pool costs as much as a statement."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from shared.platform.database.failures import DatabaseAwayError, translated
from shared.platform.database.pipeline import Driver

_KEEP_SECONDS: Final = 600.0


class Lines:
    """At most `size` connections, opened when needed and kept. One that an exception came through is closed, and with it those that
    idle: the server may have gone. One older than `keep_seconds` is not kept: its statements were planned once, for tables as they were.
    """  # fmt: skip

    def __init__(
        self, open_one: Callable[[], Awaitable[Driver]], size: int, wait_seconds: float, keep_seconds: float = _KEEP_SECONDS
    ) -> None:
        self._open_one = open_one
        self._free = asyncio.Semaphore(size)
        self._wait_seconds = wait_seconds
        self._keep_seconds = keep_seconds
        self._idle: list[tuple[Driver, float]] = []
        self._closed = False

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[Driver]:
        """A connection without a transaction; raises DatabaseAwayError where none is free in time or none can be opened."""
        await self._wait()
        try:
            with translated():
                driver, opened = self._idle.pop() if self._idle else (await self._open_one(), _now())
            try:
                yield driver
            except BaseException:
                await driver.close()
                await self._drop_idle()
                raise
            if self._closed or _now() - opened >= self._keep_seconds:
                await driver.close()
            elif not driver.closed:
                self._idle.append((driver, opened))
        finally:
            self._free.release()

    async def close(self) -> None:
        """Close what idles, and each of the others when it comes back."""
        self._closed = True
        await self._drop_idle()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise DatabaseAwayError("no free connection in time") from error

    async def _drop_idle(self) -> None:
        idle, self._idle = self._idle, []
        for driver, _ in idle:
            await driver.close()


def _now() -> float:
    return asyncio.get_running_loop().time()
