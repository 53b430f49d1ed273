import asyncio
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from shared.platform.kafka.messages import Headers, Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.table import CompactedTable
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import running, until
from tests.support.own_broker import own_broker
from tests.support.raw_batches import RawRecord, build, produce


class Dictionary:
    """What a compacted topic says, as a dictionary."""

    def __init__(self) -> None:
        self.entries: dict[bytes, bytes] = {}
        self.resets = 0

    def apply(self, key: bytes | None, value: bytes | None, _headers: Headers, _offset: int) -> None:
        assert key is not None
        if value is None:
            self.entries.pop(key, None)
        else:
            self.entries[key] = value

    def reset(self) -> None:
        self.entries.clear()
        self.resets += 1


def table(settings: KafkaSettings, topic: str, found: Dictionary, readiness: Readiness | None = None) -> CompactedTable:
    return CompactedTable(settings, topic, apply=found.apply, reset=found.reset, readiness=readiness)


async def test_it_is_ready_when_all_that_was_there_is_applied_and_then_follows(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, found, readiness = await make_topic("list", partitions=3, compacted=True), Dictionary(), Readiness()
    keys = [b"%d" % number for number in range(500)]
    assert not any(await producer.send_many([Message(topic, b"old", key) for key in keys]))
    assert not any(await producer.send_many([Message(topic, b"new", key) for key in keys]))
    assert not any(await producer.send_many([Message(topic, None, key) for key in keys[:100]]))
    reading = table(settings, topic, found, readiness)
    assert await readiness.faults() == {"table list": "not read to its end yet"}
    async with running(reading):
        await reading.ready.wait()
        assert found.entries == dict.fromkeys(keys[100:], b"new")
        assert await readiness.faults() == {}
        await producer.send(Message(topic, b"later", b"0"))
        await until(lambda: found.entries.get(b"0") == b"later")


async def test_an_empty_topic_is_ready_at_once(settings: KafkaSettings, make_topic: MakeTopic) -> None:
    topic = await make_topic("list", partitions=2, compacted=True)
    reading = table(settings, topic, Dictionary())
    async with running(reading):
        async with asyncio.timeout(5):
            await reading.ready.wait()


async def test_a_last_offset_without_a_record_does_not_keep_it_from_being_ready(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, found = await make_topic("list", compacted=True), Dictionary()
    await producer.send(Message(topic, b"value", b"key"))
    writer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, transactional_id=settings.topic("writer"))
    async with writer, writer.transaction():
        await writer.send_and_wait(settings.topic(topic), b"in a transaction", b"other")
    reading = table(settings, topic, found)
    async with running(reading):
        async with asyncio.timeout(5):
            await reading.ready.wait()
        assert found.entries == {b"key": b"value", b"other": b"in a transaction"}


async def test_a_batch_the_client_cannot_read_is_stepped_over(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, found = await make_topic("list", compacted=True), Dictionary()
    await producer.send(Message(topic, b"1", b"first"))
    batch = build([RawRecord(b"sound", b"2"), RawRecord(b"broken", b"3", [(b"\xff", b"")])])
    await produce(settings.bootstrap_servers, settings.topic(topic), batch)
    await producer.send(Message(topic, b"4", b"last"))
    reading = table(settings, topic, found)
    async with running(reading):
        await reading.ready.wait()
        assert found.entries == {b"first": b"1", b"sound": b"2", b"last": b"4"}


async def test_a_topic_that_was_cut_is_read_again_from_its_start(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, found = await make_topic("list"), Dictionary()
    for number in range(5):
        await producer.send(Message(topic, b"old", b"%d" % number))
    reading = table(settings, topic, found)
    async with running(reading):
        await reading.ready.wait()
    await producer.send(Message(topic, b"cut", b"5"))
    await producer.send(Message(topic, b"kept", b"6"))
    await _cut(settings, topic, before=6)
    async with running(reading):
        await until(lambda: found.entries == {b"6": b"kept"})
    assert found.resets == 1


async def _cut(settings: KafkaSettings, topic: str, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(settings.topic(topic), 0): RecordsToDelete(before)})
    finally:
        await admin.close()


async def test_it_outlives_a_broker_that_stops_and_starts(tmp_path: Path) -> None:
    async with own_broker(tmp_path) as broker:
        settings = KafkaSettings(bootstrap_servers=broker.address, poll_timeout_seconds=0.2, request_timeout_seconds=3)
        await apply_topics(settings, [TopicSpec("list", 1, None, compacted=True)])
        found = Dictionary()
        reading = table(settings, "list", found)
        async with KafkaProducer(settings) as producer, running(reading, within=60):
            await producer.send(Message("list", b"1", b"before"))
            await until(lambda: b"before" in found.entries)
            await broker.stop()
            await broker.start()
            await producer.send(Message("list", b"2", b"after"))
            await until(lambda: b"after" in found.entries, within=30)
    assert (found.entries, found.resets) == ({b"before": b"1", b"after": b"2"}, 0)
