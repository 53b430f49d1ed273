"""The rows of a workbook's sheet, cell by cell, as what they are: a text, a number, a date, or nothing that may be taken.

No formula is evaluated, and no value that one left behind is taken: a cell that holds a formula, or that one fills, is told of.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from services.correlate.lists.elements import Element
from services.correlate.lists.number_formats import Format, formats
from services.correlate.lists.reading import Limits
from services.correlate.lists.workbook import Workbook

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
_FILLED: Final = 100
"""Formulas that fill several cells, of those at work in one row: each is compared with every cell."""

_AT: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTERS: Final = 26


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds. `kind`: text, number, boolean, error, day (ISO 8601), or formula; `form` is how a number is shown."""

    kind: str
    text: str
    form: Format = field(default_factory=Format)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The cells of a row that hold something, by the number of their column (A is 1)."""

    number: int
    cells: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int

    def holds(self, column: int, row: int) -> bool:
        """Whether a cell lies in it."""
        return self.first_column <= column <= self.last_column and self.first_row <= row <= self.last_row


class Sheets:
    """Reads the sheets of a workbook, the texts that they share held once."""

    def __init__(self, workbook: Workbook, limits: Limits) -> None:
        self._workbook, self._limits = workbook, limits
        self._cells = 0
        self._shared = self._texts()
        self._formats = formats(workbook)
        self.merged: list[Area] = []

    def rows(self, part: str) -> Iterator[SheetRow]:
        """Each row that holds something; the areas that are `merged` are known when all are read."""
        last = 0
        self.merged = []
        filled: list[Area] = []
        for element in self._workbook.elements(part, ("row", "mergeCell")):
            if element.name == "mergeCell":
                self._merge(element)
            elif element.name == "row":
                last = self._number(element, last)
                self._count(1 + len(element.children))
                filled = [area for area in filled if area.last_row >= last]
                cells = self._row(element, last, filled)
                if cells:
                    yield SheetRow(last, cells)

    def _texts(self) -> list[str]:
        part = self._workbook.part_of("/sharedStrings")
        found: list[str] = []
        held = 0
        for element in self._workbook.elements(part, ("si",)) if part else ():
            if element.name == "si":
                found.append(_text(element))
                held += sys.getsizeof(found[-1]) + 8
                if held > self._limits.strings_bytes:
                    what = f"The texts of this workbook take more than {self._limits.strings_bytes} bytes."
                    self._workbook.refuse("workbook_too_large", what, "Split it, or save the sheet as CSV, UTF-8.")
        return found

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > self._limits.cells:
            what = f"The workbook has more than {self._limits.cells} cells."
            self._workbook.refuse("workbook_too_large", what, "Delete what is empty, split it, or save the sheet as CSV, UTF-8.")

    def _number(self, element: Element, last: int) -> int:
        told = element.attributes.get("r", str(last + 1))
        number = int(told) if told.isascii() and told.isdecimal() and len(told) <= len(str(ROWS)) else 0
        if not last < number <= ROWS:
            self._workbook.refuse("not_a_workbook", f"After row {last} of a sheet comes {told[:20]!r}.")
        return number

    def _row(self, element: Element, row: int, filled: list[Area]) -> dict[int, Cell]:
        found: dict[int, Cell] = {}
        column = 0
        for child in element.children:
            if child.name == "c":
                column = self._column(child, column, row)
                self._fill(child, filled)
                cell = self._cell(child)
                if any(area.holds(column, row) for area in filled):
                    cell = Cell("formula", "")
                if cell is not None:
                    found[column] = cell
        return found

    def _column(self, element: Element, last: int, row: int) -> int:
        told = element.attributes.get("r")
        column, line = position(told) if told is not None else (last + 1, row)
        if line != row or not last < column <= COLUMNS:
            self._workbook.refuse("not_a_workbook", f"In row {row} of a sheet is a cell {(told or '')[:20]!r} out of order.")
        return column

    def _fill(self, element: Element, filled: list[Area]) -> None:
        """Remember what other cells this one's formula fills: those hold its results as if they were values."""
        for formula in element.all("f"):
            area = area_of(formula.attributes.get("ref", ""))
            if area and formula.attributes.get("t") in {"array", "dataTable"}:
                filled.append(area)
        if len(filled) > _FILLED:
            self._workbook.refuse("formulas", "The sheet is full of formulas.", "Paste its columns as values.")

    def _cell(self, element: Element) -> Cell | None:
        kind = element.attributes.get("t", "n")
        if next(element.all("f"), None) is not None:
            return Cell("formula", "")
        if kind == "inlineStr":
            text = "".join(map(_text, element.all("is")))
            return Cell("text", text) if text.strip() else None
        value = "".join(child.text for child in element.all("v"))
        if not value.strip():
            return None
        return self._valued(kind, value, element.attributes.get("s", "0"))

    def _valued(self, kind: str, value: str, style: str) -> Cell | None:
        if kind == "s":
            index = int(value) if value.isascii() and value.isdecimal() and len(value) <= len(str(2**31)) else len(self._shared)
            if index >= len(self._shared):
                self._workbook.refuse("not_a_workbook", "A cell refers to a text that is not there.")
            return Cell("text", self._shared[index]) if self._shared[index].strip() else None
        if kind == "str":
            return Cell("text", _unescaped(value))
        known = {"b": "boolean", "e": "error", "d": "day"}
        if kind in known:
            return Cell(known[kind], value)
        return Cell("number", value, self._formats.get(style, Format()))

    def _merge(self, element: Element) -> None:
        area = area_of(element.attributes.get("ref", ""))
        if area and len(self.merged) < self._limits.parts:
            self.merged.append(area)


def position(name: str) -> tuple[int, int]:
    """The column and row of a cell's name (B7: 2, 7); 0, 0 of what is none."""
    found = _AT.fullmatch(name.replace("$", "")[:12])
    if not found:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return column, int(found[2])


def letters(column: int) -> str:
    """How a spreadsheet calls a column (2: B)."""
    name = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def area_of(name: str) -> Area | None:
    """A rectangle by its name, B2:B5."""
    first, _, last = name[:40].partition(":")
    (left, top), (right, bottom) = position(first), position(last or first)
    return Area(left, top, right, bottom) if left and right else None


def _text(element: Element) -> str:
    """A text with its differently written stretches joined, without how it is pronounced."""
    stretches = [
        child for run in element.children for child in ([run] if run.name == "t" else run.all("t") if run.name == "r" else ())
    ]
    return _unescaped("".join(one.text for one in stretches))


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold (ST_Xstring of ECMA-376)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
