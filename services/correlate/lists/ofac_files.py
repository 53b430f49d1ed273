"""The files of OFAC's CSV set beside the main one, read along with it: each is in the order of the entity number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from services.correlate.lists.reading import RowFault, Source, UnreadableError
from services.correlate.lists.table import Row

ONE_DAY: Final = "Take all files of the list from one day."


@dataclass(slots=True)
class Beside:
    """A file beside the main one: hands out the rows of one entity after the other, and tells of those of none."""

    source: Source
    feed: Iterator[Row | RowFault]
    waiting: Row | None = None
    number: int = -1
    faults: list[RowFault] = field(default_factory=list)
    left: int = 0

    def of(self, number: int) -> list[Row]:
        """The rows of an entity. Those passed on the way belong to none in the main file."""
        found = []
        while (row := self._ahead()) is not None and self.number <= number:
            if self.number == number:
                found.append(row)
            else:
                self.left += any(cell_of(cell) for cell in row.cells[2:] or row.cells[1:])
                what = f"The list has no entity {self.number}."
                self.faults.append(
                    RowFault(self.source.name, row.line, "orphan", what, "Take all files of the list from one day.")
                )
            self.waiting = None
        return found

    def _ahead(self) -> Row | None:
        while self.waiting is None:
            read = next(self.feed, None)
            if read is None:
                return None
            if isinstance(read, RowFault):
                self.faults.append(read)
                continue
            number = number_of(read, self.source, self.number)
            if isinstance(number, RowFault):
                self.faults.append(number)
                continue
            self.waiting, self.number = read, number
        return self.waiting


def number_of(row: Row, source: Source, last: int) -> int | RowFault:
    """The entity number of a row, which may not be lower than the last. Raises UnreadableError where it is: rows beside it would be lost."""
    text = row.cells[0].strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - what fits a bigint
        return RowFault(
            source.name, row.line, "number_bad", "The entity number is no number.", "Is it a file of OFAC's CSV set?", "column 1"
        )
    if int(text) < last:
        what = f"Entity {text} comes after {last}."
        raise UnreadableError(
            RowFault(source.name, row.line, "not_in_order", what, "Sort the file by its first column.", "column 1")
        )
    return int(text)


def cell_of(text: str) -> str:
    """What a cell says; OFAC writes `-0-` for nothing."""
    text = text.strip()
    return "" if text == "-0-" else text
