"""The other side of a measurement of delivery: the sink's process, subscriptions to it, and alerts put on the topic."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import aiohttp
import orjson
from aiokafka import AIOKafkaProducer

from services.cli.running import System
from shared.contracts.alerts import AlertMessage
from shared.contracts.topics import ALERTS
from shared.platform.clock import SystemClock

NATION: Final = "GT"
_ID: Final = "00000000-0000-4000-8000-000000000000"
_REVISION: Final = '"revision":1,'


@dataclass(slots=True)
class Sink:
    """The sink's process, by its control door."""

    url: str
    session: aiohttp.ClientSession

    async def tell(self, what: str, said: Any = None) -> Any:
        """Ask or tell it something; its answer."""
        async with self.session.post(f"{self.url}/control/{what}", data=b"" if said is None else orjson.dumps(said)) as answer:
            answer.raise_for_status()
            return orjson.loads(await answer.read())


@contextlib.asynccontextmanager
async def opened_sink() -> AsyncIterator[Sink]:
    """A sink on a free port of 127.0.0.1 until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "services.cli.bench.deliver.sink",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdout is None:
        raise RuntimeError("the sink has no output")
    try:
        port = int(await process.stdout.readline())
        async with aiohttp.ClientSession() as session:
            yield Sink(f"http://127.0.0.1:{port}", session)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@dataclass(slots=True)
class Partners:
    """Subscriptions of the sink's paths, made through the service's own door."""

    system: System
    sink: Sink
    session: aiohttp.ClientSession
    made: list[str] = field(default_factory=list)

    async def subscribe(self, count: int) -> list[str]:
        """So many endpoints and no others; their paths."""
        for identity in self.made:
            async with self.session.delete(f"{self.system.notify}/v1/subscriptions/{identity}") as answer:
                answer.raise_for_status()
        self.made = []
        paths = [f"/{uuid4().hex[:8]}" for _ in range(count)]
        secrets = {}
        for path in paths:
            wanted = {"partner": NATION, "url": self.sink.url + path, "format": "json", "language": "en", "filter": {}}
            async with self.session.post(f"{self.system.notify}/v1/subscriptions", json=wanted) as answer:
                answer.raise_for_status()
                row = await answer.json()
            self.made.append(row["id"])
            secrets[path] = row["secret"]
        await self.sink.tell("trust", secrets)
        return paths


def alert_template() -> str:
    """An alert of about 1 KB as it stands on the topic, generated; `filled` gives it an identity and a revision."""
    now = SystemClock().now()
    sentence = {
        "es": "La placa B123456 coincide con la de la lista de la medición.",
        "en": "The plate B123456 matches that of the measurement's list.",
    }
    data = {
        "id": _ID,
        "revision": 1,
        "cause": "actor",
        "severity": "medium",
        "score": 0.93,
        "requested_action": "INFORM_ONLY",
        "headline": {"es": "Vehículo señalado (generado)", "en": "Listed vehicle (generated)"},
        "subject": {"kind": "vehicle", "key": f"vehicle:{NATION}:B123456"},
        "entries": [{"entry_id": uuid4(), "source": "bench", "source_id": "B123456", "version": 1}],
        "evidence": [{"event_id": uuid4(), "occurred_at": now, "place": {"code": "MX-GT-01"}, "sentence": sentence}],
        "handling": {"tlp": "GREEN", "releasable_to": [NATION]},
        "opened_at": now,
        "revised_at": now,
        "expires_at": now + timedelta(days=1),
    }
    message = AlertMessage.model_validate({"type": "alert.opened", "timestamp": now, "data": data})
    return message.model_dump_json(by_alias=True)


def filled(template: str, identity: str, revision: int = 1) -> bytes:
    """The alert with this identity and revision."""
    return template.replace(_ID, identity).replace(_REVISION, f'"revision":{revision},').encode()


@contextlib.asynccontextmanager
async def opened_producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer as the relay's: acknowledged by all, nothing doubled."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=262_144
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def put_all(producer: AIOKafkaProducer, template: str, identities: Sequence[str], *, revisions: int = 1) -> None:
    """Every alert on the topic as fast as it goes, its revisions one after the other."""
    for revision in range(1, revisions + 1):
        for identity in identities:
            await producer.send(ALERTS, filled(template, identity, revision), key=identity.encode())
    await producer.flush()


async def put_steadily(producer: AIOKafkaProducer, template: str, identities: Sequence[str], rate: float) -> dict[str, float]:
    """The alerts at a steady rate; when each was handed to the producer."""
    sent, started = {}, perf_counter()
    for number, identity in enumerate(identities):
        await asyncio.sleep(max(0.0, started + number / rate - perf_counter()))
        sent[identity] = perf_counter()
        await producer.send(ALERTS, filled(template, identity), key=identity.encode())
    await producer.flush()
    return sent
