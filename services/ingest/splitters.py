"""Cuts a stream of bytes into the texts of its items, with no more than one item in hand, whatever the stream's size."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, Protocol


class Oversized(Enum):
    """Stands for an item beyond the limit; its bytes were dropped."""

    ITEM = "oversized"


class BrokenBatchError(ValueError):
    """The stream is no sequence of items from here on."""


Item = bytes | Oversized
_JSON_SPACE: Final = b" \t\r\n"


class Splitter(Protocol):
    """Takes a stream in pieces."""

    def feed(self, piece: bytes) -> Iterator[Item]:
        """The items that end in this piece; raises BrokenBatchError."""
        ...

    def finish(self) -> Iterator[Item]:
        """The last item; raises BrokenBatchError where the stream breaks off."""
        ...


class LineSplitter:
    """NDJSON: an item a line; empty lines are none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = bytearray()
        self._dropping = False

    def feed(self, piece: bytes) -> Iterator[Item]:
        """See `Splitter`."""
        *lines, rest = piece.split(b"\n")
        for line in lines:
            if self._rest or self._dropping:
                self._keep(line)
                line, self._rest = bytes(self._rest), bytearray()  # noqa: PLW2901 - the line with its beginning
            yield from self._item(line)
        self._keep(rest)

    def finish(self) -> Iterator[Item]:
        """See `Splitter`."""
        line, self._rest = bytes(self._rest), bytearray()
        yield from self._item(line)

    def _keep(self, part: bytes) -> None:
        if self._dropping or len(self._rest) + len(part) > self._limit:
            self._dropping = True
            self._rest.clear()
        else:
            self._rest += part

    def _item(self, line: bytes) -> Iterator[Item]:
        if self._dropping or len(line) > self._limit:
            self._dropping = False
            yield Oversized.ITEM
        elif text := line.strip(_JSON_SPACE):
            yield text


class WholeBody:
    """The whole stream is one item."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._body = bytearray()
        self._too_long = False

    def feed(self, piece: bytes) -> Iterator[Item]:
        """See `Splitter`."""
        if self._too_long or len(self._body) + len(piece) > self._limit:
            self._too_long = True
            self._body.clear()
        else:
            self._body += piece
        yield from ()

    def finish(self) -> Iterator[Item]:
        """See `Splitter`."""
        yield Oversized.ITEM if self._too_long else bytes(self._body)


_OUTSIDE: Final = re.compile(rb'["\[\]{},]')
_INSIDE: Final = re.compile(rb'["\\]')


class ArraySplitter:
    """A JSON array: finds where each item ends and leaves reading it to others."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._item = bytearray()
        self._too_long = False
        self._depth = 0
        self._in_text = False
        self._escaped = False
        self._opened = self._closed = self._after_comma = False

    def feed(self, piece: bytes) -> Iterator[Item]:
        """See `Splitter`."""
        start = position = 0
        if not self._opened:
            position = start = self._open(piece)
        while position < len(piece):
            position, ended = self._step(piece, position)
            if ended is not None:
                yield from self._end(piece[start : position - 1], last=ended)
                start = position
            if self._closed:
                if piece[position:].strip(_JSON_SPACE):
                    raise BrokenBatchError("something follows the array")
                return
        if self._opened:
            self._keep(piece[start:])

    def finish(self) -> Iterator[Item]:
        """See `Splitter`."""
        if not self._closed:
            raise BrokenBatchError("the array is not closed" if self._opened else "no array")
        yield from ()

    def _open(self, piece: bytes) -> int:
        stripped = piece.lstrip(_JSON_SPACE)
        if not stripped:
            return len(piece)
        if not stripped.startswith(b"["):
            raise BrokenBatchError("no array")
        self._opened = True
        return len(piece) - len(stripped) + 1

    def _step(self, piece: bytes, position: int) -> tuple[int, bool | None]:
        """The position behind the next sign that matters; True where it closes the array, False where it ends an item."""
        if self._escaped:
            self._escaped = False
            return position + 1, None
        found = (_INSIDE if self._in_text else _OUTSIDE).search(piece, position)
        if found is None:
            return len(piece), None
        sign, position = found[0], found.end()
        if sign == b'"':
            self._in_text = not self._in_text
        elif sign == b"\\":
            self._escaped = True
        elif sign in b"[{":
            self._depth += 1
        elif self._depth:
            self._depth -= sign != b","
        elif sign == b"}":
            raise BrokenBatchError("an object is closed that was not opened")
        else:
            return position, sign == b"]"
        return position, None

    def _keep(self, part: bytes) -> None:
        if self._too_long or len(self._item) + len(part) > self._limit:
            self._too_long = True
            self._item.clear()
        else:
            self._item += part

    def _end(self, part: bytes, *, last: bool) -> Iterator[Item]:
        self._keep(part)
        text, too_long = bytes(self._item).strip(_JSON_SPACE), self._too_long
        self._item.clear()
        self._too_long = False
        self._closed = last
        if too_long:
            yield Oversized.ITEM
        elif text:
            yield text
        elif not last or self._after_comma:
            raise BrokenBatchError("an item is missing between commas")
        self._after_comma = not last
