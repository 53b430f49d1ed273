import asyncio
import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from services.correlate.migrate import migrate
from tests.support.correlate_station import Station, make_topics, settings_for, station
from tests.support.databases import new_database


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """With correlate's schema alone."""
    with new_database(postgres) as url:
        asyncio.run(migrate(url))
        yield url


@pytest.fixture
async def prefix(kafka: str, topic_prefix: str, migrated_url: str) -> str:
    """A prefix under which every topic has been made."""
    await make_topics(settings_for(kafka, migrated_url, topic_prefix).kafka)
    return topic_prefix


@pytest.fixture
def opened(kafka: str, migrated_url: str, prefix: str) -> Callable[..., AbstractAsyncContextManager[Station]]:
    """Opens correlate on this test's topics and database; roles and settings as arguments."""
    return functools.partial(station, kafka, migrated_url, prefix)
