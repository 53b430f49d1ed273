import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from services.notify.migrate import migrate
from tests.support.databases import new_database
from tests.support.notify import Receiver, Station, station


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """With notify's schema alone."""
    with new_database(postgres) as url:
        asyncio.run(migrate(url))
        yield url


@pytest.fixture
async def notify(migrated_url: str) -> AsyncIterator[Station]:
    async with station(migrated_url) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as opened:
        yield opened
