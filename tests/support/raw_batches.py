"""Record batches by hand (Kafka message format v2), also such as no client would write."""

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition

_CRC_PLACE = 17
_CRC_COVERS_FROM = 21
_NOW_MS = 1_790_000_000_000


class RawRecord(NamedTuple):
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[bytes, bytes | None]] = ()


def build(records: Sequence[RawRecord], *, codec: int = 0, compress: Callable[[bytes], bytes] = bytes) -> bytes:
    """One batch, its checksum right."""
    body = compress(b"".join(_record(place, record) for place, record in enumerate(records)))
    covered = (
        struct.pack(">hiqqqhii", codec, len(records) - 1, _NOW_MS, _NOW_MS, -1, -1, -1, len(records)) + body
    )  # attributes … record count
    after_length = struct.pack(">ibI", -1, 2, calc_crc32c(covered)) + covered
    return struct.pack(">qi", 0, len(after_length)) + after_length


def reseal(batch: bytes) -> bytes:
    """The batch with its checksum made right again."""
    crc = struct.pack(">I", calc_crc32c(batch[_CRC_COVERS_FROM:]))
    return batch[:_CRC_PLACE] + crc + batch[_CRC_COVERS_FROM:]


async def produce(bootstrap: str, topic: str, data: bytes, partition: int = 0) -> int:
    """Hand a batch to the broker as it is; its base offset."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        await client.set_topics([topic])
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        request = ProduceRequest(transactional_id=None, required_acks=-1, timeout=10_000, topics=[(topic, [(partition, data)])])
        response = await client.send(leader, request)
    finally:
        await client.close()
    ((_topic, ((_partition, code, offset, *_rest),)),) = response.topics
    if code:
        raise for_code(code)
    return int(offset)


def _record(place: int, record: RawRecord) -> bytes:
    body = b"\0" + _varint(0) + _varint(place) + _sized(record.key) + _sized(record.value) + _varint(len(record.headers))
    for name, value in record.headers:
        body += _sized(name) + _sized(value)
    return _varint(len(body)) + body


def _sized(data: bytes | None) -> bytes:
    return _varint(-1) if data is None else _varint(len(data)) + data


def _varint(number: int) -> bytes:
    rest = (number << 1) ^ (number >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)
