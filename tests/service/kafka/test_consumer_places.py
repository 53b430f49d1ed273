import asyncio
from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.errors import LostPartitionError, TransientError
from shared.platform.kafka.messages import Batch, Handler, Message, OffsetStore
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import KeptLetters, MemoryLedger, running, until


def reader(
    settings: KafkaSettings, topic: str, handle: Handler, offsets: OffsetStore, letters: KeptLetters | None = None
) -> PartitionedConsumer:
    return PartitionedConsumer(settings, group="readers", topics=[topic], handle=handle, offsets=offsets, dead_letters=letters)


async def fill(producer: KafkaProducer, topic: str, numbers: Iterable[int], partitions: int = 1, size: int = 0) -> None:
    messages = [Message(topic, b"%d" % number + bytes(size), partition=number % partitions) for number in numbers]
    assert not any(await producer.send_many(messages))


async def test_nothing_is_handled_before_the_stored_offset_is_known(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()
    await fill(producer, topic, range(100))
    ledger.offsets[topic, 0] = 50
    ledger.open.clear()
    consumer = reader(settings, topic, ledger.handle, ledger)
    async with running(consumer):
        await until(lambda: consumer._session is not None and consumer._session._partitions is not None)
        partitions = consumer._session._partitions if consumer._session else None
        assert partitions is not None
        await until(lambda: partitions.generation > 0 and ledger.waiting > 0)
        await fill(producer, topic, range(100, 110))
        assert ledger.seen == []
        ledger.open.set()
        await until(lambda: len(ledger.seen) >= 60)
    assert [offset for _, offset, _ in ledger.seen] == list(range(50, 110))


async def test_copies_that_come_and_go_handle_every_record_once(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things", partitions=4), MemoryLedger()
    shares = {"first": 0, "second": 0}

    def counted(name: str) -> Handler:
        async def handle(batch: Batch) -> None:
            await asyncio.sleep(0.002)
            ledger.commit(batch, batch.records)
            shares[name] += len(batch.records)

        return handle

    few = settings.model_copy(update={"poll_max_records": 20})
    await fill(producer, topic, range(2000), partitions=4)
    async with running(reader(few, topic, counted("first"), ledger)):
        await until(lambda: shares["first"] > 100)
        async with running(reader(few, topic, counted("second"), ledger)):
            sent = 2000
            while shares["second"] < 100:
                await fill(producer, topic, range(sent, sent + 100), partitions=4)
                sent += 100
                await until(lambda most=sent - 500: shares["second"] >= 100 or len(ledger.seen) >= most)
        await until(lambda: len(ledger.seen) >= sent)
    assert sorted(int(value or b"-1") for value in ledger.values) == list(range(sent))


async def test_who_lost_a_partition_changes_nothing_and_takes_it_up_where_the_other_left_it(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()
    lost: list[int] = []

    async def handle(batch: Batch) -> None:
        if not lost:
            ledger.offsets[topic, 0] = 70  # another copy has been here
        try:
            ledger.commit(batch, batch.records)
        except LostPartitionError:
            lost.append(batch.records[0].offset)
            raise

    await fill(producer, topic, range(100))
    async with running(reader(settings, topic, handle, ledger)):
        await until(lambda: ledger.offsets[topic, 0] == 100 if ledger.offsets else False)
    assert lost == [0]
    assert [offset for _, offset, _ in ledger.seen] == list(range(70, 100))


async def test_a_stored_offset_whose_records_were_deleted_halts_that_partition_only(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things", partitions=2), MemoryLedger()
    await fill(producer, topic, range(200), partitions=2)
    ledger.offsets |= {(topic, 0): 10, (topic, 1): 10}
    await _delete(settings, topic, before=50)
    consumer = reader(settings, topic, ledger.handle, ledger)
    async with running(consumer):
        await until(lambda: ledger.offsets[topic, 1] == 100 and bool(consumer.halted))
        assert "out of the topic's range 50 to 100" in (consumer.ready() or "")
    assert ledger.offsets[topic, 0] == 10
    assert {partition for partition, _, _ in ledger.seen} == {1}


async def test_records_deleted_under_a_running_consumer_halt_it_instead_of_being_jumped(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger, away = await make_topic("things"), MemoryLedger(), asyncio.Event()

    async def handle(batch: Batch) -> None:
        if not away.is_set():
            raise TransientError
        await ledger.handle(batch)

    consumer = reader(settings.model_copy(update={"poll_max_records": 1}), topic, handle, ledger)
    await fill(producer, topic, range(30), size=200_000)
    async with running(consumer):
        await until(lambda: "waits" in (consumer.ready() or ""))
        await _delete(settings, topic, before=25)
        away.set()
        await until(lambda: bool(consumer.halted))
    handled = [offset for _, offset, _ in ledger.seen]
    assert handled == list(range(len(handled)))
    assert len(handled) < 25


async def _delete(settings: KafkaSettings, topic: str, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(settings.topic(topic), 0): RecordsToDelete(before)})
    finally:
        await admin.close()
