"""Our own lists: CSV with the template's columns, and JSON Lines in the shape of `POST /v1/watchlist/actors`.

Every faulty cell of every row is told of, each by its place, with what to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.correlate.lists.jsonlines import Line, objects
from services.correlate.lists.lines import lines
from services.correlate.lists.own_body import as_body
from services.correlate.lists.own_cells import CellFault, Cells, explains, nearest, shortened
from services.correlate.lists.own_checks import checked, warnings
from services.correlate.lists.own_columns import BY_NAME
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Source, Tally, UnreadableError
from services.correlate.lists.table import Row, rows
from shared.contracts.watchlist import ActorBody

_SEPARATORS: Final = ",;\t"
_EXPLAINED: Final = ("#", '"#')


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: in a file, perhaps on a sheet of it."""

    file: str
    line: int
    sheet: str | None = None
    letters: Mapping[str, str] | None = None

    def fault(self, found: CellFault) -> RowFault:
        """A cell's fault, with its place."""
        letter = (self.letters or {}).get(found.column)
        return RowFault(
            self.file, self.line, found.code, found.what, found.advice, found.column,
            warning=found.warning, value=found.value, sheet=self.sheet, cell=f"{letter}{self.line}" if letter else None,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"sheet {self.sheet}, row {self.line}" if self.sheet else f"line {self.line}"


class OwnReader:
    """What the readers of our own lists have in common; see ListReader."""

    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.files, self.limits, self.source, self.list_date = files, limits, source, list_date
        self.tally = Tally()
        self._met: dict[str, Place] = {}

    def row(
        self, place: Place, told: Mapping[str, str], columns: Sequence[str], wrong: Sequence[CellFault] = ()
    ) -> Iterator[Read]:
        """The entry of a row, or all that is wrong with its cells; `wrong` is what is known already of those that are not in `told`."""
        cells = Cells(told)
        cells.faults += wrong
        value = as_body(cells, columns)
        faulty = {fault.column for fault in cells.faults}
        body = None
        if value["kind"] is not None:
            body = checked({**value, "source": self.source}, faulty, list(cells))
        found = [*cells.faults, *(body if isinstance(body, list) else ())]
        yield from self._told(place, body, found, value, by_column=True)

    def _told(
        self,
        place: Place,
        body: ActorBody | list[CellFault] | None,
        found: list[CellFault],
        value: Mapping[str, Any],
        *,
        by_column: bool,
    ) -> Iterator[Read]:
        number = value.get("source_id")
        found = [*found, *self._faults_of_number(place, number if isinstance(number, str) else None, found)]
        if isinstance(body, ActorBody) and not found:
            self.tally.add(body)
            yield Draft(body, place.file, place.line, place.sheet)
        doubts = warnings(body if isinstance(body, ActorBody) else value if by_column else {}, by_column=by_column)
        yield from map(place.fault, [*found, *doubts])

    def _faults_of_number(self, place: Place, number: str | None, found: list[CellFault]) -> Iterator[CellFault]:
        """What is wrong with the entry's own number: it is not there, or was there already."""
        if not number:
            if all(fault.column != "source_id" for fault in found):
                yield CellFault(
                    "source_id", "number_missing", "The entry has no number of its own.", "Give each row its source_id."
                )
        elif first := self._met.get(number):
            what = f"This number stands twice: in {first}, and in {place}."
            yield CellFault("source_id", "number_doubled", what, "Give each entry its own, or take one out.", shortened(number))
        else:
            self._met[number] = place


class OwnCsvReader(OwnReader):
    """See ListReader. Comma, semicolon or tab, as the spreadsheet has it; rows that begin with `#` are explanations."""

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        main = self.files["main"]
        delimiter = _delimiter(main, self.limits)
        main.stream.seek(0)
        every = (
            row
            for row in rows(main, self.limits, delimiter=delimiter)
            if isinstance(row, RowFault) or (any(cell.strip() for cell in row.cells) and not explains(row.cells[0]))
        )
        first = next(every, None)
        if isinstance(first, RowFault):
            raise UnreadableError(first)
        columns, faults = header(first.cells if first else ())
        place = Place(main.name, first.line if first else 1)
        yield from refused_header(place, columns, faults)
        for read in every:
            yield from [read] if isinstance(read, RowFault) else self._row(Place(main.name, read.line), read, columns)

    def _row(self, place: Place, row: Row, columns: tuple[str | None, ...]) -> Iterator[Read]:
        beyond = any(cell.strip() for cell in row.cells[len(columns) :])
        if beyond or len(row.cells) < len(columns):
            what = f"The row has {len(row.cells)} cells, the header {len(columns)}."
            yield RowFault(place.file, place.line, "row_width", what, "Quote cells that hold the separator.")
            return
        told = {column: text for column, cell in zip(columns, row.cells, strict=False) if column and (text := cell.strip())}
        yield from self.row(place, told, [column for column in columns if column])


class OwnJsonReader(OwnReader):
    """See ListReader."""

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        for read in objects(self.files["main"], self.limits):
            yield from self._object(read) if isinstance(read, Line) else [read]

    def _object(self, line: Line) -> Iterator[Read]:
        place = Place(self.files["main"].name, line.line)
        found = []
        if line.value.get("source", self.source) != self.source:
            what = "The entry is of another source than the one that is imported."
            found = [CellFault("source", "other_source", what, f"Write {self.source}, or leave it out.")]
        body = checked({**line.value, "source": self.source})
        found += body if isinstance(body, list) else []
        yield from self._told(place, body, found, line.value, by_column=False)


def header(cells: Sequence[str]) -> tuple[tuple[str | None, ...], list[CellFault]]:
    """The columns by their place, None for one that is not known or was there before, and what is wrong with them."""
    columns: list[str | None] = []
    faults = []
    for cell in cells:
        name = cell.strip().casefold()
        if name in BY_NAME and name not in columns:
            columns.append(name)
            continue
        columns.append(None)
        if name in BY_NAME:
            faults.append(CellFault(name, "column_doubled", "The column is there twice.", "Take one out.", name))
        elif name:
            faults.append(_unknown(cell.strip()))
    while columns and columns[-1] is None and not cells[len(columns) - 1].strip():
        columns.pop()
    return tuple(columns), faults


def refused_header(place: Place, columns: Sequence[str | None], faults: Sequence[CellFault]) -> Iterator[RowFault]:
    """The faults of a header, beside which its rows can be read. Raises UnreadableError with all of them where they cannot."""
    lost = [name for name in ("source_id", "kind") if name not in columns]
    told = [place.fault(fault) for fault in faults]
    if lost:
        what = " ".join(
            [
                f"The header has no column {' and no column '.join(lost)}.",
                *(f"{one.column}: {one.what} {one.advice}" for one in told),
            ]
        )
        raise UnreadableError(
            place.fault(CellFault("header", "column_missing", what, "`atalaya watchlist template` writes one."))
        )
    yield from (replace(fault, partly=True) for fault in told)


def _unknown(name: str) -> CellFault:
    near = nearest(name, BY_NAME)
    advice = f"Is {near} meant? Mend its name." if near else "Take it out, or mend its name."
    return CellFault(shortened(name) or "", "column_unknown", "There is no such column.", advice, shortened(name))


def _delimiter(source: Source, limits: Limits) -> str:
    """The separator that the header has most of."""
    for _, text in lines(source, limits):
        if isinstance(text, str) and not text.startswith(_EXPLAINED):
            return max(_SEPARATORS, key=text.count)
    return ","
