"""Objects of a JSON Lines file, one a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.correlate.lists.lines import lines
from services.correlate.lists.reading import Limits, RowFault, Source
from shared.platform.strict_json import JsonError, read_json


@dataclass(frozen=True, slots=True)
class Line:
    """The object on a line."""

    line: int
    value: dict[str, Any]


def objects(source: Source, limits: Limits) -> Iterator[Line | RowFault]:
    """Each line's object, or what is wrong with it; a line that begins with `#` is an explanation and passed over."""
    for number, text in lines(source, limits):
        if isinstance(text, RowFault):
            yield text
        elif not text.startswith("#"):
            yield _object(source, number, text)


def _object(source: Source, number: int, text: str) -> Line | RowFault:
    try:
        value = read_json(text.encode())
    except JsonError as error:
        what = " ".join(fault.detail for fault in error.faults)
        return RowFault(source.name, number, "not_json", f"This is not JSON: {what}", "Write one object a line.")
    if not isinstance(value, dict):
        return RowFault(source.name, number, "no_object", "The line holds no object.", "Write {…} on every line.")
    return Line(number, value)
