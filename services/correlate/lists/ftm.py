"""FollowTheMoney entities as JSON Lines: `entities.ftm.json`, where addresses, documents and ties are entities of their own,
and `targets.nested.json`, where they stand within one another. The file is read twice: first what belongs to others, then the entries.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.correlate.lists.ftm_aside import Aside, Values, belongs_to_others, entity, first, its_own, texts
from services.correlate.lists.jsonlines import objects
from services.correlate.lists.opensanctions import KINDS, missing, thing
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Tally, UnreadableError
from services.correlate.lists.words import SEXES, birth, comparable, country, day
from shared.contracts.vocabulary import ActorKind, NameType, Strength
from shared.contracts.watchlist import ActorBody, Identifiers, ListedDocument, ListedName, ListedPlace

_NAMES: Final = (
    ("alias", NameType.ALIAS, Strength.STRONG),
    ("weakAlias", NameType.ALIAS, Strength.WEAK),
    ("previousName", NameType.FORMER, Strength.STRONG),
)
_NUMBERS: Final = {
    "passportNumber": "passport", "idNumber": "national_id", "socialSecurityNumber": "ssn", "taxNumber": "tax_id",
    "registrationNumber": "company_register", "vatCode": "vat", "leiCode": "lei", "innCode": "inn", "ogrnCode": "ogrn",
}  # fmt: skip
_NATIONS: Final = {
    ActorKind.PERSON: ("nationality", "citizenship"),
    ActorKind.ORGANISATION: ("jurisdiction", "mainCountry", "country"),
}
_OF_THINGS: Final = ("imoNumber", "mmsi", "registrationNumber")
_UNDERSTOOD: Final = frozenset({
    "name", "birthPlace", "gender", "address", "addressEntity", *(part for part, _, _ in _NAMES), *_NUMBERS, *_NATIONS[ActorKind.PERSON],
    *_OF_THINGS, "flag", "vin",
})  # fmt: skip
"""What has a field of its own; everything else an entity says is in the remarks."""


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
        aside = self._aside()
        self._main.stream.seek(0)
        for read in objects(self._main, self._limits):
            if isinstance(read, RowFault):
                yield read
                continue
            number, schema, said = entity(read.value)
            if read.value.get("target") is False or belongs_to_others(schema):
                self.tally.counts["not targets"] += 1
                continue
            yield self._read(number, schema, said, aside, read.line)

    def _aside(self) -> Aside:
        aside, kept = Aside(), 0
        for read in objects(self._main, self._limits):
            if isinstance(read, RowFault):
                continue
            number, schema, said = entity(read.value)
            aside.take(number, schema, said)
            kept += belongs_to_others(schema)
            if kept > self._limits.side_records:
                what = f"More than {self._limits.side_records} entities belong to others."
                advice = "Take targets.nested.json, or raise the limit if the file is right."
                raise UnreadableError(RowFault(self._main.name, read.line, "too_many", what, advice))
        return aside

    def _read(self, number: str, schema: str, said: Values, aside: Aside, line: int) -> Read:
        fault = missing(self._main, line, number, schema, first(said, "name"))
        if fault is not None:
            return fault
        for one in (value for values in said.values() for value in values if isinstance(value, dict)):
            inner_number, inner_schema, inner = entity(one)
            aside.take(inner_number, inner_schema, {**inner, **its_own(number, inner_schema, inner)})
        body = _body(self._source, number, KINDS[schema], said, aside, self.list_date)
        self.tally.add(body)
        return Draft(body, self._main.name, line)


def _body(source: str, number: str, kind: ActorKind, said: Values, aside: Aside, list_date: date | None) -> ActorBody:
    actor = kind in _NATIONS
    births = [born for text in texts(said, "birthDate") if (born := birth(text))]
    sanctions = aside.sanctions.pop(number, [])
    since = [told for one in sanctions for text in texts(one, "listingDate") if (told := day(text[:10]))]
    return ActorBody(
        kind=kind,
        source=source,
        source_id=number,
        names=_names(said),
        births=tuple(births) or None,
        birth_dates=comparable(births),
        birth_places=tuple(ListedPlace(text=text) for text in texts(said, "birthPlace")) or None,
        sex=SEXES.get(first(said, "gender").casefold()),
        nationalities=tuple(_countries(said, _NATIONS[kind])) if actor else (),
        documents=_documents(said, aside.documents.pop(number, [])) if actor else (),
        identifiers=_identifiers(kind, said),
        addresses=tuple(_addresses(said, aside)) or None,
        linked=tuple(aside.links.pop(number, ())) or None,
        programmes=tuple(
            dict.fromkeys(text for one in sanctions for key in ("programId", "program") for text in texts(one, key))
        ),
        list_date=min(since, default=list_date),
        remarks=_remarks(said, sanctions),
    )


def _names(said: Values) -> tuple[ListedName, ...]:
    primary, *more = texts(said, "name")
    found = [ListedName(full=primary, type=NameType.PRIMARY), *(ListedName(full=text, type=NameType.ALIAS) for text in more)]
    found += [
        ListedName(full=text, type=sort, strength=strength) for part, sort, strength in _NAMES for text in texts(said, part)
    ]
    return tuple(found)


def _identifiers(kind: ActorKind, said: Values) -> Identifiers | None:
    numbers = [text for part in _OF_THINGS for text in texts(said, part)]
    found = thing(kind, first(said, "name"), _countries(said, ("flag", "country")), numbers)
    return found.model_copy(update={"vin": first(said, "vin") or None}) if found and kind is ActorKind.VEHICLE else found


def _documents(said: Values, own: list[ListedDocument]) -> tuple[ListedDocument, ...]:
    """Documents that are entities of their own, and the numbers beside that are not theirs."""
    known = {one.number for one in own}
    beside = [(sort, text) for part, sort in _NUMBERS.items() for text in texts(said, part) if text not in known]
    return (*own, *(ListedDocument(type=sort, number=text) for sort, text in beside))


def _addresses(said: Values, aside: Aside) -> Iterator[ListedPlace]:
    yield from (ListedPlace(text=text) for text in texts(said, "address"))
    yield from (aside.addresses[number] for number in texts(said, "addressEntity") if number in aside.addresses)


def _remarks(said: Values, sanctions: list[Values]) -> str | None:
    plain = {part: [text for text in values if isinstance(text, str)] for part, values in said.items() if part not in _UNDERSTOOD}
    lines = [f"{part}: {'; '.join(values)}" for part, values in sorted(plain.items()) if values and part != "birthDate"]
    lines += [f"birthDate: {text}" for text in texts(said, "birthDate") if birth(text) is None]
    lines += [f"reason: {text}" for one in sanctions for text in texts(one, "reason")]
    return "\n".join(lines) or None


def _countries(said: Values, parts: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(code for part in parts for text in texts(said, part) if (code := country(text))))
