"""Rights that are taken away and given back, by a real broker that asks for them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.platform.kafka import connection
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.errors import SessionBrokenError
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings
from tests.support.guarded_broker import GuardedBroker, Kind, guarded_broker
from tests.support.kafka_fakes import MemoryLedger, running, until

TOPIC, GROUP = "things", "readers"


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[GuardedBroker]:
    """With a topic that the client may read, in its group."""
    async with guarded_broker(tmp_path) as broker:
        await apply_topics(KafkaSettings(bootstrap_servers=broker.open_address), [TopicSpec(TOPIC, 2, timedelta(days=1))])
        await broker.allow(Kind.TOPIC, TOPIC)
        await broker.allow(Kind.GROUP, GROUP)
        yield broker


def reader(broker: GuardedBroker, ledger: MemoryLedger) -> PartitionedConsumer:
    return PartitionedConsumer(
        broker.settings, group=GROUP, topics=[TOPIC], handle=ledger.handle, offsets=ledger, dead_letters=None
    )


async def fill(broker: GuardedBroker, count: int) -> None:
    async with KafkaProducer(KafkaSettings(bootstrap_servers=broker.open_address)) as producer:
        assert not any(await producer.send_many([Message(TOPIC, b"x", partition=number % 2) for number in range(count)]))


async def test_a_group_that_is_forbidden_for_a_moment_costs_no_record_and_no_restart(guarded: GuardedBroker) -> None:
    ledger = MemoryLedger()
    consumer = reader(guarded, ledger)
    await fill(guarded, 20)
    async with running(consumer, within=90):
        await until(lambda: len(ledger.seen) == 20)
        await guarded.forbid(Kind.GROUP, GROUP)
        session = consumer._session
        await until(lambda: consumer._session is not session, within=30)
        await guarded.allow(Kind.GROUP, GROUP)
        await fill(guarded, 20)
        await until(lambda: ledger.offsets == {(TOPIC, 0): 20, (TOPIC, 1): 20}, within=40)
    assert len(ledger.seen) == 40


async def test_a_topic_that_may_not_be_read_is_told_by_readiness_and_read_on_when_it_may(
    guarded: GuardedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "METADATA_MAX_AGE_MS", 500)
    ledger = MemoryLedger()
    consumer = reader(guarded, ledger)
    await fill(guarded, 20)
    async with running(consumer, within=90):
        await until(lambda: len(ledger.seen) == 20)
        assert consumer.ready() is None
        await guarded.forbid(Kind.TOPIC, TOPIC)
        await fill(guarded, 20)
        await until(lambda: consumer.ready() == f"{TOPIC} is not there, or may not be read", within=40)
        await guarded.allow(Kind.TOPIC, TOPIC)
        await until(lambda: ledger.offsets == {(TOPIC, 0): 20, (TOPIC, 1): 20}, within=40)
    assert len(ledger.seen) == 40


async def test_a_group_that_stays_forbidden_ends_the_worker_with_what_is_wrong(guarded: GuardedBroker) -> None:
    ledger = MemoryLedger()
    await fill(guarded, 20)
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        worker = group.create_task(_ended(reader(guarded, ledger)))
        await until(lambda: len(ledger.seen) == 20)
        await guarded.forbid(Kind.GROUP, GROUP)
    assert str(worker.result()) == "GroupAuthorizationFailedError"


async def _ended(consumer: PartitionedConsumer) -> BaseException:
    with pytest.raises(BaseExceptionGroup) as ended:
        await consumer.run(asyncio.Event())
    error: BaseException = ended.value
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, SessionBrokenError)
    return error
