from collections.abc import AsyncIterator

import pytest

from services.notify.migrate import migrate
from tests.support.notify import Receiver, Station, station


@pytest.fixture
async def migrated_url(database_url: str) -> str:
    await migrate(database_url)
    return database_url


@pytest.fixture
async def notify(migrated_url: str) -> AsyncIterator[Station]:
    async with station(migrated_url) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as opened:
        yield opened
