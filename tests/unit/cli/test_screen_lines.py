"""Lines of a file, whatever it holds: each one is counted, none is held beyond its bound."""

import gzip
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.screen.lines import Lines, UnreadableInputError
from tests.support.lists import Endless


class Dripping(io.RawIOBase):
    """Bytes that come a few at a time, as out of a pipe."""

    def __init__(self, data: bytes, at_once: int) -> None:
        super().__init__()
        self._data, self._at_once = io.BytesIO(data), at_once

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        part = self._data.read(min(len(buffer), self._at_once))
        buffer[: len(part)] = part
        return len(part)


def lines(raw: io.RawIOBase, *, line_bytes: int = 1000, batch_lines: int = 3, batch_bytes: int = 10_000) -> Lines:
    return Lines(raw, line_bytes=line_bytes, batch_lines=batch_lines, batch_bytes=batch_bytes)


def read(data: bytes, at_once: int = 7, **bounds: int) -> list[tuple[int, bytes | None]]:
    return [line for batch in lines(Dripping(data, at_once), **bounds).batches() for line in batch.lines]


@given(
    texts=st.lists(st.binary(max_size=12).map(lambda text: text.replace(b"\n", b"")), max_size=20),
    at_once=st.integers(1, 40),
    ended=st.booleans(),
)
def test_every_line_comes_once_with_its_number_however_the_bytes_arrive(texts: list[bytes], at_once: int, ended: bool) -> None:
    data = b"{}\n" + b"\n".join(texts) + (b"\n" if ended else b"")
    expected = [(number, line if len(line) <= 8 else None) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    assert read(data, at_once, line_bytes=8) == expected


def test_batches_hold_so_many_lines_and_bytes_at_most_and_say_how_much_was_read() -> None:
    data = b"".join(b'{"id": %d}\n' % number for number in range(10))
    by_lines = list(lines(Dripping(data, 1000)).batches())
    assert [len(batch.lines) for batch in by_lines] == [3, 3, 3, 1]
    assert by_lines[-1].at == len(data)
    by_bytes = list(lines(Dripping(data, 1000), batch_lines=100, batch_bytes=20).batches())
    assert [len(batch.lines) for batch in by_bytes] == [3, 3, 3, 1]


def test_who_writes_a_line_into_a_pipe_is_answered_before_writing_the_next() -> None:
    raw = Dripping(b'{"id": 1}\n{"id": 2}\n', 10)
    batches = lines(raw, batch_lines=100).batches()
    assert next(batches).lines == [(1, b'{"id": 1}')]
    assert raw._data.tell() == 10


def test_a_packed_file_and_a_byte_order_mark_are_read_as_what_they_hold() -> None:
    data = b'\xef\xbb\xbf{"id": 1}\r\n\r\n{"id": 2}\n'
    assert read(data) == read(gzip.compress(data)) == [(1, b'{"id": 1}\r'), (3, b'{"id": 2}')]


def test_a_line_without_end_is_told_of_and_not_held_and_what_follows_is_read() -> None:
    raw = Endless(100_000_000, b'{"id": 1}\n{"name": "', b"x")
    tracemalloc.start()
    found = [line for batch in lines(raw, line_bytes=1_048_576).batches() for line in batch.lines]
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [(1, b'{"id": 1}'), (2, None)]
    assert held < 8_000_000
    assert read(b"x" * 5000 + b"\n{}\n", 100) == [(1, None), (2, b"{}")]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("{}".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04...", "workbook"),
        (b'\n [{"id": 1},\n{"id": 2}]', "array"),
        (b"<persons/>", "XML"),
    ],
)
def test_a_file_that_is_no_json_lines_is_said_to_be_what_it_is(data: bytes, word: str) -> None:
    with pytest.raises(UnreadableInputError, match=word):
        read(data, 100)


def test_of_a_packed_file_that_breaks_off_the_whole_lines_come_first() -> None:
    packed = gzip.compress(b"".join(b'{"id": %d}\n' % number for number in range(50_000)), 1)
    batches = lines(Dripping(packed[: len(packed) // 2], 1000)).batches()
    found: list[tuple[int, bytes | None]] = []
    with pytest.raises(UnreadableInputError, match="gzip"):
        found.extend(line for batch in batches for line in batch.lines)
    assert found[:2] == [(1, b'{"id": 0}'), (2, b'{"id": 1}')]
    assert all(line is not None and line.endswith(b"}") for _, line in found)
