"""Lists as the tests give them to readers: excerpts of public ones, and bytes made up on the spot."""

import io
from pathlib import Path
from typing import BinaryIO

from services.correlate.lists.reading import Draft, Files, Limits, ListReader, RowFault, Source
from shared.contracts.watchlist import ActorBody

EXCERPTS = Path(__file__).parents[1] / "data" / "lists"
SDN_SET = {"main": "sdn.csv", "aliases": "alt.csv", "addresses": "add.csv", "comments": "sdn_comments.csv"}


def excerpt(name: str) -> Source:
    """An excerpt of a public list, opened."""
    return Source(name, io.BytesIO((EXCERPTS / name).read_bytes()))


def sdn_set() -> Files:
    """OFAC's CSV set, opened."""
    return {part: excerpt(name) for part, name in SDN_SET.items()}


def written(text: str | bytes, name: str = "list.csv") -> Source:
    """A file that holds this."""
    return Source(name, io.BytesIO(text.encode() if isinstance(text, str) else text))


def read(reader: ListReader) -> tuple[dict[str, ActorBody], list[RowFault]]:
    """The entries by their ids, and the faults."""
    records = list(reader.records())
    drafts = {record.body.source_id or "": record.body for record in records if isinstance(record, Draft)}
    return drafts, [record for record in records if isinstance(record, RowFault)]


class Endless(io.RawIOBase):
    """A stream of so many bytes, made as they are read and never held; begins with a head."""

    def __init__(self, size: int, head: bytes, fill: bytes) -> None:
        self._size = size
        self._head = head
        self._fill = fill
        self._at = 0
        self.handed_out = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        head = self._head[self._at : self._at + len(buffer)]
        wanted = len(head) or min(len(buffer), self._size - self._at)
        buffer[:wanted] = head or self._fill * wanted
        self._at += wanted
        self.handed_out += wanted
        return wanted


def endless(size: int, *, head: bytes = b"", fill: bytes = b"x") -> tuple[Source, Endless]:
    """A source of so many bytes, and what counts how many were taken."""
    stream = Endless(size, head, fill)
    buffered: BinaryIO = io.BufferedReader(stream)
    return Source("endless", buffered), stream


SMALL = Limits(line_bytes=65_536, field_chars=4096, record_bytes=65_536)


def names(body: ActorBody, strength: str = "strong") -> list[str]:
    """An entry's names of one strength."""
    return [name.text for name in body.names if name.strength == strength]
