"""Our own lists: CSV with the template's columns, and JSON Lines in the shape of `POST /v1/watchlist/actors`."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from services.correlate.lists.jsonlines import Line, objects
from services.correlate.lists.lines import lines
from services.correlate.lists.opensanctions import header
from services.correlate.lists.own_columns import BY_NAME
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Source, Tally
from services.correlate.lists.table import Row, rows
from services.correlate.lists.words import birth, comparable
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody
from shared.platform.faults import faults_of

_FORMULAS: Final = ("=", "@")
_AS_THEY_ARE: Final = (
    "category",
    "requested_action",
    "severity",
    "reason",
    "legal_basis",
    "contact",
    "review_on",
    "remarks",
    "sex",
)
_MAY_BE_EMPTY: Final = ("category", "reason", "legal_basis", "contact", "review_on", "valid_from", "valid_to")
_IDENTIFIERS: Final = {
    "plate": "plate", "vin": "vin", "imo": "imo", "mmsi": "mmsi", "registration": "registration", "country": "country",
    "container": "number", "document_type": "type", "document_number": "number", "document_issuer": "issuer",
}  # fmt: skip
_AT: Final = {"identifiers": _IDENTIFIERS, "handling": {"tlp": "tlp", "releasable_to": "releasable_to"}}
_SEPARATORS: Final = ",;\t"
_EXPLAINED: Final = ("#", '"#')


class _CellError(Exception):
    def __init__(self, column: str, what: str, advice: str) -> None:
        super().__init__(what)
        self.column, self.what, self.advice = column, what, advice


class _Reader:
    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.files, self.limits, self.source, self.list_date = files, limits, source, list_date
        self.tally = Tally()

    def _checked(self, line: int, value: dict[str, Any]) -> Read:
        """The entry, or the first thing that is wrong with it."""
        name = self.files["main"].name
        if value.get("source", self.source) != self.source:
            what = "The entry is of another source than the one that is imported."
            return RowFault(name, line, "other_source", what, f"Write {self.source}, or leave it out.", "source")
        if not value.get("source_id"):
            what = "The entry has no number of its own."
            return RowFault(name, line, "number_missing", what, "Give each row its source_id.", "source_id")
        try:
            body = ActorBody.model_validate({**value, "source": self.source}, extra="forbid")
        except ValidationError as error:
            fault = faults_of(error)[0]
            column = fault.pointer.strip("/").replace("/", ".")
            return RowFault(name, line, fault.code, f"{fault.detail}.", "See the template's explanation.", _named(column))
        self.tally.add(body)
        return Draft(body, name, line)


class OwnCsvReader(_Reader):
    """See ListReader. Comma, semicolon or tab, as the spreadsheet has it; rows that begin with `#` are explanations."""

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        main = self.files["main"]
        delimiter = _delimiter(main, self.limits)
        main.stream.seek(0)
        every = (
            row for row in rows(main, self.limits, delimiter=delimiter) if isinstance(row, RowFault) or row.cells[0][:1] != "#"
        )
        columns = header(next(every, None), main, tuple(BY_NAME), ("source_id", "kind"))
        for read in every:
            if isinstance(read, RowFault) or any(cell.strip() for cell in read.cells):
                yield read if isinstance(read, RowFault) else self._row(read, columns)

    def _row(self, row: Row, columns: tuple[str, ...]) -> Read:
        name = self.files["main"].name
        if len(row.cells) != len(columns):
            what = f"The row has {len(row.cells)} cells, the header {len(columns)}."
            return RowFault(name, row.line, "row_width", what, "Quote cells that hold the separator.")
        cells = {column: cell.strip() for column, cell in zip(columns, row.cells, strict=True) if cell.strip()}
        for column, cell in cells.items():
            if cell.startswith(_FORMULAS):
                what = "The cell holds a formula, not its value."
                return RowFault(name, row.line, "formula", what, "Paste the column as values.", column)
        try:
            value = as_body(cells, columns)
        except _CellError as error:
            return RowFault(name, row.line, "cell", error.what, error.advice, error.column)
        return self._checked(row.line, value)


class OwnJsonReader(_Reader):
    """See ListReader."""

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        for read in objects(self.files["main"], self.limits):
            yield self._checked(read.line, read.value) if isinstance(read, Line) else read


def _delimiter(source: Source, limits: Limits) -> str:
    """The separator that the header has most of."""
    for _, text in lines(source, limits):
        if isinstance(text, str) and not text.startswith(_EXPLAINED):
            return max(_SEPARATORS, key=text.count)
    return ","


def as_body(cells: dict[str, str], columns: Collection[str] = ()) -> dict[str, Any]:
    """A row in the shape of the API; a column that is there and empty says so. Raises _CellError."""
    kind = cells.get("kind", "")
    if kind not in set(ActorKind):
        raise _CellError("kind", "There is no such kind of entry.", f"Write one of {', '.join(ActorKind)}.")
    for column in cells:
        if kind not in BY_NAME[column].kinds:
            raise _CellError(column, f"A {kind} has no {column}.", "Empty the cell, or mend the kind.")
    births = [_birth(text) for text in _parts(cells, "birth_dates")]
    value: dict[str, Any] = {
        "kind": kind,
        "source_id": cells.get("source_id"),
        "names": _names(cells),
        "births": births or None,
        "birth_dates": comparable(births),
        "birth_places": [{"text": text} for text in _parts(cells, "birth_places")] or None,
        "documents": [_document(text) for text in _parts(cells, "documents")],
        "identifiers": {_IDENTIFIERS[column]: cells[column] for column in _IDENTIFIERS if column in cells} or None,
        "addresses": [{"text": text} for text in _parts(cells, "addresses")] or None,
        "linked": [{"relation": "linked_to", "source_id": text} for text in _parts(cells, "linked")] or None,
    }
    lists = ("nationalities", "warning_markers", "programmes")
    value |= {column: list(_parts(cells, column)) for column in lists if column in cells or column in columns}
    value |= {column: None for column in _MAY_BE_EMPTY if column in columns}
    value |= {column: cells[column] for column in _AS_THEY_ARE if column in cells}
    value |= {column: _moment(cells[column]) for column in ("valid_from", "valid_to") if column in cells}
    if "tlp" in cells or "releasable_to" in cells:
        told = {"tlp": cells["tlp"]} if "tlp" in cells else {}
        value["handling"] = {**told, "releasable_to": list(_parts(cells, "releasable_to"))}
    if kind in {ActorKind.VESSEL, ActorKind.AIRCRAFT} and "name" in cells:
        value["identifiers"] = {**(value["identifiers"] or {}), "name": cells["name"]}
    return value


def _names(cells: dict[str, str]) -> list[dict[str, str]]:
    parts: dict[str, str] = {part: cells[part] for part in ("given", "paternal", "maternal") if part in cells}
    full = cells.get("name") or " ".join(parts.values())
    found: list[dict[str, str]] = [{"full": full, **parts, "type": "primary"}] if full else []
    found += [{"full": text, "type": "alias"} for text in _parts(cells, "aliases")]
    return found + [{"full": text, "type": "alias", "strength": "weak"} for text in _parts(cells, "weak_aliases")]


def _birth(text: str) -> Any:
    found = birth(text)
    if found is None:
        raise _CellError("birth_dates", "This is no date.", "Write 1971-05-09, 1971-05, 1971, circa 1971, or 1968 to 1971.")
    return found


def _document(text: str) -> dict[str, str]:
    kind, _, rest = text.partition(" ")
    issuer, _, number = rest.strip().partition(" ")
    if not (issuer and number.strip()):
        raise _CellError("documents", "A document is its type, its nation and its number.", "Write passport GT 123456789.")
    return {"type": kind, "issuer": issuer, "number": number.strip()}


def _moment(text: str) -> str:
    """A day alone begins at midnight UTC."""
    return f"{text}T00:00:00Z" if len(text) == len("2026-01-31") else text


def _named(path: str) -> str:
    """The column that a field of the entry comes from."""
    head, _, rest = path.partition(".")
    names = {field: column for column, field in _AT.get(head, {}).items()}
    return names.get(rest.partition(".")[0], head if head in BY_NAME else path)


def _parts(cells: dict[str, str], column: str) -> Iterator[str]:
    return filter(None, (part.strip() for part in cells.get(column, "").split(";")))
