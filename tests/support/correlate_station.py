"""Correlate, running on the real engines in this very process: its HTTP side, its topics, its database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import httpx
from aiokafka.structs import TopicPartition
from pydantic import SecretStr
from sqlalchemy import text

from services.correlate.app import correlate_app
from services.correlate.service import CorrelateService, open_correlate
from services.correlate.settings import CorrelateSettings, Settings
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import TYPE_EVENT, Envelope, encode
from shared.contracts.events import Event
from shared.contracts.topics import ALERTS, DEAD_LETTERS, EVENTS, KEYS, SIGHTINGS, TOPICS
from shared.platform.auth.keys import Key, Token
from shared.platform.clock import Clock, SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.settings import DatabaseSettings
from shared.platform.http.settings import HttpSettings
from shared.platform.kafka.client import open_consumer
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings

_BEHIND = (
    "SELECT (SELECT version FROM correlate.list_version) - "
    "(SELECT coalesce(max(to_version), 0) FROM correlate.lookback WHERE finished_at IS NOT NULL)"
)

Opened = Callable[..., contextlib.AbstractAsyncContextManager["Station"]]
"""Opens correlate on a test's topics and database."""


def settings_for(kafka: str, database_url: str, prefix: str, *, roles: str = "api,screen,track", **correlate: Any) -> Settings:
    """Settings as the environment would give them, with waits short enough for a test."""
    return Settings(
        kafka=KafkaSettings(bootstrap_servers=kafka, topic_prefix=prefix, poll_timeout_seconds=0.2, session_timeout_seconds=10),
        database=DatabaseSettings(url=SecretStr(database_url), outbox_poll_seconds=0.05, outbox_lease_check_seconds=0.2),
        http=HttpSettings(),
        correlate=CorrelateSettings(roles=roles, look_back_poll_seconds=0.2, expire_every_seconds=0.3, **correlate),
    )


async def make_topics(kafka: KafkaSettings) -> None:
    """Every topic as declared, on the broker."""
    await apply_topics(kafka, [TopicSpec(**asdict(topic)) for topic in TOPICS])


@dataclass
class Station:
    """A running correlate with what a test needs around it."""

    settings: Settings
    service: CorrelateService
    client: httpx.AsyncClient
    producer: KafkaProducer
    database: Database
    tokens: dict[str, str] = field(default_factory=dict)

    async def key(self, nation: str, *scopes: str, agency: str | None = None) -> dict[str, str]:
        """Headers with a new key of a nation's agency."""
        token = Token.make()
        now = SystemClock().now()
        key = Key(
            id=token.id,
            hash=token.hash(),
            agency=agency or f"{nation.lower()}-police",
            nation=nation,
            scopes=frozenset(scopes or ("watchlist:read", "watchlist:write", "alerts:read", "screen")),
            created_at=now,
            created_by="test",
            expires_at=now.replace(year=now.year + 1),
        )
        await self.producer.send(Message(KEYS, key.model_dump_json().encode(), key.id.encode()))
        return {"Authorization": f"Bearer {token.text()}"}

    async def emit(self, *events: Event) -> None:
        """Put events on their topic, as ingest does."""
        messages = []
        for event in events:
            envelope = Envelope(str(event.event_id), TYPE_EVENT, "/test", event.occurred_at)
            messages.append(Message(EVENTS, encode(event), str(event.lineage_id).encode(), envelope.headers()))
        outcomes = await self.producer.send_many(messages)
        assert not any(outcomes), outcomes

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """What the database says."""
        async with self.database.transaction() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def count(self, statement: str, **values: Any) -> int:
        return int((await self.rows(statement, **values))[0][0])

    async def until(self, statement: str, wanted: int, *, seconds: float = 30, **values: Any) -> None:
        """Wait until the database counts as many."""

        async def reached() -> bool:
            return await self.count(statement, **values) == wanted

        await eventually(reached, seconds=seconds)

    async def settled(self, events: int, *, seconds: float = 30) -> None:
        """Wait until so many events are screened, all is tracked and looked back for, and nothing waits in the outbox."""
        await self.until("SELECT count(*) FROM correlate.event", events, seconds=seconds)
        await eventually(self._quiet, seconds=seconds)

    async def _quiet(self) -> bool:
        if await self.count("SELECT count(*) FROM correlate.outbox"):
            return False
        for consumer, topic in (("screen", EVENTS), ("track", SIGHTINGS)):
            offsets = "SELECT partition, next_offset FROM correlate.consumer_offset WHERE consumer = :consumer"
            stored = {row.partition: row.next_offset for row in await self.rows(offsets, consumer=consumer)}
            ends = await end_offsets(self.settings.kafka, topic)
            if any(stored.get(partition, 0) < end for partition, end in ends.items()):
                return False
        if await self.count(_BEHIND):
            return False
        return not await self.count("SELECT count(*) FROM correlate.outbox")

    async def looked_back(self, *, seconds: float = 30) -> None:
        """Wait until every change of the list has been looked back for."""
        await self.until(_BEHIND, 0, seconds=seconds)

    async def alert_messages(self) -> list[AlertMessage]:
        """Everything on the alerts topic."""
        return [AlertMessage.model_validate_json(value) for value in await topic_values(self.settings.kafka, ALERTS)]

    async def dead_letters(self) -> list[str]:
        """The reasons on the dead letters' topic."""
        return await topic_values(self.settings.kafka, DEAD_LETTERS, header="dl-reason")

    async def get(self, path: str, headers: dict[str, str], **parameters: Any) -> httpx.Response:
        return await self.client.get(path, headers=headers, params=parameters)

    async def add_actor(self, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        """The entry as any reader sees it: without what its issuer alone is told."""
        answer = await self.client.post("/v1/watchlist/actors", headers=headers, json=body)
        assert answer.status_code in {200, 201}, answer.text
        found: dict[str, Any] = answer.json()
        del found["lacks"]
        return found

    async def alert_of(self, entry_id: str) -> Any:
        """The row of the alert about a listed actor, None without one."""
        found = await self.rows(
            "SELECT * FROM correlate.alert WHERE partition_subject = :subject", subject=f"actor:{UUID(entry_id)}"
        )
        return found[0] if found else None


async def end_offsets(kafka: KafkaSettings, topic: str) -> dict[int, int]:
    consumer = await open_consumer(kafka, group=None)
    try:
        await consumer._client.set_topics([kafka.topic(topic)])
        partitions = [TopicPartition(kafka.topic(topic), p) for p in consumer.partitions_for_topic(kafka.topic(topic)) or ()]
        return {tp.partition: end for tp, end in (await consumer.end_offsets(partitions)).items()}
    finally:
        await consumer.stop()


async def topic_values(kafka: KafkaSettings, topic: str, header: str | None = None) -> list[Any]:
    """The values of a topic as far as it goes now, or one header of each."""
    found = await records(kafka, topic)
    return [record.value if header is None else dict(record.headers)[header].decode() for record in found]


async def records(kafka: KafkaSettings, topic: str) -> list[Any]:
    """All records of a topic as far as it goes now."""
    consumer = await open_consumer(kafka, group=None)
    found: list[Any] = []
    try:
        await consumer._client.set_topics([kafka.topic(topic)])
        partitions = [TopicPartition(kafka.topic(topic), p) for p in consumer.partitions_for_topic(kafka.topic(topic)) or ()]
        ends = await consumer.end_offsets(partitions)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
            for part in (await consumer.getmany(timeout_ms=200)).values():
                found += part
    finally:
        await consumer.stop()
    return found


@contextlib.asynccontextmanager
async def running(service: CorrelateService) -> AsyncIterator[None]:
    """The workers at work; a failing one fails the test."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for worker in service.workers:
            group.create_task(worker.run(stop), name=worker.name)
        try:
            yield
        finally:
            stop.set()


@contextlib.asynccontextmanager
async def station(
    kafka: str, database_url: str, prefix: str, *, roles: str = "api,screen,track", clock: Clock | None = None, **correlate: Any
) -> AsyncIterator[Station]:
    """Correlate on a migrated database and made topics, ready."""
    settings = settings_for(kafka, database_url, prefix, roles=roles, **correlate)
    async with (
        open_correlate(settings, clock) as service,
        KafkaProducer(settings.kafka) as producer,
        Database(settings.database, application_name="test") as database,
        running(service),
    ):
        app = correlate_app(service, settings.http)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://correlate", timeout=30) as client:
            await ready(service)
            yield Station(settings, service, client, producer, database)


async def ready(service: CorrelateService, *, seconds: float = 30) -> None:
    async def well() -> bool:
        return not await service.readiness.faults()

    await eventually(well, seconds=seconds)


async def eventually(ask: Callable[[], Awaitable[Any]], *, seconds: float = 30) -> Any:
    """Ask until the answer is true, and give it: for what tells nobody when it changes."""
    async with asyncio.timeout(seconds):
        while not (found := await ask()):  # noqa: ASYNC110 - neither database, topic nor readiness calls back
            await asyncio.sleep(0.02)
    return found
