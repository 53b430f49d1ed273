import asyncio
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka.errors import GroupAuthorizationFailedError

from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.errors import PoisonError, SessionBrokenError, StalledError
from shared.platform.kafka.messages import Batch, Handler, Message, OffsetStore
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.table import CompactedTable
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import KeptLetters, MemoryLedger, insist, running, until
from tests.support.own_broker import own_broker


def reader(
    settings: KafkaSettings, topic: str, handle: Handler, offsets: OffsetStore, letters: KeptLetters | None = None
) -> PartitionedConsumer:
    return PartitionedConsumer(settings, group="readers", topics=[topic], handle=handle, offsets=offsets, dead_letters=letters)


async def fill(producer: KafkaProducer, topic: str, numbers: Iterable[int], partitions: int = 1, size: int = 0) -> None:
    messages = [Message(topic, b"%d" % number + bytes(size), partition=number % partitions) for number in numbers]
    assert not any(await producer.send_many(messages))


async def test_a_handler_that_hangs_ends_the_worker(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()

    async def hang(_batch: Batch) -> None:
        await asyncio.Event().wait()

    await fill(producer, topic, range(10))
    short = settings.model_copy(update={"stall_limit_seconds": 1.0})
    with pytest.raises(BaseExceptionGroup) as ended:
        async with asyncio.timeout(20):
            await reader(short, topic, hang, ledger).run(asyncio.Event())
    assert ended.group_contains(StalledError)


async def test_a_handler_that_hangs_after_its_partition_was_given_back_ends_the_worker_too(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger, hanging = await make_topic("things"), MemoryLedger(), asyncio.Event()

    async def hang(_batch: Batch) -> None:
        hanging.set()
        await asyncio.Event().wait()

    await fill(producer, topic, range(10))
    consumer = reader(settings.model_copy(update={"stall_limit_seconds": 2.0}), topic, hang, ledger)

    async def change_the_assignment() -> None:
        await hanging.wait()
        assert consumer._session is not None
        assert consumer._session._partitions is not None
        consumer._session._partitions.changed()

    async def run_to_the_end() -> None:
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            tasks.create_task(change_the_assignment())
            await consumer.run(asyncio.Event())

    with pytest.raises(BaseExceptionGroup) as ended:
        await run_to_the_end()
    assert ended.group_contains(StalledError, match="given back")


async def test_a_cancelled_poll_is_not_needed_for_the_watch_and_an_idle_topic_is_no_stall(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things", partitions=2), MemoryLedger()
    short = settings.model_copy(update={"stall_limit_seconds": 1.0})
    await fill(producer, topic, range(10))
    async with running(reader(short, topic, ledger.handle, ledger)):
        await until(lambda: len(ledger.seen) == 10)
        end = asyncio.get_running_loop().time() + 2.5
        await until(lambda: asyncio.get_running_loop().time() > end)
        await fill(producer, topic, range(10, 20))
        await until(lambda: len(ledger.seen) == 20)


async def test_a_bug_in_the_handler_ends_the_worker(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()

    async def broken(_batch: Batch) -> None:
        raise ZeroDivisionError

    await fill(producer, topic, range(10))
    with pytest.raises(BaseExceptionGroup) as ended:
        async with asyncio.timeout(20):
            await reader(settings, topic, broken, ledger).run(asyncio.Event())
    assert ended.group_contains(ZeroDivisionError)
    assert ledger.offsets == {}


async def test_an_error_of_the_client_is_answered_with_a_new_one(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()
    consumer = reader(settings, topic, ledger.handle, ledger)
    await fill(producer, topic, range(10))
    async with running(consumer):
        await until(lambda: len(ledger.seen) == 10)
        before = consumer._session
        assert _break(consumer)
        await until(lambda: consumer._session is not before)
        await fill(producer, topic, range(10, 20))
        await until(lambda: len(ledger.seen) == 20)


async def test_a_client_that_fails_again_and_again_ends_the_worker(settings: KafkaSettings, make_topic: MakeTopic) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()
    consumer = reader(settings.model_copy(update={"reconnect_tries": 2}), topic, ledger.handle, ledger)

    broken: set[object] = set()

    async def break_each_session() -> None:
        await until(lambda: consumer._session not in broken | {None} and _break(consumer))
        broken.add(consumer._session)
        await until(lambda: consumer._session not in broken | {None} and _break(consumer))

    async def run_to_the_end() -> None:
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            tasks.create_task(break_each_session())
            await consumer.run(asyncio.Event())

    with pytest.raises(BaseExceptionGroup) as ended:
        await run_to_the_end()
    assert ended.group_contains(SessionBrokenError)


def _break(consumer: PartitionedConsumer) -> bool:
    """Let the next poll raise what a heartbeat without permission leaves behind."""
    coordinator = None if consumer._session is None else consumer._session._consumer._coordinator
    if coordinator is None or coordinator._pending_exception is not None:
        return False
    coordinator._pending_exception = GroupAuthorizationFailedError("readers")
    return True


async def test_dead_letters_that_pile_up_halt_the_partition(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger, letters = await make_topic("things"), MemoryLedger(), KeptLetters()

    async def refuse(batch: Batch) -> None:
        if not batch.records:
            return await ledger.handle(batch)
        raise PoisonError(records={record.offset: "a bad release" for record in batch.records})

    await fill(producer, topic, range(100))
    limited = settings.model_copy(update={"dead_letters_in_a_row": 20, "poll_max_records": 5})
    consumer = reader(limited, topic, refuse, ledger, letters)
    async with running(consumer):
        await until(lambda: bool(consumer.halted))
        assert "dead letters in a row" in (consumer.ready() or "")
    assert len(letters.letters) < 20


async def test_a_broker_that_stops_and_starts_costs_no_record_and_no_restart(tmp_path: Path) -> None:
    async with own_broker(tmp_path) as broker:
        settings = KafkaSettings(
            bootstrap_servers=broker.address, session_timeout_seconds=10, poll_timeout_seconds=0.2, request_timeout_seconds=3
        )
        await apply_topics(settings, [TopicSpec("things", 2, timedelta(days=1))])
        ledger = MemoryLedger()
        async with KafkaProducer(settings) as producer, running(reader(settings, "things", ledger.handle, ledger), within=60):
            await fill(producer, "things", range(100), partitions=2)
            await until(lambda: len(ledger.seen) == 100)
            await broker.stop()
            await broker.start()
            await fill(producer, "things", range(100, 200), partitions=2)
            await until(lambda: len(ledger.seen) >= 200, within=40)
    assert sorted(int((value or b"-1").rstrip(b"\0")) for value in ledger.values) == list(range(200))


async def test_brokers_that_all_come_back_at_other_addresses_are_found_again(tmp_path: Path) -> None:
    async with own_broker(tmp_path) as broker:
        settings = KafkaSettings(
            bootstrap_servers=broker.addresses,
            session_timeout_seconds=6,
            poll_timeout_seconds=0.2,
            request_timeout_seconds=2,
            send_deadline_seconds=1,
            stop_deadline_seconds=1,
            stall_limit_seconds=2,
        )
        await apply_topics(settings, [TopicSpec("things", 1, timedelta(days=1))])
        ledger, followed = MemoryLedger(), list[bytes | None]()
        follower = CompactedTable(
            settings, "things", apply=lambda _k, value, _h, _o: followed.append(value), reset=followed.clear
        )
        consumer = reader(settings, "things", ledger.handle, ledger)
        async with KafkaProducer(settings) as producer, running(consumer, follower, within=80):
            await fill(producer, "things", range(10))
            await until(lambda: len(ledger.seen) == len(followed) == 10)
            await broker.move()
            await insist(producer, Message("things", b"after"))
            await until(lambda: b"after" in ledger.values and b"after" in followed, within=30)
