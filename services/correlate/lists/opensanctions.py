"""OpenSanctions' `targets.simple.csv`: one row an entity, several values of a cell separated by semicolons."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Source, Tally, UnreadableError
from services.correlate.lists.table import Row, rows
from services.correlate.lists.words import birth, comparable, country, day
from shared.contracts.vocabulary import ActorKind, NameType
from shared.contracts.watchlist import ActorBody, Identifiers, ListedDocument, ListedName, ListedPlace

KINDS: Final = {
    "Person": ActorKind.PERSON, "Organization": ActorKind.ORGANISATION, "Company": ActorKind.ORGANISATION,
    "LegalEntity": ActorKind.ORGANISATION, "PublicBody": ActorKind.ORGANISATION, "Vessel": ActorKind.VESSEL,
    "Airplane": ActorKind.AIRCRAFT, "Vehicle": ActorKind.VEHICLE,
}  # fmt: skip
"""The schemata of things that can be met at a border."""

_NEEDED: Final = ("id", "schema", "name")
_COLUMNS: Final = (
    "id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers", "sanctions", "phones", "emails", "program_ids",
    "dataset", "first_seen", "last_seen", "last_change",
)  # fmt: skip
_KEPT: Final = ("sanctions", "phones", "emails", "dataset", "first_seen")
_IMO: Final = re.compile(r"(?:IMO)? ?(\d{7})")
_MMSI: Final = re.compile(r"(?:MMSI)? ?(\d{9})")


class SimpleCsvReader:
    """See ListReader. Columns go by their names, in any order; `last_seen` and `last_change` say nothing of the entity and are left out."""

    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.tally = Tally()
        self.list_date = list_date
        self._main = files["main"]
        self._limits = limits
        self._source = source

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        every = rows(self._main, self._limits)
        columns = header(next(every, None), self._main, _COLUMNS, _NEEDED)
        for read in every:
            yield read if isinstance(read, RowFault) else self._read(read, columns)

    def _read(self, row: Row, columns: tuple[str, ...]) -> Read:
        if len(row.cells) != len(columns):
            what = f"The row has {len(row.cells)} cells, the header {len(columns)}."
            return RowFault(self._main.name, row.line, "row_width", what, "Quote cells that hold a comma.")
        cells = {column: cell.strip() for column, cell in zip(columns, row.cells, strict=True)}
        fault = missing(self._main, row.line, cells["id"], cells["schema"], cells["name"])
        if fault is not None:
            return fault
        body = _body(self._source, cells, self.list_date)
        self.tally.add(body)
        return Draft(body, self._main.name, row.line)


def header(read: Row | RowFault | None, source: Source, known: tuple[str, ...], needed: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the columns. Raises UnreadableError where one that is needed is not there, or one is not known or there twice."""
    if isinstance(read, RowFault):
        raise UnreadableError(read)
    columns = tuple(cell.strip().casefold() for cell in read.cells) if read else ()
    line = read.line if read else 1
    lost = [name for name in needed if name not in columns]
    if lost:
        what = f"The header has no column {', '.join(lost)}."
        raise UnreadableError(RowFault(source.name, line, "column_missing", what, "Is it the format that you named?"))
    for number, name in enumerate(columns, start=1):
        if name not in known or columns.index(name) + 1 != number:
            what = f"There is no column {name[:40]!r} in this format, or it is there twice."
            raise UnreadableError(
                RowFault(source.name, line, "column_unknown", what, "Take it out or mend its name.", f"column {number}")
            )
    return columns


def missing(source: Source, line: int, number: str, schema: str, name: str) -> RowFault | None:
    """What an entity of OpenSanctions lacks to become an entry."""
    if not number:
        return RowFault(source.name, line, "number_missing", "The entity has no id.", "It could not be known again.", "id")
    if schema not in KINDS:
        what = f"Nothing of the schema {schema[:40]!r} can be met at a border."
        return RowFault(source.name, line, "schema_unknown", what, "Import without it by --accept-faults.", "schema")
    if not any(map(str.isalnum, name)):
        return RowFault(source.name, line, "name_empty", "The entity has no name.", "Fetch the file anew.", "name")
    return None


def _body(source: str, cells: Mapping[str, str], list_date: date | None) -> ActorBody:
    kind = KINDS[cells["schema"]]
    births = [born for text in _parts(cells, "birth_date") if (born := birth(text))]
    nations = [code for text in _parts(cells, "countries") if (code := country(text))]
    numbers = list(_parts(cells, "identifiers"))
    identifiers = thing(kind, cells["name"], nations[:1], numbers)
    names = [ListedName(full=cells["name"], type=NameType.PRIMARY), *map(_alias, _parts(cells, "aliases"))]
    return ActorBody(
        kind=kind,
        source=source,
        source_id=cells["id"],
        names=tuple(names),
        births=tuple(births) or None,
        birth_dates=comparable(births),
        nationalities=tuple(dict.fromkeys(nations)) if kind in {ActorKind.PERSON, ActorKind.ORGANISATION} else (),
        documents=() if identifiers else tuple(ListedDocument(number=number) for number in numbers),
        identifiers=identifiers,
        addresses=tuple(ListedPlace(text=text) for text in _parts(cells, "addresses")) or None,
        programmes=tuple(_parts(cells, "program_ids")),
        list_date=day(cells.get("first_seen", "")[:10]) or list_date,
        remarks=_remarks(cells, identifiers),
    )


def _remarks(cells: Mapping[str, str], identifiers: Identifiers | None) -> str | None:
    """What no field holds: some columns, numbers of an object beside those it goes by, dates and countries that are none of ours."""
    kept = [f"{column}: {cells[column]}" for column in (*_KEPT, *(("identifiers",) if identifiers else ())) if cells.get(column)]
    kept += [f"birth_date: {text}" for text in _parts(cells, "birth_date") if birth(text) is None]
    kept += [f"country: {text}" for text in _parts(cells, "countries") if country(text) is None]
    return "\n".join(kept) or None


def thing(kind: ActorKind, name: str, nations: list[str], numbers: list[str]) -> Identifiers | None:
    """What identifies an object; None of persons and organisations."""
    if kind in {ActorKind.PERSON, ActorKind.ORGANISATION}:
        return None
    fields = {"name": name, "country": next(iter(nations), None)}
    if kind is ActorKind.VESSEL:
        fields |= {
            "imo": next((found[1] for number in numbers if (found := _IMO.fullmatch(number))), None),
            "mmsi": next((found[1] for number in numbers if (found := _MMSI.fullmatch(number))), None),
        }
    elif kind is ActorKind.AIRCRAFT:
        fields["registration"] = next(iter(numbers), name)
    else:
        fields["plate"] = next(iter(numbers), None)
    return Identifiers.model_validate(fields)


def _alias(text: str) -> ListedName:
    return ListedName(full=text, type=NameType.ALIAS)


def _parts(cells: Mapping[str, str], column: str) -> Iterator[str]:
    return filter(None, (part.strip() for part in cells.get(column, "").split(";")))
