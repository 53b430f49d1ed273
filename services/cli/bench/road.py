"""`atalaya bench road`: from the posted event to the received webhook at a steady rate, beside the bare road."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from psycopg import AsyncConnection

from services.cli.bench.bare_road import bare_latencies
from services.cli.bench.figures import Latency
from services.cli.bench.sink import Sink, opened_sink
from services.cli.running import System
from shared.platform.clock import SystemClock

NATION = "GT"
PATIENCE_SECONDS = 30
LEAD_SECONDS = 3
"""Events before the measured ones: connections open, the list is applied, caches are warm."""


def _run_id() -> str:
    return uuid4().hex[:6].upper()


@dataclass(slots=True)
class Plan:
    """One listed vehicle for each event, so that each event must open one alert."""

    rate: int
    seconds: float
    run: str = field(default_factory=_run_id)

    @property
    def lead(self) -> int:
        """How many events come before those that are measured."""
        return self.rate * LEAD_SECONDS

    @property
    def count(self) -> int:
        """All events."""
        return self.lead + int(self.rate * self.seconds)

    def plate(self, number: int) -> str:
        """A plate of no country's format: nobody's."""
        return f"B{self.run}{number:06d}"

    def key(self, number: int) -> str:
        """The subject that the alert will name."""
        return f"vehicle:{NATION}:{self.plate(number)}"


def _entries(plan: Plan) -> Iterator[dict[str, Any]]:
    for number in range(plan.count):
        yield {
            "kind": "vehicle",
            "source": "bench",
            "source_id": plan.plate(number),
            "requested_action": "INFORM_ONLY",
            "severity": "medium",
            "identifiers": {"plate": plan.plate(number), "country": NATION},
            "reason": "generated for a measurement",
            "handling": {"tlp": "GREEN", "releasable_to": [NATION]},
        }


def _crossing(plan: Plan, number: int) -> bytes:
    return orjson.dumps(
        {
            "id": f"BENCH-{plan.run}-{number:06d}",
            "revision": 1,
            "occurred_at": SystemClock().now().isoformat(),
            "place": {"code": "MX-GT-01"},
            "direction": "exit",
            "mode": "road",
            "conveyances": [{"kind": "vehicle", "plate": plan.plate(number), "country": NATION}],
            "handling": {"tlp": "GREEN", "releasable_to": [NATION]},
        }
    )


async def _lines(plan: Plan) -> AsyncIterator[bytes]:
    for entry in _entries(plan):
        yield orjson.dumps(entry) + b"\n"


async def _prepared(session: aiohttp.ClientSession, system: System, plan: Plan, sink: Sink) -> None:
    """Lists the vehicles and subscribes the sink."""
    headers = {"Content-Type": "application/x-ndjson"}
    async with session.post(f"{system.correlate}/v1/watchlist/actors/bulk", data=_lines(plan), headers=headers) as answer:
        answer.raise_for_status()
        await answer.read()
    subscription = {"partner": NATION, "url": sink.url, "format": "json", "language": "en", "filter": {}}
    async with session.post(f"{system.notify}/v1/subscriptions", json=subscription) as answer:
        answer.raise_for_status()
        sink.trust((await answer.json())["secret"])


async def _looked_back(database: str) -> None:
    """Waits until what was stored has been judged by the new list: that is work of another path than the one measured."""
    async with asyncio.timeout(PATIENCE_SECONDS), await AsyncConnection.connect(database, autocommit=True) as connection:
        while (await (await connection.execute(_BEHIND)).fetchone()) != (False,):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.2)


_BEHIND = """
    SELECT (SELECT version FROM correlate.list_version)
         > (SELECT coalesce(max(to_version), 0) FROM correlate.lookback WHERE finished_at IS NOT NULL)
"""


async def _post(
    session: aiohttp.ClientSession, url: str, body: bytes, number: int, sent: dict[int, float], accepted: dict[int, float]
) -> None:
    sent[number] = perf_counter()
    async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
        answer.raise_for_status()
        await answer.read()
    accepted[number] = perf_counter()


async def measure_road(system: System, *, rate: int, seconds: float) -> dict[str, Any]:
    """Posts so many events a second and waits for the alert of each.

    The bare road runs before and after on the same engines. Raises TimeoutError with the count of what did not arrive.
    """
    plan = Plan(rate, seconds)
    sent: dict[int, float] = {}
    accepted: dict[int, float] = {}
    before = await bare_latencies(system.kafka, system.database, rate=rate, seconds=seconds / 2)
    async with opened_sink() as sink, aiohttp.ClientSession(headers={"Authorization": f"Bearer {system.admin_key}"}) as session:
        await _prepared(session, system, plan, sink)
        await _looked_back(system.database)
        url = f"{system.ingest}/v1/border-crossings"
        started = perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(plan.count):
                await asyncio.sleep(max(0.0, started + number / rate - perf_counter()))
                group.create_task(_post(session, url, _crossing(plan, number), number, sent, accepted))
        await _all_arrived(plan, sink)
    after = await bare_latencies(system.kafka, system.database, rate=rate, seconds=seconds / 2)
    measured = range(plan.lead, plan.count)
    road = Latency("event accepted → webhook received", tuple(1000 * (sink.arrived[plan.key(n)] - accepted[n]) for n in measured))
    door = Latency("event posted → webhook received", tuple(1000 * (sink.arrived[plan.key(n)] - sent[n]) for n in measured))
    bare = Latency("three bare Kafka hops and two commits", before + after)
    return {
        "rate": rate,
        "latencies": [road.as_dict(), door.as_dict(), bare.as_dict()],
        "repeated_webhooks": sink.repeats,
        "unverified_webhooks": sink.refused,
        "goal": {"p50": 25, "p99": 100},
    }


async def _all_arrived(plan: Plan, sink: Sink) -> None:
    expected = {plan.key(number) for number in range(plan.count)}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not expected <= sink.arrived.keys():
                sink.changed.clear()
                await sink.changed.wait()
    except TimeoutError as error:
        missing = sorted(expected - sink.arrived.keys())
        raise TimeoutError(
            f"{len(missing)} of {plan.count} alerts did not arrive within {PATIENCE_SECONDS} s, the first of {missing[0]}"
        ) from error
