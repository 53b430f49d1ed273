"""However a stream is cut on its way, the same items come out, and no more than one is held."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.splitters import ArraySplitter, BrokenBatchError, Item, LineSplitter, Oversized, Splitter

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


def run(splitter: Splitter, parts: list[bytes]) -> list[Item]:
    found = [item for part in parts for item in splitter.feed(part)]
    return [*found, *splitter.finish()]


@given(st.lists(VALUES, max_size=6), st.lists(st.integers(0, 400), max_size=12), st.sampled_from([None, 2]))
def test_an_array_cut_anywhere_gives_its_items(values: list[object], cuts: list[int], indent: int | None) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = run(ArraySplitter(10_000), pieces(b" \n" + text + b"\n", cuts))
    assert [json.loads(item) for item in found if isinstance(item, bytes)] == values


@given(st.lists(VALUES, max_size=6), st.lists(st.integers(0, 400), max_size=12), st.booleans())
def test_lines_cut_anywhere_give_their_items(values: list[object], cuts: list[int], ended: bool) -> None:
    text = b"\r\n".join(json.dumps(value).encode() for value in values) + (b"\n\n" if ended else b"")
    found = run(LineSplitter(10_000), pieces(text, cuts))
    assert [json.loads(item) for item in found if isinstance(item, bytes)] == values


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_item_beyond_the_limit_is_dropped_and_the_next_one_read(size: int) -> None:
    long = b'{"x":"' + b"y" * 500 + b'"}'
    lines = long + b"\n{}\n" + long
    array = b"[" + long + b",{}," + long + b"]"
    for splitter, text in ((LineSplitter(64), lines), (ArraySplitter(64), array)):
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        assert run(splitter, parts) == [Oversized.ITEM, b"{}", Oversized.ITEM]


def test_no_more_than_the_limit_is_held() -> None:
    splitter = LineSplitter(1024)
    for _ in range(1000):
        assert list(splitter.feed(b"x" * 1000)) == []
    assert len(splitter._rest) <= 1024
    assert list(splitter.feed(b"\n{}\n")) == [Oversized.ITEM, b"{}"]


@pytest.mark.parametrize("text", [b"", b"{}", b"[{}", b"[{},]", b"[,{}]", b"[{}]{}", b"[}", b'["', b"1"])
def test_what_is_no_array_says_so(text: bytes) -> None:
    with pytest.raises(BrokenBatchError):
        run(ArraySplitter(100), [text])


def test_the_items_before_the_break_are_given() -> None:
    splitter = ArraySplitter(100)
    assert list(splitter.feed(b'[{"a":1},{"b":')) == [b'{"a":1}']
    with pytest.raises(BrokenBatchError):
        list(splitter.finish())
