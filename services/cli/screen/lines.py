"""The lines of a file or of standard input, in batches, each bounded before it is held."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

_READ_BYTES: Final = 262_144
_BOM: Final = b"\xef\xbb\xbf"
_OTHERS: Final = {
    b"\xff\xfe": "The file is UTF-16; save it as UTF-8.",
    b"\xfe\xff": "The file is UTF-16; save it as UTF-8.",
    b"PK\x03\x04": "The file is a zip archive or a workbook; write JSON Lines, one object a line.",
    b"[": "The file is a JSON array; write one object a line: jq -c '.[]'.",
    b"<": "The file is XML; write JSON Lines, one object a line.",
}

TooLong = None
"""Stands for a line that is longer than may be held."""


class UnreadableInputError(Exception):
    """The input is no text of lines, or breaks off; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines in order with their numbers in the file; `at` is how many bytes of the file were read with them."""

    lines: list[tuple[int, bytes | None]]
    at: int


class Lines:
    """Reads a raw stream, packed by gzip or not. Empty lines are left out, and counted as the file counts."""

    def __init__(self, raw: io.RawIOBase, *, line_bytes: int, batch_lines: int, batch_bytes: int) -> None:
        self._raw = raw
        self._line_bytes = line_bytes
        self._batch_lines = batch_lines
        self._batch_bytes = batch_bytes
        self._read = 0
        self._number = 0

    def batches(self) -> Iterator[Batch]:
        """As soon as lines are there they are handed out: who writes into a pipe is answered. Raises UnreadableInputError.

        What was whole before the stream broke off is handed out first.
        """
        lines: list[tuple[int, bytes | None]] = []
        size = 0
        for more in self._chunks():
            for number, line in more:
                lines.append((number, line))
                size += len(line or b"")
                if len(lines) == self._batch_lines or size >= self._batch_bytes:
                    yield Batch(lines, self._read)
                    lines, size = [], 0
            if lines:
                yield Batch(lines, self._read)
                lines, size = [], 0

    def _chunks(self) -> Iterator[list[tuple[int, bytes | None]]]:
        """The whole lines of each chunk; a line that goes over chunks is held up to its bound, and then only counted."""
        held, dropping = b"", False
        for chunk in self._bytes():
            first, *others = chunk.split(b"\n")
            held, dropping = self._grown(held, first, dropping=dropping)
            if not others:
                continue
            whole = [TooLong if dropping else held, *others[:-1]]
            yield self._numbered(whole)
            held, dropping = self._grown(b"", others[-1], dropping=False)
        if held or dropping:
            yield self._numbered([TooLong if dropping else held])

    def _grown(self, held: bytes, more: bytes, *, dropping: bool) -> tuple[bytes, bool]:
        if dropping or len(held) + len(more) > self._line_bytes:
            return b"", True
        return held + more, False

    def _numbered(self, lines: list[bytes | None]) -> list[tuple[int, bytes | None]]:
        found: list[tuple[int, bytes | None]] = []
        for line in lines:
            self._number += 1
            if line is None or len(line) > self._line_bytes:
                found.append((self._number, TooLong))
            elif line.strip():
                found.append((self._number, line))
        return found

    def _bytes(self) -> Iterator[bytes]:
        """The bytes of the text as they come."""
        file = io.BufferedReader(_Counting(self._raw, self), _READ_BYTES)
        started = False
        try:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            stream = cast("io.BufferedReader", gzip.GzipFile(fileobj=file) if packed else file)
            while chunk := stream.read1(_READ_BYTES):
                yield chunk if started else _of_text(chunk)
                started = True
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableInputError(f"The gzip breaks off or is broken ({error}).") from None
        except OSError as error:
            raise UnreadableInputError(f"It cannot be read any further: {error.strerror or error}.") from None

    def read(self, size: int) -> None:
        """So many bytes more of the file were read."""
        self._read += size


class _Counting(io.RawIOBase):
    """The stream, counted."""

    def __init__(self, raw: io.RawIOBase, counter: Lines) -> None:
        super().__init__()
        self._raw = raw
        self._counter = counter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int | None:  # type: ignore[override]
        size = self._raw.readinto(buffer)
        self._counter.read(size or 0)
        return size


def _of_text(first: bytes) -> bytes:
    """The first bytes without the mark of UTF-8. Raises UnreadableInputError where they are no JSON Lines."""
    body = first.removeprefix(_BOM)
    for magic, sentence in _OTHERS.items():
        if body.lstrip().startswith(magic):
            raise UnreadableInputError(sentence)
    return body
