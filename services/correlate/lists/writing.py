"""Entries as files that our own readers take back as they were: JSON Lines, CSV, workbooks.

A table has a column for most of what an entry says. What its cells would not give back exactly stands in the column `further`, as JSON.
Nothing in a cell is a formula to a spreadsheet.
"""

import contextlib
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final, Protocol

import orjson
from xlsxwriter import Workbook

from services.correlate.lists.own_body import IDENTIFIERS, SETS, TEXTS, WORDS, as_body
from services.correlate.lists.own_cells import Cells, escaped
from services.correlate.lists.own_columns import COLUMNS, FURTHER, OF_FIELD
from services.correlate.lists.template_xlsx import OPTIONS
from shared.contracts.codec import encode
from shared.contracts.vocabulary import ActorKind, NameType, SetRole, Strength
from shared.contracts.watchlist import ActorBody, Identifiers, ListedBirth, ListedDocument

HEADER: Final = tuple(column.name for column in COLUMNS)
_SIMPLE: Final = ("source_id", "kind", *TEXTS, *WORDS)
_APART: Final = frozenset({"source", "source_id", "kind"})
"""What a list says once, and what no cell can fail to say."""
_JOINED: Final = "; "


class Writer(Protocol):
    """Takes entries one by one."""

    def write(self, body: ActorBody) -> None:
        """Write one."""
        ...


def row_of(body: ActorBody) -> dict[str, str]:
    """The cells of an entry by column, unescaped; read again they give the same entry."""
    cells = {name: text for name, text in _cells(body).items() if text}
    told = body.model_dump(mode="json", by_alias=True, exclude_none=True)
    further: dict[str, Any] = {}
    for _ in range(len(told) + 1):
        wrong = _differing(body, cells)
        if not wrong:
            return cells
        for field in wrong:
            for column in OF_FIELD.get(field, ()):
                cells.pop(column, None)
            further[field] = told.get(field)
        cells[FURTHER] = orjson.dumps(further).decode()
    raise ValueError("an entry cannot be written as a row")


def _differing(body: ActorBody, cells: Mapping[str, str]) -> set[str]:
    """The fields that the cells do not give back."""
    read = Cells({column: cell for column, text in cells.items() if (cell := escaped(text).strip())})
    value = as_body(read, HEADER)
    again = ActorBody.model_validate({**{name: item for name, item in value.items() if item is not None}, "source": body.source})
    before, after = (one.model_dump(mode="json", exclude_none=True) for one in (body, again))
    return {name for name in ActorBody.model_fields if name not in _APART and before.get(name) != after.get(name)}


def _cells(body: ActorBody) -> dict[str, str]:
    cells = {name: _text(getattr(body, name)) for name in _SIMPLE}
    cells |= _names(body)
    cells |= {name: _JOINED.join(getattr(body, name)) for name in ("nationalities", "warning_markers", "programmes")}
    cells["birth_dates"] = _JOINED.join(map(_birth, body.births or ()))
    cells |= {name: _JOINED.join(place.text for place in getattr(body, name) or ()) for name in ("birth_places", "addresses")}
    if body.kind in {ActorKind.PERSON, ActorKind.ORGANISATION}:
        cells["documents"] = _JOINED.join(map(_document, body.documents))
    cells["linked"] = _JOINED.join(
        f"{one.kind}: {one.source_id}" if one.kind else one.source_id or "" for one in body.linked or ()
    )
    cells |= _parts(body)
    if body.identifiers is not None:
        cells |= _identifiers(body.identifiers, body.kind)
    cells |= {name: moment.isoformat() for name in ("valid_from", "valid_to") if (moment := getattr(body, name))}
    cells["review_on"] = body.review_on.isoformat() if body.review_on else ""
    if body.must_confirm_with_source is not None:
        cells["must_confirm_with_source"] = "yes" if body.must_confirm_with_source else "no"
    if body.handling is not None:
        cells |= {"tlp": body.handling.tlp.value, "releasable_to": _JOINED.join(body.handling.releasable_to)}
    return {name: text for name, text in cells.items() if _fits(name, body.kind)}


def _fits(name: str, kind: ActorKind) -> bool:
    return any(column.name == name and kind in column.kinds for column in COLUMNS)


def _text(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _names(body: ActorBody) -> dict[str, str]:
    cells: dict[str, list[str]] = {"aliases": [], "weak_aliases": []}
    told: dict[str, str] = {}
    for name in body.names:
        if name.type is NameType.PRIMARY and not told:
            told = {
                "name": name.full or "",
                "given": name.given or "",
                "paternal": name.paternal or "",
                "maternal": name.maternal or "",
            }
        else:
            cells["weak_aliases" if name.strength is Strength.WEAK else "aliases"].append(name.text)
    return told | {column: _JOINED.join(texts) for column, texts in cells.items()}


def _birth(born: ListedBirth) -> str:
    if born.precision == "circa":
        return f"circa {born.since}"
    return f"{born.since} to {born.until}" if born.until else str(born.since)


def _document(one: ListedDocument) -> str:
    told = [one.state.value] if one.state else []
    told += [f"{word} {day.isoformat()}" for word, day in (("issued", one.issued), ("expires", one.expires)) if day]
    return f"{one.type} {one.issuer} {one.number}" + (f" ({', '.join(told)})" if told else "")


def _identifiers(own: Identifiers, kind: ActorKind) -> dict[str, str]:
    numbered = "document_number" if kind is ActorKind.DOCUMENT else "container"
    told = own.model_dump(mode="json", by_alias=True, exclude_none=True)
    cells = {column: told.get(field, "") for column, field in IDENTIFIERS.items() if field != "number"}
    cells |= {numbered: told.get("number", ""), "country": told.get("country", ""), "seals": _JOINED.join(own.seals)}
    if kind is ActorKind.DOCUMENT:
        cells |= {f"document_{name}": told.get(name, "") for name in ("issuer", "expires", "state")}
    if kind in {ActorKind.VESSEL, ActorKind.AIRCRAFT} and own.name:
        cells["name"] = own.name
    return cells


def _parts(body: ActorBody) -> dict[str, str]:
    cells: dict[str, list[str]] = {column: [] for column in SETS}
    for part in body.parts or ():
        own = part.identifiers
        plate = f"{own.country} {own.plate}" if own.country and own.plate else own.plate or ""
        text = {SetRole.CONTAINER: own.container, SetRole.SEAL: own.seals[0] if own.seals else None, SetRole.ENGINE: own.serial}
        cells[f"set_{part.role.value}"].append(text.get(part.role, plate) or "")
    return {column: _JOINED.join(texts) for column, texts in cells.items()}


class _Lines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, body: ActorBody) -> None:
        self._file.write(encode(body) + b"\n")


class _Table:
    def __init__(self, put: Callable[[list[str]], Any]) -> None:
        self._put = put
        put(list(HEADER))

    def write(self, body: ActorBody) -> None:
        cells = row_of(body)
        self._put([escaped(cells.get(name, "")) for name in HEADER])


@contextlib.contextmanager
def _lines(file: BinaryIO) -> Iterator[Writer]:
    yield _Lines(file)


@contextlib.contextmanager
def _csv(file: BinaryIO) -> Iterator[Writer]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        yield _Table(csv.writer(text, lineterminator="\n").writerow)
    finally:
        text.detach()


@contextlib.contextmanager
def _xlsx(file: BinaryIO) -> Iterator[Writer]:
    """In constant memory: each row is on the disk when the next is begun."""
    with Workbook(file, {**OPTIONS, "in_memory": False, "constant_memory": True}) as book:
        sheet = book.add_worksheet("list")
        text = book.add_format({"num_format": "@"})
        places = iter(range(1_048_576))

        def put(cells: list[str]) -> None:
            row = next(places)
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell, text)

        yield _Table(put)


WRITERS: Final[Mapping[str, Callable[[BinaryIO], contextlib.AbstractContextManager[Writer]]]] = {
    ".jsonl": _lines,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
"""By a file's ending."""
