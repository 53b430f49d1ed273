"""Batches that break the client below us: found by reading the log raw, kept byte for byte, stepped over."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import CorruptRecordException, KafkaError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record import MemoryRecords
from aiokafka.structs import TopicPartition

from shared.platform.kafka.batches import RawBatch, salvage, split
from shared.platform.kafka.connection import client_options, milliseconds
from shared.platform.kafka.messages import Record, SalvagedRecord
from shared.platform.settings import KafkaSettings

_FETCH_BYTES = 4 * 1024 * 1024
"""At least one batch comes back whole, however large (KIP-74)."""
_FETCH_WAIT_MS = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """The first batch of a stretch that the client cannot read."""

    before: Sequence[Record]
    """Sound records in front of it."""
    batch: RawBatch
    reason: str
    salvaged: Sequence[Record]
    """Its own sound records, from the wanted offset on."""


async def fetch_raw(settings: KafkaSettings, where: TopicPartition, offset: int) -> bytes:
    """The log of a partition from an offset on, as the broker sends it; KafkaError when it does not.

    Over a connection of its own: the consumer's is left as it is.
    """
    client = AIOKafkaClient(**client_options(settings))
    try:
        await client.bootstrap()
        await client.set_topics([where.topic])
        leader = client.cluster.leader_for_partition(where)
        if leader is None or leader == -1:
            raise UnknownTopicOrPartitionError(where)
        request = FetchRequest(
            min(_FETCH_WAIT_MS, milliseconds(settings.request_timeout_seconds) // 2),
            1,
            _FETCH_BYTES,
            0,
            [(where.topic, [(where.partition, offset, _FETCH_BYTES)])],
        )
        response = await client.send(leader, request)
    finally:
        await client.close()
    for _topic, partitions in response.topics:
        for _partition, code, _highwater, *rest in partitions:
            if code:
                raise for_code(code)(where)
            return bytes(rest[-1] or b"")
    raise KafkaError("the answer names no partition")


def inspect(data: bytes, position: int) -> Finding | None:
    """Look for the first batch that the client cannot read, from `position` on; None when all can be read."""
    before: list[Record] = []
    for batch in split(data):
        if batch.last_offset < position:
            continue
        try:
            before += _strict(batch, position)
        except Exception as error:  # noqa: BLE001 - whatever breaks the client's parser is what is looked for
            sound, unreadable = ([], []) if _damaged(error) else salvage(batch)
            wanted = [record for record in sound if record.offset >= position]
            return Finding(before, batch, _reason(error, wanted, unreadable), wanted)
    return None


def _strict(batch: RawBatch, position: int) -> list[Record]:
    records = MemoryRecords(batch.data)
    parsed = records.next_batch() if records.has_next() else None
    if parsed is None or not parsed.validate_crc():
        raise CorruptRecordException("checksum")
    if parsed.is_control_batch:
        return []
    return [
        SalvagedRecord(record.offset, record.timestamp or 0, record.key, record.value, tuple(record.headers))
        for record in parsed
        if record.offset >= position
    ]


def _damaged(error: Exception) -> bool:
    """With a wrong checksum nothing in the batch can be believed."""
    return isinstance(error, CorruptRecordException)


def _reason(error: Exception, salvaged: Sequence[Record], unreadable: Sequence[int]) -> str:
    if _damaged(error):
        return "the batch's checksum is wrong"
    if unreadable:
        places = ", ".join(str(offset) for offset in unreadable[:20])
        return f"header names are no UTF-8 at {places}; {len(salvaged)} other records of the batch were handled"
    return f"the batch cannot be read: {type(error).__name__}; {len(salvaged)} of its records were handled"
