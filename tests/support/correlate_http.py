"""Correlate's API at a real address, for commands that run as processes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from services.correlate.app import correlate_app
from shared.platform.http.server import HttpServer
from shared.platform.http.settings import HttpSettings
from tests.support.correlate_station import Station


@contextlib.asynccontextmanager
async def served(correlate: Station) -> AsyncIterator[str]:
    """The address while the block lasts."""
    settings = HttpSettings()
    server = HttpServer(correlate_app(correlate.service, settings), settings)
    port = server.bind()
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(server.run(stop))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()
