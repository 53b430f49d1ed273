"""Rows of a CSV file, cells bounded; a row that cannot be read is told of and the next one read."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from services.correlate.lists.lines import lines
from services.correlate.lists.reading import Limits, RowFault, Source, UnreadableError


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and the line on which it begins."""

    line: int
    cells: tuple[str, ...]


Rows: TypeAlias = Iterator[Row | RowFault]


class _Feed:
    """Lines for `csv.reader`, which wants them with their ends; remembers which was the last, and what was wrong with any."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._lines = lines(source, limits)
        self._limit = limits.record_bytes
        self._source = source
        self.line = 0
        self.begun = 0
        self.size = 0
        self.faults: list[RowFault] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        number, text = next(self._lines)
        self.line = number
        self.begun = self.begun or number
        if isinstance(text, RowFault):
            self.faults.append(text)
            return "\n"
        self.size += len(text)
        if self.size > self._limit:
            what = f"The row is longer than {self._limit} characters."
            raise UnreadableError(
                RowFault(self._source.name, number, "row_too_long", what, "A quotation mark may not be closed.")
            )
        return text + "\n"


def rows(source: Source, limits: Limits, *, width: int | None = None, delimiter: str = ",") -> Rows:
    """Each row that holds something, or what is wrong with it; `width` is how many cells it must have."""
    feed = _Feed(source, limits)
    while True:
        try:
            for cells in csv.reader(feed, strict=True, delimiter=delimiter):
                yield from _taken(feed.faults)
                if cells:
                    yield _fault(source, feed.begun, cells, limits, width) or Row(feed.begun, tuple(cells))
                feed.begun = feed.size = 0
        except csv.Error as error:
            advice = "Double the quotation marks inside a cell, and close those around it."
            yield RowFault(source.name, feed.begun, "not_csv", f"This is not CSV: {error}.", advice)
            feed.begun = feed.size = 0
            continue
        yield from _taken(feed.faults)
        return


def _taken(faults: list[RowFault]) -> Iterator[RowFault]:
    yield from faults
    faults.clear()


def _fault(source: Source, line: int, cells: Sequence[str], limits: Limits, width: int | None) -> RowFault | None:
    if width is not None and len(cells) != width:
        what = f"The row has {len(cells)} cells, not {width}."
        return RowFault(source.name, line, "row_width", what, "Quote cells that hold a comma.")
    for number, cell in enumerate(cells, start=1):
        if len(cell) > limits.field_chars:
            what = f"The cell is longer than {limits.field_chars} characters."
            return RowFault(source.name, line, "cell_too_long", what, "Shorten it.", f"column {number}")
    return None
