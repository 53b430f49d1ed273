from collections.abc import AsyncIterator

import pytest

from shared.platform.settings import KafkaSettings
from tests.support.ingest_service import Desk, kafka_settings, make_key, make_topics, running


@pytest.fixture
async def kafka_of_test(kafka: str, topic_prefix: str) -> KafkaSettings:
    """The real broker under a prefix of one's own, with the topics that ingest needs."""
    settings = kafka_settings(kafka, topic_prefix)
    await make_topics(settings)
    return settings


@pytest.fixture
async def token(kafka_of_test: KafkaSettings) -> str:
    return await make_key(kafka_of_test)


@pytest.fixture
async def desk(kafka_of_test: KafkaSettings, token: str) -> AsyncIterator[Desk]:
    """A running ingest."""
    async with running(kafka_of_test, token=token) as opened:
        yield opened
