"""JSON as RFC 8259 and I-JSON (RFC 7493) want it, read the same way at every door.

Refused: repeated names, NaN and Infinity, numbers that no double holds (1e400), integers beyond 2^53 (another reader would
round them; send them as strings), nesting deeper than a limit, a byte order mark, invalid UTF-8, lone surrogates and U+0000
(PostgreSQL stores neither). The fast path parses once with orjson and proves from byte counts that nothing of this can be
there; only when that proof fails is the text read again, slowly and exactly, for the verdict and the pointers.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from shared.platform.faults import Fault, pointer

MAX_DEPTH: Final = 64
_LARGEST_EXACT: Final = 2**53
_BOM: Final = b"\xef\xbb\xbf"
_DIGITS_ALIKE: Final = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))  # noqa: PLR2004 - ASCII
_LONG_NUMBER: Final = b"0" * 16
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class JsonError(ValueError):
    """The text is no JSON that may be taken; `faults` says where and why, without repeating it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer or '(document)'}: {fault.code}" for fault in faults))
        self.faults = faults


def read_json(data: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text; raises JsonError with every fault found."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    else:
        if _is_plain(data, max_depth) and _names_in_text(data) == _names_kept(data, value):
            return value
    return _read_exactly(data, max_depth)


def _is_plain(data: bytes, max_depth: int) -> bool:
    """No byte of the text could mean a NUL, a number too long, or nesting too deep; false says nothing."""
    return (
        b"\\u0000" not in data
        and data.count(b"{") + data.count(b"[") <= max_depth
        and _LONG_NUMBER not in data.translate(_DIGITS_ALIKE)
    )


def _names_in_text(data: bytes) -> int:
    """At least as many as the text has names, however often each: every name ends in a quote and a colon.

    A text value that begins with a colon counts too many, which only costs the second reading.
    """
    return data.translate(None, b" \t\r\n").count(b'":')


def _names_kept(data: bytes, value: Any) -> int:
    r"""At most as many as the value has names, and what `_names_in_text` counts too many besides.

    Written again, a text shows a quote before a colon where it did before, unless one of the two was escaped as `\u…`.
    """
    return _names_in(value) if b"\\u" in data else orjson.dumps(value).count(b'":')


def _names_in(value: Any) -> int:
    """How many names the parsed value kept; fewer than in the text when one was repeated."""
    count, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            count += len(item)
            waiting.extend(item.values())
        elif type(item) is list:
            waiting.extend(item)
    return count


def _read_exactly(data: bytes, max_depth: int) -> Any:
    if data.startswith(_BOM):
        raise JsonError([Fault("", "byte_order_mark", "JSON starts without a byte order mark.")])
    if _depth(data) > max_depth:
        raise JsonError([Fault("", "too_deep", f"Nested deeper than {max_depth} levels.")])
    value = _parse(data)
    faults = list(_faults_in(value, ()))
    if faults:
        raise JsonError(faults)
    return _plain(value)


def _depth(data: bytes) -> int:
    depth = deepest = 0
    for match in _TOKEN.finditer(data):
        first = data[match.start()]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


class _Object(dict[str, Any]):
    """An object that remembers which of its names came more than once."""

    repeated: tuple[str, ...] = ()


class _BadNumber:
    """Stands where a number stood that may not be taken."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail


_TOO_LARGE: Final = _BadNumber("number_out_of_range", "No double holds this number.")
_INEXACT: Final = _BadNumber("integer_out_of_range", "Integers beyond 2^53 are sent as strings.")
_NOT_A_NUMBER: Final = _BadNumber("not_a_number", "JSON has no NaN and no Infinity.")


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    built = _Object(pairs)
    if len(built) != len(pairs):
        seen: set[str] = set()
        built.repeated = tuple(dict.fromkeys(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return built


def _integer(text: str) -> int | _BadNumber:
    return int(text) if len(text) <= 17 and abs(int(text)) <= _LARGEST_EXACT else _INEXACT  # noqa: PLR2004 - digits of 2^53 and a sign


def _decimal(text: str) -> float | _BadNumber:
    number = float(text)
    return _TOO_LARGE if number in {float("inf"), float("-inf")} else number


def _parse(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=lambda _text: _NOT_A_NUMBER,
        )
    except UnicodeDecodeError as error:
        raise JsonError([Fault("", "not_utf8", f"Byte {error.start} is not UTF-8.")]) from None
    except json.JSONDecodeError as error:
        detail = f"Not JSON at line {error.lineno}, column {error.colno}."
        raise JsonError([Fault("", "not_json", detail)]) from None


def _faults_in(value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if isinstance(value, _BadNumber):
        yield Fault(pointer(path), value.code, value.detail)
    elif isinstance(value, str):
        yield from _faults_in_text(value, path)
    elif isinstance(value, _Object):
        for name in value.repeated:
            yield Fault(pointer((*path, _shown(name))), "duplicate_name", "This name stands more than once.")
        for name, item in value.items():
            yield from _faults_in_text(name, path)
            yield from _faults_in(item, (*path, _shown(name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults_in(item, (*path, index))


def _faults_in_text(text: str, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if "\0" in text:
        yield Fault(pointer(path), "nul_character", "U+0000 cannot be stored.")
    if _SURROGATE.search(text):
        yield Fault(pointer(path), "lone_surrogate", "Half of a surrogate pair is no character.")


def _shown(name: str) -> str:
    """A name as it may stand in an answer: always encodable."""
    return _SURROGATE.sub("\ufffd", name)


def _plain(value: Any) -> Any:
    """The same value with ordinary dictionaries."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
