import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import TopicPartition

from shared.platform.kafka.errors import BrokerUnavailableError, MessageTooLargeError, OutcomeUnknownError
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import insist
from tests.support.own_broker import OwnBroker, own_broker


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[OwnBroker]:
    async with own_broker(tmp_path) as started:
        yield started


def hasty(broker: OwnBroker) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=broker.address, send_deadline_seconds=2, request_timeout_seconds=3, stop_deadline_seconds=1
    )


async def read(settings: KafkaSettings, topic: str, last: bytes) -> list[bytes | None]:
    """The values of a topic's only partition up to one."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(settings.topic(topic), 0)])
    values: list[bytes | None] = []
    async with asyncio.timeout(10), consumer:
        while last not in values:
            values.append((await consumer.getone()).value)
    return values


async def test_while_the_broker_swallows_everything_each_send_is_answered_in_time_and_nothing_is_lost_afterwards(
    broker: OwnBroker,
) -> None:
    settings = hasty(broker)
    await apply_topics(settings, [TopicSpec("things", 1, timedelta(days=1))])
    clock = asyncio.get_running_loop().time
    async with KafkaProducer(settings) as producer:
        await insist(producer, Message("things", b"before"))
        broker.freeze()
        for value in (b"first", b"second"):
            asked = clock()
            with pytest.raises(OutcomeUnknownError):
                await producer.send(Message("things", value))
            assert clock() - asked < settings.send_deadline_seconds + 2
        broker.thaw()
        await insist(producer, Message("things", b"after"))
    values = [value for value in await read(settings, "things", last=b"after") if value != b"before"]
    assert values == [b"first", b"second", b"after"], "a send of unknown outcome lands once and in its place"


async def test_a_producer_ends_in_time_although_the_broker_swallows_its_last_batch(broker: OwnBroker) -> None:
    settings = hasty(broker)
    await apply_topics(settings, [TopicSpec("things", 1, timedelta(days=1))])
    clock = asyncio.get_running_loop().time
    async with KafkaProducer(settings) as producer:
        await insist(producer, Message("things", b"before"))
        broker.freeze()
        with pytest.raises(OutcomeUnknownError):
            await producer.send(Message("things", b"stuck"))
        asked = clock()
    assert clock() - asked < settings.stop_deadline_seconds + 4


async def test_without_any_broker_a_send_says_that_nothing_was_sent() -> None:
    settings = KafkaSettings(bootstrap_servers="127.0.0.1:1", send_deadline_seconds=0.5, request_timeout_seconds=0.5)
    async with KafkaProducer(settings) as producer:
        with pytest.raises(BrokerUnavailableError):
            await producer.send(Message("things", b"value"))
        assert producer.ready() == "no connection to the broker"


async def test_a_message_larger_than_its_topic_is_refused_before_it_is_sent_and_small_ones_pass(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic = await make_topic("small", max_message_bytes=1024)
    with pytest.raises(MessageTooLargeError):
        await producer.send(Message(topic, bytes(2048)))
    async with asyncio.timeout(5):
        outcomes = await producer.send_many([Message(topic, bytes(100)) for _ in range(100)])
    assert not any(outcomes)


async def test_a_batch_refused_by_the_broker_does_not_poison_its_partition(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic = await make_topic("shrinking")
    await producer.send(Message(topic, b"learns the limit"))
    await _limit(settings, topic, 1024)
    with pytest.raises(BrokerUnavailableError):
        await producer.send(Message(topic, bytes(2048)))
    async with asyncio.timeout(5):
        outcomes = await producer.send_many([Message(topic, bytes(100)) for _ in range(100)])
    assert not any(outcomes)
    with pytest.raises(MessageTooLargeError):
        await producer.send(Message(topic, bytes(2048)))


async def _limit(settings: KafkaSettings, topic: str, limit: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        wanted = {"max.message.bytes": str(limit)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.topic(topic), wanted)])
    finally:
        await admin.close()


async def test_a_send_to_a_topic_that_does_not_exist_fails_and_the_next_one_passes(
    producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic = await make_topic("there")
    with pytest.raises(BrokerUnavailableError):
        await producer.send(Message("nowhere", b"value"))
    await producer.send(Message(topic, b"value"))


async def test_every_partition_can_be_reached(producer: KafkaProducer, make_topic: MakeTopic) -> None:
    topic = await make_topic("wide", partitions=5)
    assert await producer.partitions(topic) == 5
    assert not any(await producer.send_many([Message(topic, b"marker", partition=number) for number in range(5)]))
