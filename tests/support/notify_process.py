"""notify as the process that operators run, and the alerts topic in front of it."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from shared.contracts import topics
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import TYPE_ALERT, TYPE_NOTICE, Envelope, encode
from shared.contracts.notices import Notice
from shared.platform.auth.keys import KeyRequest
from shared.platform.auth.ring import KeyRing
from shared.platform.auth.settings import KeysSettings
from shared.platform.auth.store import KeyStore
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings
from tests.support.notify import until


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Broker:
    """Our topics under a prefix of the test's own."""

    def __init__(self, settings: KafkaSettings, producer: KafkaProducer) -> None:
        self.settings = settings
        self._producer = producer

    async def publish(self, *messages: AlertMessage) -> None:
        sent = [
            Message(
                topics.ALERTS,
                encode(message),
                str(message.data.id).encode(),
                Envelope(f"{message.data.id}:{message.data.revision}", TYPE_ALERT, "urn:test", traceparent=None).headers(),
            )
            for message in messages
        ]
        assert [outcome for outcome in await self._producer.send_many(sent) if outcome is not None] == []

    async def tell(self, *notices: Notice) -> None:
        """Put notices on their topic."""
        sent = [
            Message(
                topics.NOTICES,
                encode(one),
                one.agency.encode(),
                Envelope(str(one.id), TYPE_NOTICE, "urn:test", traceparent=None).headers(),
            )
            for one in notices
        ]
        assert [outcome for outcome in await self._producer.send_many(sent) if outcome is not None] == []

    async def publish_raw(self, value: bytes, key: bytes) -> None:
        await self._producer.send(Message(topics.ALERTS, value, key))

    async def key(self, nation: str, *scopes: str) -> str:
        settings = KeysSettings()
        store = KeyStore(KeyRing(settings), self._producer, topics.KEYS, settings)
        wanted = KeyRequest.model_validate({"agency": f"{nation}-TEST", "nation": nation, "scopes": scopes})
        return (await store.create(wanted, by="test")).token


@contextlib.asynccontextmanager
async def broker(kafka: str, prefix: str) -> AsyncIterator[Broker]:
    settings = KafkaSettings(bootstrap_servers=kafka, topic_prefix=prefix)
    wanted = [topic for topic in topics.TOPICS if topic.name in {topics.ALERTS, topics.NOTICES, topics.KEYS, topics.DEAD_LETTERS}]
    await apply_topics(
        settings,
        [
            TopicSpec(topic.name, topic.partitions, topic.retention, topic.compacted, topic.tombstones_kept)
            for topic in wanted
        ],
    )  # fmt: skip
    async with KafkaProducer(settings) as producer:
        yield Broker(settings, producer)


class NotifyProcess:
    """One `python -m services.notify`."""

    def __init__(self, kafka: KafkaSettings, database_url: str, log: Path, more: dict[str, str]) -> None:
        self._port = free_port()
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {
            "ATALAYA_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "ATALAYA_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
            "ATALAYA_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "ATALAYA_DATABASE__URL": database_url,
            "ATALAYA_HTTP__PORT": str(self._port),
            "ATALAYA_NOTIFY__ALLOWED_NETWORKS": "127.0.0.0/8",
            "ATALAYA_NOTIFY__TOTAL_SECONDS": "2",
            "ATALAYA_NOTIFY__LEASE_SECONDS": "5",
            **more,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, *, wait: bool = True) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.notify", env=self._environment, stderr=log, stdout=log
            )
        if wait:
            await until(self.ready, 20)

    async def ready(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self._log.read_text()[-4000:]
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(15):
            return await self._process.wait()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]


@contextlib.asynccontextmanager
async def notify_process(
    kafka: KafkaSettings, database_url: str, folder: Path, *, number: int = 0, start: bool = True, **more: str
) -> AsyncIterator[NotifyProcess]:
    process = NotifyProcess(kafka, database_url, folder / f"notify-{number}.log", more)
    if start:
        await process.start()
    try:
        yield process
    finally:
        if process._process is not None and process._process.returncode is None:
            await process.end(signal.SIGKILL)


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def subscribe(
    process: NotifyProcess, token: str, url: str, partner: str = "SV", nations: Sequence[str] = ()
) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=process.url, headers=headers(token)) as client:
        body = {
            "partner": partner, "url": url, "format": "json", "language": "es",
            "filter": {"causes": [], "severity_at_least": "medium", "nations": list(nations), "routes": [], "cel": None},
        }  # fmt: skip
        answer = await client.post("/v1/subscriptions", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made
