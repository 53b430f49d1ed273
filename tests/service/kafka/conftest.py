from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings

MakeTopic = Callable[..., Awaitable[str]]


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> KafkaSettings:
    """Settings for the real broker under a prefix of one's own."""
    return KafkaSettings(
        bootstrap_servers=kafka,
        topic_prefix=topic_prefix,
        session_timeout_seconds=10,
        retry_base_seconds=0.05,
        retry_cap_seconds=0.2,
        poll_timeout_seconds=0.2,
    )


@pytest.fixture
def make_topic(settings: KafkaSettings) -> MakeTopic:
    async def make(name: str, partitions: int = 1, **more: object) -> str:
        await apply_topics(settings, [TopicSpec(name, partitions, timedelta(days=1), **more)])  # type: ignore[arg-type]
        return name

    return make


@pytest.fixture
async def producer(settings: KafkaSettings) -> AsyncIterator[KafkaProducer]:
    async with KafkaProducer(settings) as opened:
        yield opened
