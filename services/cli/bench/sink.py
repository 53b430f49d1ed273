"""A partner's endpoint that answers at once and notes when each alert came."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson

from services.cli.endpoint import Arrival, Endpoint


class Sink(Endpoint):
    """First arrivals by the subject's key, and repeats counted."""

    def __init__(self) -> None:
        super().__init__(self._note)
        self.arrived: dict[str, float] = {}
        self.webhook_ids: set[str] = set()
        self.repeats = 0
        self.changed = asyncio.Event()

    def _note(self, arrival: Arrival) -> None:
        if arrival.webhook_id in self.webhook_ids:
            self.repeats += 1
        self.webhook_ids.add(arrival.webhook_id)
        self.arrived.setdefault(orjson.loads(arrival.body)["data"]["subject"]["key"], arrival.at)
        self.changed.set()


@contextlib.asynccontextmanager
async def opened_sink() -> AsyncIterator[Sink]:
    """A sink on a free port of 127.0.0.1 until the block ends. It takes nothing before it trusts the subscription's secret."""
    async with Sink().listening() as sink:
        yield sink
