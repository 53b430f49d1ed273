"""An opened ingest in this process, over real Kafka topics of the test's own, and what a test asks of them."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Self

import httpx
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from services.ingest.app import ingest_app
from services.ingest.service import open_ingest
from services.ingest.settings import IngestSettings, Settings
from shared.contracts import topics
from shared.contracts.events import Event
from shared.platform.auth.keys import Key, Token
from shared.platform.clock import SystemClock
from shared.platform.http.server import HttpServer
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.errors import TransientError
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings
from shared.platform.supervisor import Worker, supervise

AGENCY = [("agency", b"GT-SAT")]
NEEDED = {topics.EVENTS, topics.DEAD_LETTERS, topics.KEYS, topics.RAW_BORDER_CROSSINGS, topics.RAW_SEIZURES}


def kafka_settings(address: str, prefix: str, **changes: Any) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=address, topic_prefix=prefix, session_timeout_seconds=10, poll_timeout_seconds=0.1, **changes
    )


async def make_topics(kafka: KafkaSettings, **changes: Any) -> None:
    wanted = [dataclasses.replace(topic, partitions=1, **changes) for topic in topics.TOPICS if topic.name in NEEDED]
    await apply_topics(kafka, [TopicSpec(**dataclasses.asdict(topic)) for topic in wanted])


async def make_key(
    kafka: KafkaSettings, *, agency: str = "GT-SAT", nation: str = "GT", scopes: Sequence[str] = ("events:write",)
) -> str:
    """A key on the topic of keys; its token."""
    now, token = SystemClock().now(), Token.make()
    key = Key.model_validate({
        "id": token.id, "hash": token.hash(), "agency": agency, "nation": nation, "scopes": scopes,
        "created_at": now, "created_by": "test", "expires_at": now + timedelta(days=1),
    })  # fmt: skip
    message = Message(topics.KEYS, key.model_dump_json().encode(), key.id.encode())
    async with KafkaProducer(kafka) as producer:
        await until(lambda: _sent(producer, message))
    return token.text()


async def _sent(producer: KafkaProducer, message: Message) -> bool:
    """A topic that was just made is not known everywhere at once."""
    try:
        await producer.send(message)
    except TransientError:
        return False
    return True


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for an effect that is seen from outside only; TimeoutError when it does not come."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the effect is seen from outside only
            await asyncio.sleep(0.05)


class Desk:
    """A running ingest, as its clients see it."""

    def __init__(self, kafka: KafkaSettings, address: str, token: str) -> None:
        self.kafka = kafka
        self.address = address
        self.headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.AsyncClient(base_url=address, headers=self.headers, timeout=30)
        self.workers: Sequence[Worker] = ()
        """What runs behind the doors."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def ready(self) -> bool:
        return (await self.http.get("/readyz")).status_code == 200

    async def post(self, path: str, tree: Any, media_type: str = "application/json", **headers: str) -> httpx.Response:
        body = tree if isinstance(tree, bytes) else orjson.dumps(tree)
        return await self.http.post(path, content=body, headers={"Content-Type": media_type, **headers})

    async def batch(self, body: Any, media_type: str = "application/x-ndjson", **headers: str) -> list[dict[str, Any]]:
        answer = await self.http.post("/v1/events", content=body, headers={"Content-Type": media_type, **headers})
        assert answer.status_code == 200, answer.text
        return [orjson.loads(line) for line in answer.content.splitlines()]

    async def send(self, topic: str, *values: bytes | None, headers: Sequence[tuple[str, bytes]] = AGENCY) -> None:
        """As a plain producer would."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers)
        await producer.start()
        try:
            for value in values:
                await producer.send_and_wait(self.kafka.topic(topic), value, key=b"k", headers=list(headers))
        finally:
            await producer.stop()

    async def records(self, topic: str, count: int) -> list[ConsumerRecord[bytes, bytes]]:
        """The first so many records of a topic, waited for."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers, auto_offset_reset="earliest")
        await consumer.start()
        try:
            place = TopicPartition(self.kafka.topic(topic), 0)
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            found: list[ConsumerRecord[bytes, bytes]] = []
            async with asyncio.timeout(30):
                while len(found) < count:
                    found += (await consumer.getmany(place, timeout_ms=200)).get(place, [])
            return found
        finally:
            await consumer.stop()

    async def count(self, topic: str) -> int:
        """How many records a topic has now."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers)
        await consumer.start()
        try:
            place = TopicPartition(self.kafka.topic(topic), 0)
            ends: dict[TopicPartition, int] = await consumer.end_offsets([place])
            return ends[place]
        finally:
            await consumer.stop()

    async def events(self, count: int) -> list[Event]:
        return [Event.model_validate_json(record.value or b"") for record in await self.records(topics.EVENTS, count)]


@contextlib.asynccontextmanager
async def running(kafka: KafkaSettings, *, token: str, http: dict[str, Any] | None = None, **ingest: Any) -> AsyncIterator[Desk]:
    """Ingest, ready, until the block ends; its workers must then end without a fault. Its helper is there only if asked for."""
    given: dict[str, Any] = {"kafka_agencies": {"GT-SAT": "GT"}, "helper": False, **ingest}
    settings = Settings(kafka=kafka, http=HttpSettings(**(http or {})), ingest=IngestSettings.model_validate(given))
    stop = asyncio.Event()
    async with open_ingest(settings) as service, asyncio.TaskGroup() as group:
        server = HttpServer(ingest_app(service, settings.http), settings.http)
        port = server.bind()
        work = group.create_task(supervise([*service.workers, server], stop))
        try:
            async with Desk(kafka, f"http://127.0.0.1:{port}", token) as desk:
                desk.workers = service.workers
                await until(desk.ready)
                yield desk
        finally:
            stop.set()
    assert work.result() == 0
