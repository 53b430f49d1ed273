"""An endpoint below HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from tests.support.notify import until

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextlib.asynccontextmanager
async def raw_endpoint(handle: Handle) -> AsyncIterator[str]:
    """An endpoint below HTTP, so that it can break the rules."""
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handle(reader, writer)
        finally:
            writer.close()
            at_work.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for task in at_work:
            task.cancel()
        await until(lambda: not at_work)


async def read_request(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
    return headers, await reader.readexactly(int(headers["content-length"]))
