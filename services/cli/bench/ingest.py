"""`atalaya bench ingest`: the two doors of ingest, each beside its limit, rounds alternating."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from itertools import islice
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.cli.bench.bare import JUDGED, PRODUCED, VALIDATED
from services.cli.bench.crossings import bodies
from services.cli.bench.figures import Comparison, Rate
from services.cli.bench.load import press, request
from services.cli.engines.ports import any_free
from services.cli.running import System
from services.ingest.domain.normalise import Sender
from services.ingest.judging import ItemReader, Judged, judge_items
from services.ingest.rules import rules_of
from services.ingest.settings import IngestSettings
from shared.contracts.topics import EVENTS, TOPICS
from shared.platform.clock import SystemClock

CONNECTIONS = 32
"""Enough that the server always has work, few enough that the client costs little."""
BATCH = 20_000


@contextlib.asynccontextmanager
async def _bare_server(step: str = VALIDATED, *arguments: str) -> AsyncIterator[str]:
    port = any_free()
    command = (sys.executable, "-m", "services.cli.bench.bare", str(port), step, *arguments)
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield f"http://127.0.0.1:{port}/v1/border-crossings"
    finally:
        process.terminate()
        await process.wait()


def _requests(url: str, key: str, how_many: int) -> Iterator[bytes]:
    """Made before the clock starts: the client's work is to send them."""
    headers = {"Authorization": f"Bearer {key}"}
    return iter([request(url, body, headers) for body in islice(bodies(), how_many)])


async def single_posts(system: System, *, rounds: int, seconds: float) -> Comparison:
    """One event per POST, beside an endpoint that validates the same model and produces nothing."""
    path: list[float] = []
    limit: list[float] = []
    ours = f"{system.ingest}/v1/border-crossings"
    how_many = int(20_000 * seconds)
    async with _bare_server() as bare:
        for number in range(rounds + 1):
            bare_round = await press(bare, _requests(bare, "none", how_many), seconds=seconds, connections=CONNECTIONS)
            our_round = await press(ours, _requests(ours, system.admin_key, how_many), seconds=seconds, connections=CONNECTIONS)
            refused = {status: n for status, n in our_round.statuses.items() if status != 202}  # noqa: PLR2004 - HTTP
            if refused:
                raise RuntimeError(f"ingest refused: {refused}; is ATALAYA_HTTP__RATE… set for the measurement?")
            if number:  # the first round warms both
                path.append(our_round.per_second)
                limit.append(bare_round.per_second)
    return Comparison("one event per POST", Rate("ingest", tuple(path)), Rate("bare FastAPI and pydantic", tuple(limit)), 0.8)


async def steps(system: System, *, rounds: int, seconds: float) -> list[Rate]:
    """What each part of the way costs by itself: the bare endpoint with one thing more, and the judging alone."""
    how_many = int(20_000 * seconds)
    async with (
        _bare_topic(system.kafka) as topic,
        _bare_server(JUDGED) as judged,
        _bare_server(PRODUCED, system.kafka, topic) as produced,
    ):
        rates: dict[str, list[float]] = {}
        for number in range(rounds + 1):
            for name, url in (("the endpoint, judged as ingest does", judged), ("the endpoint, acknowledged by Kafka", produced)):
                found = await press(url, _requests(url, "none", how_many), seconds=seconds, connections=CONNECTIONS)
                if number:  # the first round warms
                    rates.setdefault(name, []).append(found.per_second)
            rates.setdefault("judging alone, no server", []).append(_judged_alone())
    return [Rate(name, tuple(found[-rounds:])) for name, found in rates.items()]


def _judged_alone() -> float:
    rules, now = rules_of(IngestSettings()), SystemClock().now()
    lines = list(islice(bodies(), BATCH // 4))
    started = perf_counter()
    taken = sum(
        isinstance(each, Judged) for each in judge_items(lines, ItemReader(Sender("BENCH", "GT"), False, None), rules, now)
    )
    return taken / (perf_counter() - started)


async def _posted_batch(session: aiohttp.ClientSession, url: str, lines: list[bytes]) -> float:
    started = perf_counter()
    async with session.post(url, data=b"\n".join(lines), headers={"Content-Type": "application/x-ndjson"}) as answer:
        answer.raise_for_status()
        accepted = (await answer.read()).count(b'"accepted"')
    if accepted != len(lines):
        raise RuntimeError(f"{len(lines) - accepted} of {len(lines)} items were not accepted")
    return len(lines) / (perf_counter() - started)


async def _canonical(bootstrap: str, how_many: int) -> list[bytes]:
    """What ingest last wrote: the bare producer sends the same bytes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        count = next(topic.partitions for topic in TOPICS if topic.name == EVENTS)
        partitions = [TopicPartition(EVENTS, number) for number in range(count)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        values: list[bytes] = []
        while len(values) < how_many:
            for records in (await consumer.getmany(timeout_ms=5000)).values():
                values += [record.value for record in records if record.value and len(record.value) > 200]  # noqa: PLR2004 - markers are shorter
        return values[:how_many]
    finally:
        await consumer.stop()


@contextlib.asynccontextmanager
async def _bare_topic(bootstrap: str) -> AsyncIterator[str]:
    topic = f"bench.bare.{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name=topic, num_partitions=6, replication_factor=1)])
        yield topic
        await admin.delete_topics([topic])
    finally:
        await admin.close()


async def _produced(producer: AIOKafkaProducer, topic: str, values: list[bytes]) -> float:
    started = perf_counter()
    acknowledged = [await producer.send(topic, value, key=str(number).encode()) for number, value in enumerate(values)]
    for each in acknowledged:
        await each
    return len(values) / (perf_counter() - started)


async def batches(system: System, *, rounds: int) -> Comparison:
    """An NDJSON batch in one request, beside a bare idempotent producer that sends the same canonical bytes."""
    path: list[float] = []
    limit: list[float] = []
    url = f"{system.ingest}/v1/events"
    headers = {"Authorization": f"Bearer {system.admin_key}"}
    producer = AIOKafkaProducer(bootstrap_servers=system.kafka, acks="all", enable_idempotence=True, linger_ms=2)
    await producer.start()
    try:
        async with aiohttp.ClientSession(headers=headers) as session, _bare_topic(system.kafka) as topic:
            await _posted_batch(session, url, list(islice(bodies(), BATCH)))
            values = await _canonical(system.kafka, BATCH)
            for _ in range(rounds):
                limit.append(await _produced(producer, topic, values))
                path.append(await _posted_batch(session, url, list(islice(bodies(), BATCH))))
    finally:
        await producer.stop()
    return Comparison(
        "NDJSON batch", Rate("ingest", tuple(path)), Rate("bare aiokafka producer", tuple(limit)), 0.5, {"batch": BATCH}
    )


@contextlib.contextmanager
def _alone(system: System) -> Iterator[None]:
    """Only ingest and the broker work: the stations behind them would take the processors that the limit has for itself."""
    others = [found.pid for name in ("correlate", "notify") if (found := system.process(name))]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


async def measure_ingest(system: System, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Both comparisons, and what the parts of the way do by themselves. The machine's other work slows path and limit alike; read the ratios."""
    with _alone(system):
        found = [await single_posts(system, rounds=rounds, seconds=seconds), await batches(system, rounds=rounds)]
        parts = await steps(system, rounds=rounds, seconds=seconds)
    return {"comparisons": [each.as_dict() for each in found], "rates": [asdict(each) for each in parts]}
