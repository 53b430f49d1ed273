"""The limits beside which delivery is measured: posts without a store, and alerts that are only read."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Final
from uuid import uuid4

import aiohttp
from aiokafka import AIOKafkaConsumer

from shared.contracts.topics import ALERTS

IN_FLIGHT: Final = 64


async def bare_posts(url: str, body: bytes, count: int) -> float:
    """The same body with signature headers, posted by a bare aiohttp loop with 64 in flight, nothing stored; posts a second."""
    headers = {"webhook-id": str(uuid4()), "webhook-timestamp": "1", "webhook-signature": "v1," + "A" * 44}
    left = iter(range(count))

    async def post(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(f"{url}/bare", data=body, headers=headers) as answer:
                await answer.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(post(session))
        return count / (perf_counter() - began)


@contextlib.asynccontextmanager
async def reading(bootstrap: str) -> AsyncIterator[dict[str, float]]:
    """When a bare consumer had each alert that is put on the topic meanwhile, by its id."""
    consumer = AIOKafkaConsumer(ALERTS, bootstrap_servers=bootstrap, auto_offset_reset="latest", fetch_max_wait_ms=100)
    await consumer.start()
    read: dict[str, float] = {}

    async def note() -> None:
        async for record in consumer:
            read.setdefault(record.key.decode(), perf_counter())

    try:
        await consumer.seek_to_end()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(note())
            yield read
            task.cancel()
    finally:
        await consumer.stop()
