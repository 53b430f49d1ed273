"""A wire that can be made silent or cut: between us and PostgreSQL, as a broken network would be."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self

import pytest
from sqlalchemy import make_url


class Wire:
    """Forwards TCP. `silent`: takes bytes and hands none on, keeps the connection. `cut_before`/`cut_after`: see `_carry`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks = asyncio.TaskGroup()
        self.cut_after: bytes | None = None
        self.address = ("", 0)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._flowing.set()
        self.cut()
        await self._tasks.__aexit__(None, None, None)

    def silence(self) -> None:
        self._flowing.clear()

    def restore(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._writers.add(far_writer)
            back = self._tasks.create_task(self._carry(far_reader, writer, outward=False))
            await self._carry(reader, far_writer, outward=True)
            await back
            self._writers.discard(far_writer)
        except OSError:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
                if outward and self.cut_after is not None and self.cut_after in data:
                    self.cut_after = None
                    self._flowing.clear()
                    self._tasks.create_task(self._cut_soon())
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()

    async def _cut_soon(self) -> None:
        """The answer has had time to come to us and goes no further."""
        await asyncio.sleep(0.3)
        self.cut()
        self._flowing.set()


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to the test's database, and the URL that leads through it."""
    url = make_url(database_url)
    async with Wire(url.host or "127.0.0.1", url.port or 5432) as made:
        through = url.set(host="127.0.0.1", port=made.address[1])
        yield made, through.render_as_string(hide_password=False)


Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
def eventually() -> Eventually:
    """Wait for an effect; the test's own timeout is the limit."""

    async def wait(holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(15):
            while True:
                if await holds():
                    return
                await asyncio.sleep(0.02)

    return wait
