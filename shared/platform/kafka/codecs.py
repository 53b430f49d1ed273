"""Decompression with a limit: a megabyte that unfolds into gigabytes must not take the process with it.

The client decompresses without one. `bound_the_client` puts these functions in the place of its own.
"""

import functools
import struct
import zlib
from collections.abc import Callable
from typing import Any

import aiokafka.record.default_records as python_records
import cramjam

LIMIT_BYTES = 64 * 1024 * 1024
"""Decompressed size of one batch: sixty-four times what a topic takes compressed."""

_FIRST_GUESS = 16
_GZIP_WINDOW = 31
_XERIAL_MAGIC = b"\x82SNAPPY\x00"
_XERIAL_HEADER = 16


class DecompressionBombError(Exception):
    """A batch unfolds to more than the limit."""


def gunzip(data: Any, limit: int = LIMIT_BYTES) -> bytes:
    """Inflate every member of a gzip stream."""
    rest, out = bytes(data), bytearray()
    while rest:
        inflater = zlib.decompressobj(wbits=_GZIP_WINDOW)
        out += inflater.decompress(rest, limit - len(out) + 1)
        _check(len(out), limit)
        if not inflater.eof:
            raise zlib.error("the stream ends early")
        rest = inflater.unused_data
    return bytes(out)


def unsnap(data: Any, limit: int = LIMIT_BYTES) -> bytes:
    """Raw snappy, or Xerial's blocks of it."""
    raw = bytes(data)
    if not raw.startswith(_XERIAL_MAGIC):
        return _raw_snappy(raw, limit)
    out, place = bytearray(), _XERIAL_HEADER
    while place < len(raw):
        (size,) = struct.unpack_from(">i", raw, place)
        if size <= 0:
            raise ValueError("a block without a length")
        out += _raw_snappy(raw[place + 4 : place + 4 + size], limit - len(out))
        place += 4 + size
    return bytes(out)


def unlz4(data: Any, limit: int = LIMIT_BYTES) -> bytes:
    """An LZ4 frame."""
    return _into(cramjam.lz4.decompress_into, data, limit)


def unzstd(data: Any, limit: int = LIMIT_BYTES) -> bytes:
    """A Zstandard frame."""
    return _into(cramjam.zstd.decompress_into, data, limit)


DECODERS: dict[int, Callable[..., bytes]] = {1: gunzip, 2: unsnap, 3: unlz4, 4: unzstd}
"""By the codec's number in the attributes of a batch (Kafka message format v2)."""


def bound_the_client(limit: int = LIMIT_BYTES) -> None:
    """From now on the client decompresses batches with these functions."""
    for module in _record_modules():
        module.gzip_decode = functools.partial(gunzip, limit=limit)
        module.snappy_decode = functools.partial(unsnap, limit=limit)
        module.lz4_decode = functools.partial(unlz4, limit=limit)
        module.zstd_decode = functools.partial(unzstd, limit=limit)


def _record_modules() -> list[Any]:
    try:
        from aiokafka.record._crecords import default_records as compiled  # noqa: PLC0415 - absent where it was not compiled
    except ImportError:
        return [python_records]
    return [python_records, compiled]


def _raw_snappy(raw: bytes, limit: int) -> bytes:
    _check(cramjam.snappy.decompress_raw_len(raw), limit)
    return bytes(cramjam.snappy.decompress_raw(raw))


def _into(decompress_into: Callable[[Any, bytearray], int], data: Any, limit: int) -> bytes:
    """Decompress into a buffer that grows up to the limit; the frame itself need not say its size."""
    raw = bytes(data)
    size = min(limit, max(_FIRST_GUESS * len(raw), 4096))
    while True:
        buffer = bytearray(size)
        try:
            written = decompress_into(raw, buffer)
        except cramjam.DecompressionError as error:
            if "whole buffer" not in str(error):
                raise
            _check(size + 1, limit)
            size = min(limit, size * 4)
        else:
            return bytes(memoryview(buffer)[:written])


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise DecompressionBombError(f"a batch unfolds to more than {limit} bytes")
