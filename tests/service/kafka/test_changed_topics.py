"""Topics that change under those who read them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import InvalidTimestampError
from pydantic import SecretStr
from sqlalchemy import MetaData

from shared.platform.clock import SystemClock
from shared.platform.database.engine import Database
from shared.platform.database.offsets import SqlOffsetStore, advance_offsets, offset_table
from shared.platform.database.settings import DatabaseSettings
from shared.platform.kafka import connection, table
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.messages import Batch, Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.table import CompactedTable
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.service.kafka.test_table import Dictionary
from tests.support.kafka_fakes import MemoryLedger, running, until


@pytest.fixture
def _curious(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients that look for new partitions every half second, and tables that look whether they follow as often."""
    monkeypatch.setattr(connection, "METADATA_MAX_AGE_MS", 500)
    monkeypatch.setattr(table, "_LOOK_SECONDS", 0.5)
    return


OFFSETS = offset_table(MetaData())


class DatabaseLedger(SqlOffsetStore):
    """What was handled, and its offsets where the services keep them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, OFFSETS, "readers")
        self.database = database
        self.seen: list[bytes | None] = []

    async def handle(self, batch: Batch) -> None:
        async with self.database.pipeline() as pipe:
            await (await advance_offsets(pipe, OFFSETS, "readers", [batch])).confirm()
        self.seen += [record.value for record in batch.records]


@pytest.fixture
async def stored(database_url: str) -> AsyncIterator[DatabaseLedger]:
    async with Database(DatabaseSettings(url=SecretStr(database_url))) as database:
        async with database.transaction() as connection:
            await connection.run_sync(OFFSETS.metadata.create_all)
        yield DatabaseLedger(database)


def reader_of(settings: KafkaSettings, topic: str, ledger: DatabaseLedger) -> PartitionedConsumer:
    return PartitionedConsumer(settings, group="readers", topics=[topic], handle=ledger.handle, offsets=ledger, dead_letters=None)


async def fill(settings: KafkaSettings, topic: str, value: bytes, count: int) -> None:
    async with KafkaProducer(settings) as producer:
        assert not any(await producer.send_many([Message(topic, value, partition=0)] * count))


async def remove(settings: KafkaSettings, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics([settings.topic(topic)])
        async with asyncio.timeout(20):
            while settings.topic(topic) in await admin.list_topics():  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def grow(settings: KafkaSettings, topic: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_partitions({settings.topic(topic): NewPartitions(partitions)})
    finally:
        await admin.close()


@pytest.mark.usefixtures("_curious")
async def test_what_is_written_to_a_partition_that_was_added_is_handled(settings: KafkaSettings, make_topic: MakeTopic) -> None:
    topic, ledger = await make_topic("things", partitions=1), MemoryLedger()
    reader = PartitionedConsumer(
        settings, group="readers", topics=[topic], handle=ledger.handle, offsets=ledger, dead_letters=None
    )
    async with running(reader, within=60):
        async with KafkaProducer(settings) as producer:
            assert not any(await producer.send_many([Message(topic, b"old", partition=0)] * 10))
        await until(lambda: len(ledger.seen) == 10)
        await grow(settings, topic, 2)
        async with KafkaProducer(settings) as producer:
            assert not any(await producer.send_many([Message(topic, b"new", partition=number % 2) for number in range(10)]))
        await until(lambda: ledger.offsets == {(topic, 0): 15, (topic, 1): 5}, within=40)
    assert len(ledger.seen) == 20


@pytest.mark.usefixtures("_curious")
async def test_a_table_whose_topic_grew_reads_all_of_it_again_and_the_new_partition_too(
    settings: KafkaSettings, make_topic: MakeTopic
) -> None:
    topic, found = await make_topic("list", partitions=1, compacted=True), Dictionary()
    async with running(CompactedTable(settings, topic, apply=found.apply, reset=found.reset), within=60):
        async with KafkaProducer(settings) as producer:
            await producer.send(Message(topic, b"1", b"old", partition=0))
        await until(lambda: b"old" in found.entries)
        await grow(settings, topic, 2)
        async with KafkaProducer(settings) as producer:
            await producer.send(Message(topic, b"2", b"new", partition=1))
        await until(lambda: found.entries == {b"old": b"1", b"new": b"2"}, within=40)
    assert found.resets == 1


async def test_a_table_that_stood_still_until_deletions_may_be_gone_reads_all_again(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, found = await make_topic("list", compacted=True), Dictionary()
    await producer.send(Message(topic, b"1", b"key"))
    reading = CompactedTable(settings, topic, apply=found.apply, reset=found.reset)
    async with running(reading):
        await reading.ready.wait()
        found.entries[b"deleted meanwhile"] = b"its tombstone is gone"
        monkeypatch.setattr(table, "_OUTDATED_SECONDS", 1.5)
        monkeypatch.setattr(table, "_LOOK_SECONDS", 0.1)
        threading.Event().wait(2)  # the whole process stands still, as when it is stopped and continued
        await until(lambda: found.entries == {b"key": b"1"})
    assert found.resets == 1


async def test_nobody_s_clock_keeps_a_segment_for_ever_or_deletes_it_at_once(
    settings: KafkaSettings, make_topic: MakeTopic
) -> None:
    ours, raw = await make_topic("ours"), await make_topic("raw", log_append_time=False)
    now = SystemClock().now()
    future = round((now + timedelta(days=30_000)).timestamp() * 1000)
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers) as foreign:
        with pytest.raises(InvalidTimestampError):
            await foreign.send_and_wait(settings.topic(raw), b"from 2099", timestamp_ms=future)
        for stamp in (future, 1):
            written = await foreign.send_and_wait(settings.topic(ours), b"stamped by the broker", timestamp_ms=stamp)
            assert abs(written.timestamp - now.timestamp() * 1000) < timedelta(minutes=1).total_seconds() * 1000


async def test_a_topic_that_was_made_anew_and_holds_less_than_was_handled_halts(
    settings: KafkaSettings, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()
    ledger.offsets[topic, 0] = 10  # handled before the topic was deleted and made anew
    reader = PartitionedConsumer(
        settings, group="readers", topics=[topic], handle=ledger.handle, offsets=ledger, dead_letters=None
    )
    async with KafkaProducer(settings) as producer:
        assert not any(await producer.send_many([Message(topic, b"another", partition=0)] * 3))
    async with running(reader):
        await until(lambda: reader.halted)
        assert list(reader.halted.values()) == ["stored offset 10 is out of the topic's range 0 to 3"]
    assert ledger.seen == []


async def test_a_topic_that_was_made_anew_and_filled_beyond_what_was_handled_halts_until_an_operator_accepts_it(
    settings: KafkaSettings, make_topic: MakeTopic, stored: DatabaseLedger
) -> None:
    topic = await make_topic("things")
    await fill(settings, topic, b"old", 10)
    async with running(reader_of(settings, topic, stored)):
        await until(lambda: len(stored.seen) == 10)
    await remove(settings, topic)
    await make_topic("things")
    await fill(settings, topic, b"new", 50)
    again = reader_of(settings, topic, stored)
    async with running(again):
        await until(lambda: again.halted or len(stored.seen) > 10)
        assert list(again.halted.values()) == ["stored offset 10 is of another topic of this name: it was made anew"]
    assert stored.seen == [b"old"] * 10
    assert await stored.load(topic, [0]) == {0: 10}
    await stored.database.fetch("UPDATE consumer_offset SET next_offset = 0, topic_id = NULL RETURNING 1", {})
    async with running(reader_of(settings, topic, stored)):
        await until(lambda: len(stored.seen) == 60)
    assert stored.seen[10:] == [b"new"] * 50


async def test_an_offset_of_before_topics_were_told_apart_counts_for_the_topic_that_is_there(
    settings: KafkaSettings, make_topic: MakeTopic, stored: DatabaseLedger
) -> None:
    topic = await make_topic("things")
    await fill(settings, topic, b"old", 10)
    await stored.database.fetch(
        "INSERT INTO consumer_offset (consumer, topic, partition, next_offset) VALUES ('readers', 'things', 0, 4) RETURNING 1", {}
    )
    async with running(reader_of(settings, topic, stored)):
        await until(lambda: len(stored.seen) == 6)
    await remove(settings, topic)
    await make_topic("things")
    await fill(settings, topic, b"new", 50)
    again = reader_of(settings, topic, stored)
    async with running(again):
        await until(lambda: again.halted or len(stored.seen) > 6)
        assert list(again.halted.values()) == ["stored offset 10 is of another topic of this name: it was made anew"]


@pytest.mark.usefixtures("_curious")
async def test_a_topic_that_was_made_anew_under_a_reader_at_work_halts_it(
    settings: KafkaSettings, make_topic: MakeTopic, stored: DatabaseLedger
) -> None:
    topic = await make_topic("things")
    await fill(settings, topic, b"old", 10)
    reader = reader_of(settings, topic, stored)
    async with running(reader, within=60):
        await until(lambda: len(stored.seen) == 10)
        await remove(settings, topic)
        await make_topic("things")
        await fill(settings, topic, b"new", 50)
        await until(lambda: reader.halted or len(stored.seen) > 10, within=40)
        assert len(reader.halted) == 1
    assert stored.seen == [b"old"] * 10
