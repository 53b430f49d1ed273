import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.platform import strict_json
from shared.platform.strict_json import JsonError, read_json


def faults(text: bytes, **options: int) -> list[tuple[str, str]]:
    with pytest.raises(JsonError) as caught:
        read_json(text, **options)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"a":1,"a":2}', [("/a", "duplicate_name")]),
        (b'{"a" :1,"a" :2,"b":":x"}', [("/a", "duplicate_name")]),
        (b'{"a":1,"a":2,"b":"\\u0022:"}', [("/a", "duplicate_name")]),
        (b'{"a":1,"a":2,"b":"\\u003ax"}', [("/a", "duplicate_name")]),
        (b'{"a":1,"\\u0061":2}', [("/a", "duplicate_name")]),
        (b'{"x":[{"a/b":1,"a/b":1,"~":1,"~":1}]}', [("/x/0/a~1b", "duplicate_name"), ("/x/0/~0", "duplicate_name")]),
        (b'{"a":1,"a":1,"a":1}', [("/a", "duplicate_name")]),
        (b'{"a":NaN,"b":[Infinity,-Infinity]}', [("/a", "not_a_number"), ("/b/0", "not_a_number"), ("/b/1", "not_a_number")]),
        (b'{"a":1e400,"b":-1e400}', [("/a", "number_out_of_range"), ("/b", "number_out_of_range")]),
        (b'{"a":9007199254740993}', [("/a", "integer_out_of_range")]),
        (b'{"a":-9007199254740993}', [("/a", "integer_out_of_range")]),
        (b'{"a":18446744073709551616}', [("/a", "integer_out_of_range")]),
        (b"1" * 100_000, [("", "integer_out_of_range")]),
        (b'\xef\xbb\xbf{"a":1}', [("", "byte_order_mark")]),
        (b'{"a":"\\ud800"}', [("/a", "lone_surrogate")]),
        (b'{"a":"\\udc00\\ud800"}', [("/a", "lone_surrogate")]),
        (b'{"\\ud800":1}', [("", "lone_surrogate")]),
        (b'{"a":"x\\u0000y"}', [("/a", "nul_character")]),
        (b'{"a\\u0000":1}', [("", "nul_character")]),
        (b'{"a":"x\x00y"}', [("", "not_json")]),
        (b'{"a":"\xff"}', [("", "not_utf8")]),
        (b'{"a":"\xed\xa0\x80"}', [("", "not_utf8")]),
        (b"[" * 10_000 + b"]" * 10_000, [("", "too_deep")]),
        (b"[" * 10_000, [("", "too_deep")]),
        (b"", [("", "not_json")]),
        (b"{'a':1}", [("", "not_json")]),
        (b'{"a":1}{"b":2}', [("", "not_json")]),
        (b'{"a":01}', [("", "not_json")]),
        (b'{"a":1,}', [("", "not_json")]),
        (b"{} // comment", [("", "not_json")]),
    ],
)
def test_what_readers_understand_differently_is_refused_with_its_place(text: bytes, expected: list[tuple[str, str]]) -> None:
    assert faults(text) == expected


def test_all_faults_are_named_at_once() -> None:
    assert faults(b'{"a":NaN,"b":{"c":1,"c":2},"d":"\\u0000"}') == [
        ("/a", "not_a_number"),
        ("/b/c", "duplicate_name"),
        ("/d", "nul_character"),
    ]


def test_no_fault_repeats_a_value() -> None:
    with pytest.raises(JsonError) as caught:
        read_json(b'{"name":"Chepe \\u0000","n":12345678901234567890,"x":')
    with pytest.raises(JsonError) as other:
        read_json(b'{"name":"Chepe \\u0000","n":12345678901234567890}')
    assert "Chepe" not in f"{caught.value}{caught.value.faults}{other.value}{other.value.faults}"
    assert "12345" not in f"{other.value}{other.value.faults}"


def test_depth_is_counted_outside_texts_only() -> None:
    assert read_json(b'{"a":"[[[[[[[["}', max_depth=1) == {"a": "[[[[[[[["}
    assert read_json(b'{"a":"\\"[[[[","b":[1]}', max_depth=2) == {"a": '"[[[[', "b": [1]}
    assert faults(b'{"a":[[1]]}', max_depth=2) == [("", "too_deep")]


@pytest.mark.parametrize(
    "text",
    [
        b'{"a" : 1, "b"\n:2}',
        b'{"a":":","b":"\\":"}',
        b'{"plate":"1234567890123456789"}',
        b'{"a":"\\\\u0000"}',
        b'{"a":9007199254740992}',
        b'{"a":"\\ud83d\\ude00"}',
        b" [1.5, null, true] ",
        b'"text"',
        b'{"a":1e-400}',
    ],
)
def test_sound_json_is_read_even_where_it_looks_odd(text: bytes) -> None:
    assert read_json(text) == json.loads(text)


class Pairs(list[tuple[str, Any]]):
    """An object as a list of pairs, so that names may repeat."""


texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from([":", '":', "a", "\\", '"', "\\u0000", "1" * 20])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats(allow_nan=True) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.lists(st.tuples(texts, inner), max_size=4).map(Pairs),
    max_leaves=12,
)


def written(value: Any, space: str) -> str:
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(name)}{space}:{space}{written(item, space)}" for name, item in value) + "}"
    if isinstance(value, list):
        return "[" + f"{space},".join(written(item, space) for item in value) + "]"
    return json.dumps(value)


def verdict(read: Callable[[bytes], Any], text: bytes) -> Any:
    try:
        return "taken", repr(read(text))
    except JsonError as error:
        return "refused", error.faults


def sound(value: Any) -> bool:
    if isinstance(value, Pairs):
        names = [name for name, _ in value]
        return len(names) == len(set(names)) and all("\0" not in name and sound(item) for name, item in value)
    if isinstance(value, list):
        return all(sound(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, bool) or value is None:
        return True
    return "\0" not in value if isinstance(value, str) else abs(value) <= 2**53


@given(values, st.sampled_from(["", " ", "\n"]))
def test_the_verdict_is_the_definition_s_and_the_value_the_standard_library_s(value: Any, space: str) -> None:
    text = written(value, space).encode()
    if sound(value):
        assert read_json(text) == json.loads(text)
    else:
        assert faults(text)


@given(values, st.sampled_from(["", " "]))
def test_the_fast_and_the_exact_reading_never_disagree(value: Any, space: str) -> None:
    text = written(value, space).encode()
    assert verdict(read_json, text) == verdict(lambda data: strict_json._read_exactly(data, strict_json.MAX_DEPTH), text)


@given(st.binary(max_size=40) | st.text(alphabet='{}[]":,\\u0123adefNI \n', max_size=30).map(str.encode))
def test_any_bytes_get_a_verdict_and_the_same_one_from_the_exact_reading(text: bytes) -> None:
    assert verdict(read_json, text) == verdict(lambda data: strict_json._read_exactly(data, strict_json.MAX_DEPTH), text)
