from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.errors import PoisonError
from shared.platform.kafka.messages import Batch, Message, Record
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import KeptLetters, MemoryLedger, running, until


class Reader:
    """Takes what is good; `Message.key` is whose a record is."""

    def __init__(self, settings: KafkaSettings, topic: str, *, with_sources: bool = False, **changes: object) -> None:
        self.ledger = MemoryLedger()
        self.letters = KeptLetters()
        self.consumer = PartitionedConsumer(
            settings.model_copy(update=changes), group="readers", topics=[topic], handle=self._handle, offsets=self.ledger,
            dead_letters=self.letters, source_of=_owner if with_sources else None,
        )  # fmt: skip

    async def _handle(self, batch: Batch) -> None:
        bad = {record.offset: "it is bad" for record in batch.records if record.value == b"bad"}
        if bad:
            raise PoisonError(records=bad)
        await self.ledger.handle(batch)


def _owner(record: Record) -> str | None:
    return (record.key or b"").decode() or None


async def send(producer: KafkaProducer, topic: str, owner: str, *values: bytes, partition: int = 0) -> None:
    messages = [Message(topic, value, owner.encode(), partition=partition) for value in values]
    assert not any(await producer.send_many(messages))


async def test_a_partition_of_which_more_than_the_share_is_dead_halts(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic = await make_topic("things")
    reader = Reader(settings, topic, dead_letter_share=0.5, dead_letter_window=100, poll_max_records=10)
    await send(producer, topic, "", *[b"bad", b"bad", b"bad", b"good", b"good"] * 80)
    async with running(reader.consumer):
        await until(lambda: reader.consumer.halted or len(reader.ledger.seen) == 160)
        assert reader.consumer.halted
    assert len(reader.letters.letters) < 120


async def test_a_halt_for_which_nobody_vouched_ends_when_another_is_heard_on_another_partition(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic = await make_topic("things", partitions=2)
    reader = Reader(settings, topic, with_sources=True, dead_letters_in_a_row=10)
    await send(producer, topic, "a", *[b"bad"] * 50)
    async with running(reader.consumer):
        await until(lambda: list(reader.consumer.halted) == [(settings.topic(topic), 0)])
        assert not reader.letters.letters
        await send(producer, topic, "b", b"good behind")
        await send(producer, topic, "c", b"good elsewhere", partition=1)
        await until(lambda: reader.ledger.offsets == {(topic, 0): 51, (topic, 1): 1})
        assert not reader.consumer.halted
    assert len(reader.letters.letters) == 50
