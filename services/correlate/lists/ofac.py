"""OFAC's SDN and consolidated lists as CSV: the names, and beside them aliases, addresses and comments, each file by entity number.

Format: the "legacy" data files of the Sanctions List Service, no header, `-0-` for nothing, 0x1A at the end. All four are in the order of
the entity number, which is why they can be read side by side and no more than one entity is held.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from services.correlate.lists.ofac_files import ONE_DAY, Beside, cell_of, number_of
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Tally
from services.correlate.lists.remarks import LONGEST, Remarks, understood, would_be
from services.correlate.lists.table import Row, rows
from services.correlate.lists.words import comparable, country, name
from shared.contracts.vocabulary import ActorKind, NameType, Strength
from shared.contracts.watchlist import ActorBody, Identifiers, ListedLink, ListedName, ListedPlace

PARTS: Final = {"main": 12, "aliases": 5, "addresses": 6, "comments": 2}
"""The files of the set and how many cells their rows have."""

_KINDS: Final = {
    "individual": ActorKind.PERSON,
    "vessel": ActorKind.VESSEL,
    "aircraft": ActorKind.AIRCRAFT,
    "": ActorKind.ORGANISATION,
}
_ALIAS_TYPES: Final = {"aka": NameType.ALIAS, "fka": NameType.FORMER, "nka": NameType.ALIAS}
_COLUMNS: Final = {"program": 3, "title": 4, "call sign": 5, "type": 6, "tonnage": 7, "gross tonnage": 8, "flag": 9, "owner": 10}


class OfacCsvReader:
    """See ListReader. `files`: main (sdn.csv or cons_prim.csv), aliases, addresses, comments; all but the first may be missing."""

    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.tally = Tally()
        self.list_date = list_date
        self._main = files["main"]
        self._limits = limits
        self._source = source
        self._beside = {
            part: Beside(files[part], rows(files[part], limits, width=width))
            for part, width in PARTS.items()
            if part in files and part != "main"
        }

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        last = -1
        for read in rows(self._main, self._limits, width=PARTS["main"]):
            if isinstance(read, RowFault):
                yield read
                continue
            number = number_of(read, self._main, last)
            if isinstance(number, RowFault):
                yield number
                continue
            last = number
            beside = {part: one.of(number) for part, one in self._beside.items()}
            self._leave_unfit(read, beside)
            yield from self._counted(read, beside)
            yield from self._faults()
        for one in self._beside.values():
            one.of(2**63)
        yield from self._faults()

    def _leave_unfit(self, row: Row, beside: dict[str, list[Row]]) -> None:
        """A comment goes on where a remark was cut off: one that follows a whole remark is of another day's list."""
        if beside.get("comments") and len(row.cells[11]) < LONGEST - len("; "):
            comments = self._beside["comments"]
            for one in beside.pop("comments"):
                what = f"The remark of entity {row.cells[0]} is whole and has no further part."
                comments.faults.append(RowFault(comments.source.name, one.line, "orphan", what, ONE_DAY))

    def _faults(self) -> Iterator[RowFault]:
        for part, one in self._beside.items():
            self.tally.left[part] += one.left
            one.left = 0
            yield from one.faults
            one.faults.clear()

    def _counted(self, row: Row, beside: dict[str, list[Row]]) -> Iterator[Read]:
        cells, name, line = [cell_of(cell) for cell in row.cells], self._main.name, row.line
        kind = _KINDS.get(cells[2])
        if kind is None:
            what = f"No entity of OFAC is of the type {cells[2][:40]!r}."
            yield RowFault(name, line, "type_unknown", what, "Known are individual, vessel, aircraft and none.", "column 3")
            return
        if not any(map(str.isalnum, cells[1])):
            yield RowFault(name, line, "name_empty", "The entity has no name.", "Take the file anew.", "column 2")
            return
        remark = cells[11] + "".join(cell_of(found.cells[1]) for found in beside.get("comments", ()))
        said = understood(remark)
        if said.cut_off is not None:
            self.tally.left[would_be(said.cut_off) or "other"] += 1
            what = f"The remark of entity {cells[0]} is cut off, and no comment goes on with it."
            yield RowFault(name, line, "remark_cut_off", what, "Give sdn_comments.csv of the same day.", "column 12", partly=True)
        body = _body(self._source, kind, cells, said, beside, self.list_date, remark)
        self.tally.add(body)
        yield Draft(body, name, line)


def _body(
    source: str,
    kind: ActorKind,
    cells: Sequence[str],
    said: Remarks,
    beside: dict[str, list[Row]],
    list_date: date | None,
    remark: str,
) -> ActorBody:
    return ActorBody(
        kind=kind,
        source=source,
        source_id=cells[0],
        names=_names(kind, cells, said, beside.get("aliases", ())),
        births=tuple(said.births) or None,
        birth_dates=comparable(said.births),
        birth_places=tuple(said.birth_places) or None,
        sex=said.sex,
        nationalities=tuple(dict.fromkeys(said.nations)),
        documents=tuple(said.documents),
        identifiers=_identifiers(kind, cells, said),
        addresses=tuple(_addresses(beside.get("addresses", ()))) or None,
        programmes=tuple(filter(None, (part.strip() for part in cells[3].split("] [")))),
        linked=_links(cells, said),
        list_date=list_date,
        remarks=_told(kind, cells, remark),
    )


def _names(kind: ActorKind, cells: Sequence[str], said: Remarks, aliases: Sequence[Row]) -> tuple[ListedName, ...]:
    """The name, the aliases of the file of aliases (strong), and those in quotation marks in the remarks, which OFAC calls weak."""
    strong = [name(cell_of(row.cells[3]), kind, _ALIAS_TYPES.get(cell_of(row.cells[2]), NameType.ALIAS)) for row in aliases]
    weak = [name(text, kind, sort, Strength.WEAK) for sort, text in said.aliases]
    return (name(cells[1], kind, NameType.PRIMARY), *strong, *weak)


def _identifiers(kind: ActorKind, cells: Sequence[str], said: Remarks) -> Identifiers | None:
    if kind is ActorKind.VESSEL:
        numbers = {part: said.numbers[part] for part in ("imo", "mmsi") if part in said.numbers}
        return Identifiers(name=cells[1], country=country(cells[9]), kind="vessel", **numbers)
    if kind is ActorKind.AIRCRAFT:
        return Identifiers(registration=said.numbers.get("registration") or cells[1], name=cells[1], kind="aircraft")
    return None


def _addresses(found: Sequence[Row]) -> Iterator[ListedPlace]:
    for row in found:
        street, city, land, remark = map(cell_of, row.cells[2:6])
        text = ", ".join(filter(None, (street, city, land, remark)))
        if text:
            yield ListedPlace(text=text, country=country(land))


def _links(cells: Sequence[str], said: Remarks) -> tuple[ListedLink, ...] | None:
    owner = [ListedLink(relation="owner", name=cells[10])] if cells[10] else []
    return (*owner, *said.linked) or None


def _told(kind: ActorKind, cells: Sequence[str], remark: str) -> str | None:
    """The remark as it stands, and before it the columns that an entry has no field for."""
    kept = ("title",) if kind is ActorKind.PERSON else ("title", "call sign", "type", "tonnage", "gross tonnage", "flag")
    columns = [f"{label}: {cells[_COLUMNS[label]]}" for label in kept if cells[_COLUMNS[label]]]
    return "\n".join(filter(None, ("; ".join(columns), remark))) or None
