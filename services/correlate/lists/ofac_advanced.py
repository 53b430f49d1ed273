"""OFAC's SDN and consolidated lists as advanced XML (`SDN_ADVANCED.XML`, `CONS_ADVANCED.XML`; ISO 20022's sanctions list schema).

The file is read twice: its registers first, since what a party refers to stands before it and after it, then its parties one by one.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Final

from services.correlate.lists.elements import Element, elements
from services.correlate.lists.ofac_registers import Registers, date_of, read_registers
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Tally
from services.correlate.lists.words import SEXES, birth, comparable, country, name
from shared.contracts.vocabulary import ActorKind, NameType, Strength
from shared.contracts.watchlist import ActorBody, Identifiers, ListedBirth, ListedDocument, ListedName, ListedPlace

_KINDS: Final = {
    "Individual": ActorKind.PERSON,
    "Entity": ActorKind.ORGANISATION,
    "Vessel": ActorKind.VESSEL,
    "Aircraft": ActorKind.AIRCRAFT,
}
_SURNAMES: Final = ("Last Name", "Maiden Name", "Patronymic", "Matronymic")
_FORMER: Final = "F.K.A."
_TAIL: Final = "Aircraft Tail Number"
_NUMBERED: Final = {"vessel_registration_identification": "imo", "mmsi": "mmsi", "aircraft_tail_number": "registration"}


class OfacAdvancedReader:
    """See ListReader. `source_id` is the party's number, which is the entity number of the CSV files."""

    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.tally = Tally()
        self.list_date = list_date
        self._main = files["main"]
        self._limits = limits
        self._source = source

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        registers = read_registers(self._main, self._limits)
        self.list_date = self.list_date or registers.issued
        self._main.stream.seek(0)
        every = elements(self._main, self._limits, ["DistinctParty"])
        next(every)
        for one in every:
            yield self._read(one, registers)

    def _read(self, one: Element, registers: Registers) -> Read:
        profile = next(one.all("Profile"), Element("Profile", one.line))
        kind = _KINDS.get(registers.party_type(profile.attributes.get("PartySubTypeID")))
        if kind is None:
            what = "The party is of a type that no entry has."
            return RowFault(self._main.name, one.line, "type_unknown", what, "Known are individual, entity, vessel, aircraft.")
        party = _Party(profile, kind, registers)
        if not party.names:
            return RowFault(self._main.name, one.line, "name_empty", "The party has no name.", "Fetch the list anew.")
        body = party.body(self._source, one.attributes.get("FixedRef", ""), one.texts("Comment"))
        self.tally.add(body)
        return Draft(body, self._main.name, one.line)


class _Party:
    def __init__(self, profile: Element, kind: ActorKind, registers: Registers) -> None:
        self._kind = kind
        self._registers = registers
        self._number = profile.attributes.get("ID", "")
        self.names = [said for identity in profile.all("Identity") for said in self._names(identity)]
        self.births: list[ListedBirth] = []
        self.places: dict[str, list[ListedPlace]] = {"Place of Birth": [], "Location": []}
        self.nations: list[str] = []
        self.sex: str | None = None
        self.told: list[str] = []
        self.documents: list[ListedDocument] = []
        self.numbers: dict[str, str] = {}
        for identity in profile.all("Identity"):
            self._take_documents(registers.documents.get(identity.attributes.get("ID", ""), ()))
        for feature in profile.all("Feature"):
            self._take(feature)

    def body(self, source: str, number: str, comments: list[str]) -> ActorBody:
        listed = self._registers
        return ActorBody(
            kind=self._kind,
            source=source,
            source_id=number,
            names=tuple(sorted(self.names, key=lambda one: one.type is not NameType.PRIMARY)),
            births=tuple(self.births) or None,
            birth_dates=comparable(self.births),
            birth_places=tuple(self.places["Place of Birth"]) or None,
            sex=self.sex,
            nationalities=tuple(dict.fromkeys(self.nations)),
            documents=tuple(self.documents),
            identifiers=self._identifiers(),
            addresses=tuple(self.places["Location"]) or None,
            programmes=tuple(dict.fromkeys(listed.programmes.get(self._number, ()))),
            linked=tuple(listed.links.get(self._number, ())) or None,
            list_date=listed.listed_on.get(self._number),
            remarks="\n".join((*comments, *self.told)) or None,
        )

    def _names(self, identity: Element) -> Iterator[ListedName]:
        parts = {
            group.attributes.get("ID", ""): self._registers.word("NamePartType", group.attributes.get("NamePartTypeID"))
            for group in identity.all("NamePartGroups", "MasterNamePartGroup", "NamePartGroup")
        }
        for alias in identity.all("Alias"):
            primary = alias.attributes.get("Primary") == "true"
            former = self._registers.word("AliasType", alias.attributes.get("AliasTypeID")) == _FORMER
            sort = NameType.PRIMARY if primary else NameType.FORMER if former else NameType.ALIAS
            strength = Strength.WEAK if alias.attributes.get("LowQuality") == "true" else Strength.STRONG
            for written in alias.all("DocumentedName"):
                text = _in_order(list(written.all("DocumentedNamePart", "NamePartValue")), parts)
                if any(map(str.isalnum, text)):
                    yield name(text, self._kind, sort, strength)
                    sort = NameType.ALIAS if primary else sort

    def _take_documents(self, found: "list[ListedDocument] | tuple[()]") -> None:
        for document in found:
            number = _NUMBERED.get(document.type or "")
            if number and number not in self.numbers:
                self.numbers[number] = document.number.removeprefix("IMO").strip()
            else:
                self.documents.append(document)

    def _take(self, feature: Element) -> None:
        kind = self._registers.word("FeatureType", feature.attributes.get("FeatureTypeID"))
        for version in feature.all("FeatureVersion"):
            places = [
                place
                for at in version.all("VersionLocation")
                if (place := self._registers.places.get(at.attributes.get("LocationID", "")))
            ]
            details = [self._detail(detail) for detail in version.all("VersionDetail")]
            text = "; ".join(filter(None, (*details, *version.texts("Comment"))))
            if kind == "Birthdate" and (born := _birth(version)):
                self.births.append(born)
            elif kind in self.places and (places or text):
                self.places[kind] += places or [ListedPlace(text=text, country=country(text.rpartition(", ")[2]))]
            elif kind == "Gender" and text.casefold() in SEXES:
                self.sex = SEXES[text.casefold()]
            elif kind in {"Nationality Country", "Citizenship Country"} and (
                codes := [one.country for one in places if one.country]
            ):
                self.nations += codes
            elif kind == _TAIL and text and "registration" not in self.numbers:
                self.numbers["registration"] = text
            else:
                self._keep(kind, text, version, places)

    def _keep(self, kind: str, text: str, version: Element, places: list[ListedPlace]) -> None:
        said = text or date_of(next(version.all("DatePeriod", "Start", "From"), None)) or "; ".join(one.text for one in places)
        if said:
            self.told.append(f"{kind}: {said}")
        if kind == "Vessel Flag" and (flag := country(text) or next((one.country for one in places if one.country), None)):
            self.numbers["country"] = flag

    def _detail(self, detail: Element) -> str:
        return " ".join(detail.text.split()) or self._registers.word(
            "DetailReference", detail.attributes.get("DetailReferenceID")
        )

    def _identifiers(self) -> Identifiers | None:
        if self._kind not in {ActorKind.VESSEL, ActorKind.AIRCRAFT}:
            return None
        first = next((one for one in self.names if one.type is NameType.PRIMARY), self.names[0])
        fields = {"name": first.text, "kind": self._kind.value, **self.numbers}
        if self._kind is ActorKind.AIRCRAFT:
            fields.setdefault("registration", first.text)
        return Identifiers.model_validate(fields)


def _in_order(values: list[Element], parts: dict[str, str]) -> str:
    """The words of a name as the CSV files write it: of a person, surnames, a comma, given names."""
    said = [(parts.get(one.attributes.get("NamePartGroupID", ""), ""), " ".join(one.text.split())) for one in values]
    surnames = " ".join(text for part, text in said if part in _SURNAMES)
    others = " ".join(text for part, text in said if part not in _SURNAMES)
    return ", ".join(filter(None, (surnames, others)))


def _birth(version: Element) -> ListedBirth | None:
    """A birth date from a period: a day, a month or a year when it spans just that, a span otherwise, about a year where it says so."""
    period = next(version.all("DatePeriod"), None)
    start = None if period is None else next(period.all("Start"), None)
    if period is None or start is None:
        return None
    first, last = date_of(next(start.all("From"), None)), date_of(next(period.all("End", "To"), None))
    if not first:
        return None
    about = "circa " if start.attributes.get("Approximate") == "true" else ""
    for known in (len("1971"), len("1971-05")):
        unit = first[:known]
        if first == f"{unit}{'-01-01'[known - 4 :]}" and last == f"{unit}{_ends(unit)}":
            return birth(f"{about}{unit}")
    return birth(f"{about}{first}" if not last or last == first else f"{first} to {last}")


def _ends(unit: str) -> str:
    """What the last day of a year or a month adds to it."""
    year, _, month = unit.partition("-")
    return f"-{monthrange(int(year), int(month))[1]}" if month else "-12-31"
