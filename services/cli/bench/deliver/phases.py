"""The phases of `atalaya bench deliver`: bursts, a steady rate, one endpoint that hangs or drips, and a killed process."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import aiohttp
from aiokafka import AIOKafkaProducer

from services.cli.bench.deliver.cost import Cost
from services.cli.bench.deliver.limits import bare_posts, reading
from services.cli.bench.deliver.partners import (
    Partners,
    Sink,
    alert_template,
    filled,
    opened_producer,
    opened_sink,
    put_all,
    put_steadily,
)
from services.cli.bench.figures import Latency
from services.cli.running import System

_PATIENCE_SECONDS: Final = 120.0
"""Without anything new for so long, a phase ends and says what is missing."""
_LOOK_SECONDS: Final = 0.1


@dataclass(slots=True)
class Bench:
    """What the phases share."""

    system: System
    partners: Partners
    sink: Sink
    producer: AIOKafkaProducer
    template: str

    def identities(self, count: int) -> list[str]:
        """So many new alerts."""
        return [str(uuid4()) for _ in range(count)]

    async def burst(self, alerts: int, endpoints: int) -> dict[str, Any]:
        """So many alerts at once to so many endpoints: deliveries a second from the first alert handed over to the last receipt."""
        await self._ready(endpoints)
        identities, cost = self.identities(alerts), Cost(self.system)
        began = perf_counter()
        await put_all(self.producer, self.template, identities)
        handed = perf_counter() - began
        report = await self._until(alerts * endpoints)
        deliveries = report["received"]
        return {
            "phase": f"burst to {endpoints}",
            "deliveries": deliveries,
            "handed_over_seconds": round(handed, 2),
            "seconds": round(report["last"] - began, 2),
            "per_second": round(deliveries / (report["last"] - began), 1),
            **cost.since(deliveries),
            **_verdict(report, alerts * endpoints),
        }

    async def steady(self, rate: int, seconds: float) -> dict[str, Any]:
        """One endpoint at a steady rate: from the alerts topic to the receipt."""
        await self._ready(1)
        cost = Cost(self.system)
        async with reading(self.system.kafka) as read:
            sent, report = await self._sent(rate, seconds, endpoints=1)
        late = await self._latencies(sent)
        bare = tuple(1000 * (read[one] - at) for one, at in sent.items() if one in read)
        return {
            "phase": f"steady {rate}/s",
            "latency": Latency("handed over → received", late).as_dict(),
            "bare": Latency("handed over → read by a bare consumer beside it", bare).as_dict(),
            **cost.since(report["received"]),
            **_verdict(report, len(sent)),
        }

    async def beside(self, how: str, hold_seconds: float, rate: int, seconds: float) -> dict[str, Any]:
        """Ten endpoints at a steady rate, all well and then one that hangs or drips: what the other nine notice of it."""
        paths = await self._ready(10)
        sent, _ = await self._sent(rate, seconds, endpoints=10)
        calm = Latency("calm, the same nine", await self._latencies(sent, but=paths[0]))
        await self.sink.tell("reset")
        await self.sink.tell("behave", {paths[0]: (how, hold_seconds)})
        sent, report = await self._sent(rate, seconds, endpoints=9)
        troubled = Latency(f"one of ten {how}s {hold_seconds:.0f} s, the other nine", await self._latencies(sent, but=paths[0]))
        await self.sink.tell("behave", {})
        before, after = calm.as_dict(), troubled.as_dict()
        return {
            "phase": f"one of ten {how}s",
            "calm": before,
            "troubled": after,
            "p50_ratio": round(after["p50"] / before["p50"], 3),
            "p99_ratio": round(after["p99"] / before["p99"], 3),
            **_verdict(report, 9 * len(sent)),
        }

    async def crash(self, alerts: int, kills: int) -> dict[str, Any]:
        """SIGKILL for the sending process in the middle of a burst of alerts with two revisions each, the second right behind the first."""
        await self._ready(1)
        identities, random = self.identities(alerts), Random(1)
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            killer = group.create_task(self._kill(kills, random))
            await put_all(self.producer, self.template, identities, revisions=2)
        killed = killer.result()
        complete = await self._until_latest(identities, 2)
        report = await self.sink.tell("report")
        return {
            "phase": f"killed {len(killed)} times",
            "alerts": alerts,
            "lost": complete["missing"],
            "doubled": report["repeats"],
            "out_of_order": report["out_of_order"],
            "unverified": report["unverified"],
            "received": report["received"],
            "seconds": round(report["last"] - began, 2),
            "all_there_after_the_last_kill_seconds": round(report["last"] - killed[-1], 2) if killed else None,
        }

    async def bare(self, count: int) -> float:
        """The limit of a burst, posts a second."""
        return await bare_posts(self.sink.url, filled(self.template, str(uuid4())), count)

    async def _ready(self, endpoints: int) -> list[str]:
        """New subscriptions, warm connections, nothing counted."""
        paths = await self.partners.subscribe(endpoints)
        await self.sink.tell("reset")
        await put_all(self.producer, self.template, self.identities(20))
        await self._until(20 * endpoints)
        await self.sink.tell("reset")
        return paths

    async def _sent(self, rate: int, seconds: float, endpoints: int) -> tuple[dict[str, float], dict[str, Any]]:
        identities = self.identities(round(rate * seconds))
        sent = await put_steadily(self.producer, self.template, identities, rate)
        return sent, await self._until(len(sent) * endpoints)

    async def _latencies(self, sent: dict[str, float], but: str | None = None) -> tuple[float, ...]:
        arrivals = await self.sink.tell("arrivals")
        return tuple(1000 * (at - sent[alert]) for path, alert, _revision, at in arrivals if alert in sent and path != but)

    async def _until(self, expected: int) -> dict[str, Any]:
        """The report once so many came, or nothing new for a long time."""
        report, moved = await self.sink.tell("report"), perf_counter()
        while report["received"] < expected and perf_counter() - moved < _PATIENCE_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)
            before, report = report["received"], await self.sink.tell("report")
            if report["received"] > before:
                moved = perf_counter()
        return dict(report)

    async def _until_latest(self, identities: list[str], revision: int) -> dict[str, int]:
        """How many alerts' last revision has not come, once nothing is missing or nothing new came for a long time."""
        wanted, moved, known = set(identities), perf_counter(), -1
        while True:
            there = {alert for _path, alert, latest in await self.sink.tell("latest") if latest == revision}
            if len(there) > known:
                known, moved = len(there), perf_counter()
            if wanted <= there or perf_counter() - moved > _PATIENCE_SECONDS:
                return {"missing": len(wanted - there)}
            await asyncio.sleep(_LOOK_SECONDS)

    async def _kill(self, times: int, random: Random) -> list[float]:
        killed: list[float] = []
        last: int | None = None
        while len(killed) < times:
            await asyncio.sleep(random.uniform(0.5, 2.0))
            process = self.system.process("notify")
            if process is None or process.pid == last:
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
                last = process.pid
                killed.append(perf_counter())
        return killed


def _verdict(report: dict[str, Any], expected: int) -> dict[str, Any]:
    return {
        "lost": expected - min(report["received"], expected),
        "doubled": report["repeats"],
        "unverified": report["unverified"],
        "out_of_order": report["out_of_order"],
    }


@contextlib.asynccontextmanager
async def opened_bench(system: System) -> AsyncIterator[Bench]:
    """All that the phases need, closed on the way out."""
    headers = {"Authorization": f"Bearer {system.admin_key}"}
    async with (
        opened_sink() as sink,
        aiohttp.ClientSession(headers=headers) as session,
        opened_producer(system.kafka) as producer,
    ):
        yield Bench(system, Partners(system, sink, session), sink, producer, alert_template())
