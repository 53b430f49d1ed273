"""FollowTheMoney entities as JSON Lines: `entities.ftm.json`, where addresses, documents and ties are entities of their own,
and `targets.nested.json`, where they stand within one another. The file is read twice: first what belongs to others, then the entries.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from services.correlate.lists.jsonlines import objects
from services.correlate.lists.opensanctions import KINDS, missing, thing
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Tally, UnreadableError
from services.correlate.lists.words import SEXES, birth, comparable, country, day
from shared.contracts.vocabulary import ActorKind, NameType, Strength
from shared.contracts.watchlist import ActorBody, ListedDocument, ListedLink, ListedName, ListedPlace

_TIES: Final = {
    "Ownership": ("owner", "asset"), "Directorship": ("director", "organization"), "Family": ("person", "relative"),
    "Associate": ("person", "associate"), "Membership": ("member", "organization"), "Representation": ("agent", "client"),
    "Employment": ("employee", "employer"), "UnknownLink": ("subject", "object"), "Succession": ("predecessor", "successor"),
}  # fmt: skip
_NAMES: Final = (
    ("alias", NameType.ALIAS, Strength.STRONG),
    ("weakAlias", NameType.ALIAS, Strength.WEAK),
    ("previousName", NameType.FORMER, Strength.STRONG),
)
_NUMBERS: Final = {
    "passportNumber": "passport", "idNumber": "national_id", "socialSecurityNumber": "ssn", "taxNumber": "tax_id",
    "registrationNumber": "company_register", "vatCode": "vat", "leiCode": "lei", "innCode": "inn", "ogrnCode": "ogrn",
}  # fmt: skip
_OF_THINGS: Final = ("imoNumber", "mmsi", "registrationNumber", "vin")
_KEPT: Final = ("title", "position", "topics", "notes", "description", "summary", "callSign", "type", "model", "sourceUrl")
Values = dict[str, list[Any]]


@dataclass(slots=True)
class _Aside:
    """What belongs to others, by whom it belongs to; bounded by `side_records`."""

    documents: dict[str, list[ListedDocument]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, ListedPlace] = field(default_factory=dict)
    sanctions: dict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[ListedLink]] = field(default_factory=lambda: defaultdict(list))

    def take(self, number: str, schema: str, said: Values) -> bool:
        """Keep an entity that belongs to others; False for one that does not."""
        if schema in {"Passport", "Identification"}:
            for holder in _texts(said, "holder"):
                self.documents[holder] += _documents(said, "passport" if schema == "Passport" else None)
        elif schema == "Address":
            text = next(iter(_texts(said, "full")), "")
            if text:
                self.addresses[number] = ListedPlace(text=text, country=country(next(iter(_texts(said, "country")), None)))
        elif schema == "Sanction":
            for whose in _texts(said, "entity"):
                self.sanctions[whose].append(
                    {key: said[key] for key in ("program", "programId", "listingDate", "reason") if key in said}
                )
        elif schema in _TIES:
            self._tie(schema, said)
        else:
            return False
        return True

    def _tie(self, schema: str, said: Values) -> None:
        one, other = (next(iter(_texts(said, end)), None) for end in _TIES[schema])
        if one and other:
            self.links[one].append(ListedLink(relation=schema.lower(), source_id=other))
            self.links[other].append(ListedLink(relation=schema.lower(), source_id=one))


class FtmReader:
    """See ListReader. An entity that says it is no target is passed over and counted: it is there because a target refers to it."""

    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.tally = Tally()
        self.list_date = list_date
        self._main = files["main"]
        self._limits = limits
        self._source = source

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        aside, kept = _Aside(), 0
        for read in objects(self._main, self._limits):
            if not isinstance(read, RowFault):
                kept += aside.take(*_entity(read.value))
                if kept > self._limits.side_records:
                    what = f"More than {self._limits.side_records} entities belong to others."
                    advice = "Take targets.nested.json, or raise the limit if the file is right."
                    raise UnreadableError(RowFault(self._main.name, read.line, "too_many", what, advice))
        self._main.stream.seek(0)
        for read in objects(self._main, self._limits):
            if isinstance(read, RowFault):
                yield read
                continue
            number, schema, said = _entity(read.value)
            if read.value.get("target") is False or _Aside().take(number, schema, said):
                self.tally.counts["not targets"] += 1
                continue
            yield self._read(number, schema, said, aside, read.line)

    def _read(self, number: str, schema: str, said: Values, aside: _Aside, line: int) -> Read:
        first = next(iter(_texts(said, "name")), "")
        fault = missing(self._main, line, number, schema, first)
        if fault is not None:
            return fault
        for one in (value for values in said.values() for value in values if isinstance(value, dict)):
            _, sort, inner = _entity(one)
            aside.take("", sort, {**inner, **_its_own(number, sort, inner)})
        body = _body(self._source, number, KINDS[schema], said, aside, self.list_date)
        self.tally.add(body)
        return Draft(body, self._main.name, line)


def _its_own(number: str, schema: str, said: Values) -> Values:
    """Whose an entity is that stands within another: it leaves out the one that it stands in."""
    if schema in _TIES:
        lost = next((end for end in _TIES[schema] if not said.get(end)), None)
        return {lost: [number]} if lost else {}
    return {"entity": [number], "holder": [number]} if schema != "Address" else {}


def _body(source: str, number: str, kind: ActorKind, said: Values, aside: _Aside, list_date: date | None) -> ActorBody:
    actor = kind in {ActorKind.PERSON, ActorKind.ORGANISATION}
    births = [born for text in _texts(said, "birthDate") if (born := birth(text))]
    nations = _countries(
        said, ("nationality", "citizenship") if kind is ActorKind.PERSON else ("jurisdiction", "mainCountry", "country")
    )
    sanctions = aside.sanctions.pop(number, [])
    names = _names(said)
    things = [text for part in _OF_THINGS for text in _texts(said, part)]
    since = [told for one in sanctions for text in _texts(one, "listingDate") if (told := day(text[:10]))]
    return ActorBody(
        kind=kind,
        source=source,
        source_id=number,
        names=names,
        births=tuple(births) or None,
        birth_dates=comparable(births),
        birth_places=tuple(ListedPlace(text=text) for text in _texts(said, "birthPlace")) or None,
        sex=SEXES.get(next(iter(_texts(said, "gender")), "").casefold()),
        nationalities=tuple(nations) if actor else (),
        documents=_all_documents(said, aside.documents.pop(number, [])) if actor else (),
        identifiers=thing(kind, names[0].text, nations or _countries(said, ("flag", "country")), things),
        addresses=tuple(_addresses(said, aside)) or None,
        linked=tuple(aside.links.pop(number, ())) or None,
        programmes=tuple(
            dict.fromkeys(text for one in sanctions for key in ("programId", "program") for text in _texts(one, key))
        ),
        list_date=min(since, default=list_date),
        remarks=_remarks(said, sanctions),
    )


def _names(said: Values) -> tuple[ListedName, ...]:
    first, *more = _texts(said, "name")
    found = [ListedName(full=first, type=NameType.PRIMARY), *(ListedName(full=text, type=NameType.ALIAS) for text in more)]
    found += [
        ListedName(full=text, type=sort, strength=strength) for part, sort, strength in _NAMES for text in _texts(said, part)
    ]
    return tuple(found)


def _all_documents(said: Values, own: list[ListedDocument]) -> tuple[ListedDocument, ...]:
    """Documents that are entities of their own, and the numbers beside that are not theirs."""
    known = {one.number for one in own}
    more = [
        ListedDocument(type=sort, number=text)
        for part, sort in _NUMBERS.items()
        for text in _texts(said, part)
        if text not in known
    ]
    return (*own, *more)


def _documents(said: Values, sort: str | None) -> list[ListedDocument]:
    issuer = country(next(iter(_texts(said, "country")), None))
    told = sort or next(iter(_texts(said, "type")), None)
    issued, expires = (day(next(iter(_texts(said, part)), "")) for part in ("startDate", "endDate"))
    return [
        ListedDocument(type=told, number=text, issuer=issuer, issued=issued, expires=expires) for text in _texts(said, "number")
    ]


def _addresses(said: Values, aside: _Aside) -> Iterator[ListedPlace]:
    yield from (ListedPlace(text=text) for text in _texts(said, "address"))
    for one in said.get("addressEntity", ()):
        if isinstance(one, dict):
            number, _, inner = _entity(one)
            aside.take(number, "Address", inner)
            one = number  # noqa: PLW2901 - from here on it goes by its id, as the other kind of file has it
        if isinstance(one, str) and one in aside.addresses:
            yield aside.addresses[one]


def _remarks(said: Values, sanctions: list[Values]) -> str | None:
    lines = [f"{part}: {'; '.join(texts)}" for part in _KEPT if (texts := _texts(said, part))]
    lines += [f"reason: {text}" for one in sanctions for text in _texts(one, "reason")]
    return "\n".join(lines) or None


def _countries(said: Values, parts: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(code for part in parts for text in _texts(said, part) if (code := country(text))))


def _entity(value: dict[str, Any]) -> tuple[str, str, Values]:
    said = value.get("properties")
    return (
        str(value.get("id") or ""),
        str(value.get("schema") or ""),
        {key: one for key, one in said.items() if isinstance(one, list)} if isinstance(said, dict) else {},
    )


def _texts(said: Values, part: str) -> list[str]:
    """The texts of a property; of an entity in its place, its id."""
    found = [one.get("id") if isinstance(one, dict) else one for one in said.get(part, ())]
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]
