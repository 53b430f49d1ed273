import asyncio

from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.errors import PoisonError, TransientError
from shared.platform.kafka.messages import Batch, Handler, Message, OffsetStore
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import KeptLetters, MemoryLedger, running, until


def consumer(
    settings: KafkaSettings,
    topic: str,
    handle: Handler,
    offsets: OffsetStore | None,
    letters: KeptLetters | None = None,
    readiness: Readiness | None = None,
) -> PartitionedConsumer:
    return PartitionedConsumer(
        settings, group="readers", topics=[topic], handle=handle, offsets=offsets, dead_letters=letters, readiness=readiness
    )


async def fill(producer: KafkaProducer, topic: str, count: int, start: int = 0) -> list[bytes]:
    values = [b"%d" % number for number in range(start, start + count)]
    outcomes = await producer.send_many([Message(topic, value, value) for value in values])
    assert not any(outcomes)
    return values


async def test_every_record_is_handled_once_and_a_restart_goes_on_from_the_stored_offset(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things", partitions=3), MemoryLedger()
    first = await fill(producer, topic, 2000)
    async with running(consumer(settings, topic, ledger.handle, ledger)):
        await until(lambda: len(ledger.seen) >= 2000)
    second = await fill(producer, topic, 500, start=2000)
    async with running(consumer(settings, topic, ledger.handle, ledger)):
        await until(lambda: len(ledger.seen) >= 2500)
    assert sorted(ledger.values, key=lambda value: int(value or b"-1")) == first + second
    for partition in range(3):
        offsets = [offset for where, offset, _ in ledger.seen if where == partition]
        assert offsets == sorted(offsets)


async def test_poison_named_by_the_handler_goes_to_the_dead_letters_and_the_rest_is_handled(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger, letters = await make_topic("things"), MemoryLedger(), KeptLetters()

    async def handle(batch: Batch) -> None:
        bad = {record.offset: "it ends in 7" for record in batch.records if (record.value or b"").endswith(b"7")}
        if bad:
            raise PoisonError(records=bad)
        await ledger.handle(batch)

    values = await fill(producer, topic, 100)
    async with running(consumer(settings, topic, handle, ledger, letters)):
        await until(lambda: ledger.offsets.get((topic, 0)) == 100)
    assert ledger.values == [value for value in values if not value.endswith(b"7")]
    assert [letter.value for letter in letters.letters] == [value for value in values if value.endswith(b"7")]
    assert {letter.reason for letter in letters.letters} == {"it ends in 7"}


async def test_poison_that_the_handler_cannot_name_is_found_by_halving(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger, letters = await make_topic("things"), MemoryLedger(), KeptLetters()

    async def handle(batch: Batch) -> None:
        if any(record.value == b"37" for record in batch.records):
            raise PoisonError("something is wrong")
        await ledger.handle(batch)

    values = await fill(producer, topic, 100)
    async with running(consumer(settings, topic, handle, ledger, letters)):
        await until(lambda: ledger.offsets.get((topic, 0)) == 100)
    assert ledger.values == [value for value in values if value != b"37"]
    assert [(letter.offset, letter.reason) for letter in letters.letters] == [(37, "something is wrong")]


async def test_what_fails_for_a_while_is_repeated_in_place_and_the_other_partitions_go_on(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger, away = await make_topic("things", partitions=2), MemoryLedger(), asyncio.Event()
    readiness = Readiness()

    async def handle(batch: Batch) -> None:
        if batch.partition == 0 and not away.is_set():
            raise TransientError("the database is away")
        await ledger.handle(batch)

    messages = [Message(topic, b"%d" % n, partition=n % 2) for n in range(1000)]
    assert not any(await producer.send_many(messages))
    async with running(consumer(settings, topic, handle, ledger, readiness=readiness)):
        await until(lambda: ledger.offsets.get((topic, 1)) == 500)
        assert (topic, 0) not in ledger.offsets
        await until(lambda: any("waits: TransientError" in fault for fault in _faults(readiness)))
        away.set()
        await until(lambda: ledger.offsets.get((topic, 0)) == 500)
        assert _faults(readiness) == []
    assert len(ledger.seen) == 1000


def _faults(readiness: Readiness) -> list[str]:
    checks = [check() for check in readiness._checks.values()]
    return [str(fault) for fault in checks if fault is not None]


async def test_without_a_store_the_groups_offset_is_committed_after_the_effect(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, seen = await make_topic("things", partitions=2), list[bytes | None]()

    async def handle(batch: Batch) -> None:
        seen.extend(record.value for record in batch.records)

    await fill(producer, topic, 300)
    async with running(consumer(settings, topic, handle, None)):
        await until(lambda: len(seen) == 300)
    await fill(producer, topic, 10, start=300)
    async with running(consumer(settings, topic, handle, None)):
        await until(lambda: len(seen) >= 310)
    assert sorted(int(value or b"-1") for value in seen) == list(range(310))
