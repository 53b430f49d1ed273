"""Our own lists as workbooks (.xlsx), with the columns of the CSV: every sheet whose name does not begin with `#` is a list.

Read here, through the parser that bounds every other list, rather than by a library: openpyxl holds a text of any length and python-calamine
lays out whatever rectangle a sheet claims and gives what a formula left behind as a value.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.correlate.lists.number_formats import day_of
from services.correlate.lists.own import OwnReader, Place, header, refused_header
from services.correlate.lists.own_cells import CellFault, explains, shortened
from services.correlate.lists.own_columns import BY_NAME, YES_NO
from services.correlate.lists.reading import Read, RowFault, UnreadableError
from services.correlate.lists.sheets import Cell, SheetRow, Sheets, letters
from services.correlate.lists.workbook import Sheet, Workbook

_KEPT: Final = 1e15
"""A spreadsheet keeps fifteen digits of a number."""
_ROUNDED: Final = ("000000", 12)
"""Zeros at the end of a number of so many digits: what is left of one that was shown as 1.23E+12 and saved so."""
_AS_TEXT: Final = "Format the column as text, and write it again."


class OwnXlsxReader(OwnReader):
    """See ListReader. Dates, whole numbers and texts are taken as what they show; formulas and errors are faults."""

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        self._workbook = Workbook(self.files["main"], self.limits)
        self._sheets = Sheets(self._workbook, self.limits)
        listed = False
        for sheet in self._workbook.sheets:
            if not sheet.name.startswith("#"):
                listed |= yield from self._sheet(sheet)
        if not listed:
            self._workbook.refuse("empty", "No sheet of this workbook holds a list.", "`atalaya watchlist template` writes one.")

    def _sheet(self, sheet: Sheet) -> Generator[Read, None, bool]:
        """Returns whether there is anything on it."""
        name = self.files["main"].name
        rows = (row for row in self._sheets.rows(sheet.part) if not _explains(row))
        first = next(rows, None)
        if first is None:
            return False
        if sheet.hidden:
            what, advice = "The sheet is hidden, and holds something.", "Show it, delete it, or put # before its name."
            yield RowFault(name, first.number, "sheet_hidden", what, advice, partly=True, sheet=sheet.name)
        columns = yield from self._header(Place(name, first.number, sheet.name), first)
        places = {column: letters(number) for number, column in enumerate(columns, start=1) if column}
        for row in rows:
            yield from self._row(Place(name, row.number, sheet.name, places), row, columns)
        yield from self._merged(sheet, first.number, len(columns))
        return True

    def _header(self, place: Place, row: SheetRow) -> Generator[Read, None, tuple[str | None, ...]]:
        """Yields what is wrong with it and returns the columns. Raises UnreadableError."""
        cells = [row.cells[number].text if number in row.cells else "" for number in range(1, max(row.cells) + 1)]
        columns, faults = header(cells)
        given = {cell.strip().casefold(): letters(number) for number, cell in enumerate(cells, start=1)}
        try:
            yield from refused_header(Place(place.file, place.line, place.sheet, given), columns, faults)
        except UnreadableError as error:
            advice = f"{error.fault.advice} If the sheet is no list, put # before its name."
            raise UnreadableError(replace(error.fault, advice=advice)) from None
        return columns

    def _row(self, place: Place, row: SheetRow, columns: Sequence[str | None]) -> Iterator[Read]:
        told: dict[str, str] = {}
        wrong: list[CellFault] = []
        for number, cell in row.cells.items():
            column = columns[number - 1] if number <= len(columns) else None
            if column is None:
                if number > len(columns):
                    what = "The cell stands under no column."
                    wrong.append(CellFault(f"column {letters(number)}", "no_column", what, "Empty it.", shortened(cell.text)))
                continue
            text = self._text(column, cell)
            if isinstance(text, CellFault):
                wrong.append(text)
            elif text.strip():
                told[column] = text.strip()
        yield from self.row(place, told, [column for column in columns if column], wrong)

    def _text(self, column: str, cell: Cell) -> str | CellFault:
        """What a cell says, as one would have typed it into a text file."""
        if len(cell.text) > self.limits.field_chars:
            what = f"The cell is longer than {self.limits.field_chars} characters."
            return CellFault(column, "cell_too_long", what, "Shorten it.", shortened(cell.text))
        if cell.kind == "text":
            return cell.text
        if cell.kind == "number":
            return self._number(column, cell)
        if cell.kind == "day":
            return _dated(column, cell.text.removesuffix("T00:00:00"), cell.text)
        if cell.kind == "boolean" and BY_NAME[column].words == YES_NO:
            return YES_NO[cell.text.strip() not in {"1", "true"}]
        return CellFault(column, *_NOT_TAKEN[cell.kind], shortened(cell.text))

    def _number(self, column: str, cell: Cell) -> str | CellFault:
        try:
            number = float(cell.text)
        except ValueError:
            number = math.nan
        if cell.form.date and math.isfinite(number):
            return _dated(column, day_of(number, since_1904=self._workbook.since_1904), cell.text)
        zeros, digits = _ROUNDED
        text = str(int(number)) if math.isfinite(number) and number.is_integer() else cell.text.strip()
        if not abs(number) < _KEPT or "e" in cell.text.casefold() or (len(text) >= digits and text.endswith(zeros)):
            what = "A spreadsheet has rounded this number, or may have."
            return CellFault(column, "number_mangled", what, _AS_TEXT, shortened(cell.text))
        return text.zfill(cell.form.digits)

    def _merged(self, sheet: Sheet, head: int, width: int) -> Iterator[RowFault]:
        """Cells made into one: but for the first of them they are empty, whatever is seen."""
        for area in self._sheets.merged:
            if area.last_row > head and area.first_column <= width:
                cell = f"{letters(area.first_column)}{area.first_row}"
                what = f"Cells are merged, to {letters(area.last_column)}{area.last_row}: only the first of them holds anything."
                name = self.files["main"].name
                yield RowFault(
                    name,
                    area.first_row,
                    "cells_merged",
                    what,
                    "Unmerge them and fill each.",
                    partly=True,
                    sheet=sheet.name,
                    cell=cell,
                )


_NOT_TAKEN: Final = {
    "formula": ("formula", "The cell holds a formula, or the result of one.", "Paste the column as values."),
    "error": ("error_value", "The cell holds a spreadsheet's error.", "Write what it should be."),
    "boolean": ("boolean", "The cell holds a spreadsheet's TRUE or FALSE.", _AS_TEXT),
}


def _dated(column: str, day: str | None, given: str) -> str | CellFault:
    if day is None:
        return CellFault(
            column, "no_date", "The calendar has no such date.", "Write year, month and day: 2026-12-31.", shortened(given)
        )
    if BY_NAME[column].dates:
        return day
    return CellFault(column, "date_instead", "A spreadsheet has made a date of this.", _AS_TEXT, shortened(day))


def _explains(row: SheetRow) -> bool:
    first = row.cells.get(1)
    return first is not None and first.kind == "text" and explains(first.text)
