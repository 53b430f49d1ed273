"""Record batches as they lie in the log (Kafka message format v2), read as far as they can be read.

The client reads a batch whole or not at all; this reads what is sound of it.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.platform.kafka.codecs import DECODERS
from shared.platform.kafka.messages import Headers, Record, SalvagedRecord

_FRAME = struct.Struct(">qi")
"""base_offset, length of what follows"""
_HEAD = struct.Struct(">qiibIhiqqqhii")
"""base_offset, length, leader_epoch, magic, crc, attributes, last_offset_delta, base_timestamp, max_timestamp, producer_id,
producer_epoch, base_sequence, record_count"""
_CODEC_MASK = 0x07
_LOG_APPEND_TIME = 0x08
_MAGIC = 2
_MAX_VARINT_BYTES = 10


@dataclass(frozen=True, slots=True)
class RawBatch:
    """One batch, byte for byte."""

    base_offset: int
    last_offset: int
    data: bytes


def split(data: bytes) -> Iterator[RawBatch]:
    """The whole batches at the start of a fetched stretch of the log; a cut one at its end is left out."""
    place = 0
    while place + _HEAD.size <= len(data):
        base, length = _FRAME.unpack_from(data, place)
        end = place + _FRAME.size + length
        if length < _HEAD.size - _FRAME.size or end > len(data):
            return
        last_delta = _HEAD.unpack_from(data, place)[6]
        yield RawBatch(base, base + max(last_delta, 0), data[place:end])
        place = end


def salvage(batch: RawBatch) -> tuple[list[Record], list[int]]:
    """The sound records of a batch, and the offsets of those whose header names are no UTF-8.

    Empty when its compression is unknown or broken; ends at the first record that makes no sense.
    """
    head = _HEAD.unpack_from(batch.data)
    magic, attributes, base_time, max_time, count = head[3], head[5], head[7], head[8], head[12]
    if magic != _MAGIC:
        return [], []
    body = _unfold(batch.data[_HEAD.size :], attributes & _CODEC_MASK)
    appended_at = max_time if attributes & _LOG_APPEND_TIME else None
    records: list[Record] = []
    unreadable: list[int] = []
    reader = _Reader(body)
    try:
        for _ in range(count):
            length = reader.varint()
            end = reader.place + length
            raw = _record(_Reader(reader.take(length)))
            reader.place = end
            headers = _headers(raw.headers)
            offset = batch.base_offset + raw.offset_delta
            if headers is None:
                unreadable.append(offset)
                continue
            time = appended_at if appended_at is not None else base_time + raw.time_delta
            records.append(SalvagedRecord(offset, time, raw.key, raw.value, headers))
    except (IndexError, ValueError):
        pass
    return records, unreadable


def _unfold(body: bytes, codec: int) -> bytes:
    if codec == 0:
        return body
    decode = DECODERS.get(codec)
    if decode is None:
        return b""
    try:
        return decode(body)
    except Exception:  # noqa: BLE001 - whatever a codec raises over broken bytes: nothing can be read
        return b""


class _Raw(NamedTuple):
    time_delta: int
    offset_delta: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[bytes, bytes | None]]


def _record(reader: "_Reader") -> _Raw:
    reader.take(1)  # attributes, unused in this version
    time_delta, offset_delta = reader.varint(), reader.varint()
    key, value = reader.nullable(), reader.nullable()
    headers: list[tuple[bytes, bytes | None]] = [(reader.nullable() or b"", reader.nullable()) for _ in range(reader.varint())]
    return _Raw(time_delta, offset_delta, key, value, headers)


def _headers(raw: Sequence[tuple[bytes, bytes | None]]) -> Headers | None:
    try:
        return [(name.decode(), value) for name, value in raw]
    except UnicodeDecodeError:
        return None


class _Reader:
    """Reads forward; IndexError past the end, ValueError on what makes no sense."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def varint(self) -> int:
        """A zigzag varint (Protocol Buffers encoding, as Kafka uses it)."""
        number = 0
        for position in range(_MAX_VARINT_BYTES):
            byte = self._data[self.place]
            self.place += 1
            number |= (byte & 0x7F) << (7 * position)
            if not byte & 0x80:
                return (number >> 1) ^ -(number & 1)
        raise ValueError("a number of more than ten bytes")

    def take(self, length: int) -> bytes:
        """So many bytes."""
        end = self.place + length
        if length < 0 or end > len(self._data):
            raise IndexError(length)
        taken = self._data[self.place : end]
        self.place = end
        return taken

    def nullable(self) -> bytes | None:
        """A length and as many bytes; a negative length is null."""
        length = self.varint()
        return None if length < 0 else self.take(length)
