"""Stored offsets know which topic of a name they are of."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NodeNotReadyError
from pydantic import SecretStr
from sqlalchemy import MetaData

from shared.platform.database.engine import Database
from shared.platform.database.offsets import SqlOffsetStore, advance_offsets, offset_table
from shared.platform.database.settings import DatabaseSettings
from shared.platform.kafka.messages import Batch, IdentifyingStore
from shared.platform.kafka.topic_ids import topic_ids

offsets = offset_table(MetaData())
OLD, NEW = uuid4(), uuid4()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(DatabaseSettings(url=SecretStr(database_url))) as made:
        async with made.transaction() as connection:
            await connection.run_sync(offsets.metadata.create_all)
        yield made


async def move(database: Database, *batches: Batch) -> None:
    async with database.pipeline() as pipe:
        await (await advance_offsets(pipe, offsets, "track", batches)).confirm()


async def test_the_first_commit_says_which_topic_it_is_of_and_none_after_it_does(database: Database) -> None:
    store = SqlOffsetStore(database, offsets, "track")
    assert isinstance(store, IdentifyingStore)
    await move(database, Batch("t", 0, (), None, 5, OLD), Batch("t", 1, (), None, 6), Batch("u", 0, (), None, 7, OLD))
    await move(database, Batch("t", 0, (), 5, 9, NEW))
    held = await database.fetch("SELECT topic, partition, next_offset, topic_id FROM consumer_offset ORDER BY 1, 2")
    assert held == [("t", 0, 9, OLD), ("t", 1, 6, None), ("u", 0, 7, OLD)]


async def test_what_is_not_noted_yet_is_noted_once_and_what_is_of_another_topic_is_told(database: Database) -> None:
    store, other = SqlOffsetStore(database, offsets, "track"), SqlOffsetStore(database, offsets, "screen")
    await move(database, Batch("t", 0, (), None, 5, OLD), Batch("t", 1, (), None, 6), Batch("t", 2, (), None, 7))
    assert await other.identify("t", NEW, [0, 1, 2]) == set()
    assert await store.identify("u", NEW, [0, 1, 2]) == set()
    assert await store.identify("t", NEW, [0, 1]) == {0}
    assert await store.identify("t", OLD, [0, 1, 2, 3]) == {1}
    assert await store.identify("t", OLD, []) == set()
    assert await store.load("t", [0, 1, 2, 3]) == {0: 5, 1: 6, 2: 7, 3: None}


class _Broker:
    """A client whose only broker speaks versions of the request up to this one."""

    def __init__(self, newest: int, topic_id: UUID) -> None:
        self.newest, self.topic_id = newest, topic_id

    def get_random_node(self) -> int:
        return 1

    async def send(self, _node: int, request: Any) -> Any:
        request.prepare({3: (0, self.newest)})
        return SimpleNamespace(topics=[(0, "t", self.topic_id, False, [], 0, {}), (3, "u", UUID(int=0), False, [], 0, {})])


@pytest.mark.parametrize(
    ("broker", "known"),
    [(_Broker(12, NEW), {"t": NEW}), (_Broker(12, UUID(int=0)), {"t": None}), (_Broker(9, NEW), {"t": None, "u": None})],
)
async def test_a_broker_that_gives_no_ids_is_told_from_a_topic_that_is_not_there(
    broker: _Broker, known: dict[str, UUID | None]
) -> None:
    assert await topic_ids(cast("AIOKafkaClient", broker), ["t", "u"]) == known


async def test_without_a_broker_no_topic_is_said_to_be_absent() -> None:
    with pytest.raises(NodeNotReadyError):
        await topic_ids(AIOKafkaClient(), ["t"])
