from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode

from shared.platform.kafka.batches import split
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import KeptLetters, MemoryLedger, running, until
from tests.support.own_broker import OwnBroker, own_broker
from tests.support.raw_batches import RawRecord, build, produce, reseal

CODEC_PLACE = 22
BOMB_BYTES = 256 * 1024 * 1024
BAD_HEADER = RawRecord(b"k", b"bad", [(b"\xff\xfe", b"x")])
COMPRESSIONS: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    1: gzip_encode,
    2: snappy_encode,
    3: lz4_encode,
    4: zstd_encode,
}


def reader(settings: KafkaSettings, topic: str, ledger: MemoryLedger, letters: KeptLetters) -> PartitionedConsumer:
    return PartitionedConsumer(
        settings, group="readers", topics=[topic], handle=ledger.handle, offsets=ledger, dead_letters=letters
    )


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4])
async def test_a_header_name_that_is_no_utf8_costs_that_record_only(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic, codec: int
) -> None:
    topic, ledger, letters = await make_topic("things"), MemoryLedger(), KeptLetters()
    await producer.send(Message(topic, b"first"))
    records = [RawRecord(None, b"good", [(b"h", None)]), BAD_HEADER, RawRecord(b"k", b"good too")]
    batch = build(records, codec=codec, compress=COMPRESSIONS[codec])
    await produce(settings.bootstrap_servers, settings.topic(topic), batch)
    await producer.send(Message(topic, b"last"))
    async with running(reader(settings, topic, ledger, letters)):
        await until(lambda: ledger.offsets.get((topic, 0)) == 5, within=5)
    assert ledger.values == [b"first", b"good", b"good too", b"last"]
    (letter,) = letters.letters
    assert (letter.kind, letter.offset, letter.last_offset) == ("batch", 1, 3)
    assert "no UTF-8 at 2" in letter.reason
    assert letter.value is not None
    assert letter.value[61:] == batch[61:], "the records are kept byte for byte"


@pytest.mark.parametrize("codec", [1, 2, 3, 4])
async def test_a_batch_that_unfolds_to_gigabytes_is_stepped_over(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic, codec: int
) -> None:
    topic, ledger, letters = await make_topic("things", max_message_bytes=20_000_000), MemoryLedger(), KeptLetters()
    bomb = build([RawRecord(b"k", bytes(BOMB_BYTES))], codec=codec, compress=COMPRESSIONS[codec])
    await produce(settings.bootstrap_servers, settings.topic(topic), bomb)
    await producer.send(Message(topic, b"last"))
    async with running(reader(settings, topic, ledger, letters)):
        await until(lambda: ledger.values == [b"last"], within=5)
    (letter,) = letters.letters
    assert "DecompressionBombError" in letter.reason
    assert len(letter.value or b"") == len(bomb)


async def test_damage_on_the_brokers_disk_and_an_unknown_codec_are_stepped_over_and_kept(tmp_path: Path) -> None:
    async with own_broker(tmp_path) as broker:
        settings = KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=10, poll_timeout_seconds=0.2)
        topic, ledger, letters = "things", MemoryLedger(), KeptLetters()
        await _damage(settings, broker, topic)
        async with running(reader(settings, topic, ledger, letters)):
            await until(lambda: ledger.offsets.get((topic, 0)) == 4, within=10)
    assert ledger.values == [b"sound", b"last"]
    assert [(letter.kind, letter.offset) for letter in letters.letters] == [("batch", 1), ("batch", 2)]
    assert "checksum" in letters.letters[0].reason
    assert "UnsupportedCodecError" in letters.letters[1].reason
    assert b"dxmaged" in (letters.letters[0].value or b"")


async def _damage(settings: KafkaSettings, broker: OwnBroker, topic: str) -> None:
    """Four batches of one record; the second gets a wrong byte, the third a codec that does not exist."""
    await apply_topics(settings, [TopicSpec(topic, 1, timedelta(days=1))])
    async with KafkaProducer(settings) as producer:
        for value in (b"sound", b"damaged", b"unreadable", b"last"):
            await producer.send(Message(topic, value))
    await broker.stop()
    segment = broker.segment(topic)
    batches = [batch.data for batch in split(segment.read_bytes())]
    batches[1] = batches[1].replace(b"damaged", b"dxmaged")
    batches[2] = reseal(batches[2][:CODEC_PLACE] + b"\x07" + batches[2][CODEC_PLACE + 1 :])
    segment.write_bytes(b"".join(batches))
    await broker.start()
