"""The registers of OFAC's advanced XML: words, places, documents, entries and relations, which its parties refer to by number."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.correlate.lists.elements import Element, elements
from services.correlate.lists.reading import Limits, RowFault, Source, UnreadableError
from services.correlate.lists.words import country, day, document_type
from shared.contracts.watchlist import ListedDocument, ListedLink, ListedPlace

_WORDS: Final = (
    "AliasType", "AreaCode", "Country", "DetailReference", "FeatureType", "IDRegDocType", "IDRegDocDateType", "NamePartType", "PartySubType",
    "PartyType", "RelationType", "SanctionsType",
)  # fmt: skip
_AT_MOST: Final = "Limits.side_records"


@dataclass(slots=True)
class Registers:
    """What the parties refer to. Held whole, which `side_records` bounds."""

    words: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    party_types: dict[str, str] = field(default_factory=dict)
    places: dict[str, ListedPlace] = field(default_factory=dict)
    documents: dict[str, list[ListedDocument]] = field(default_factory=lambda: defaultdict(list))
    programmes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    listed_on: dict[str, date] = field(default_factory=dict)
    links: dict[str, list[ListedLink]] = field(default_factory=lambda: defaultdict(list))
    issued: date | None = None

    def word(self, register: str, number: str | None) -> str:
        """A word by its number, or nothing."""
        return self.words[register].get(number or "", "")

    def party_type(self, subtype: str | None) -> str:
        """Individual, Entity, Vessel or Aircraft."""
        own = self.word("PartySubType", subtype)
        return own if own not in {"", "Unknown"} else self.word("PartyType", self.party_types.get(subtype or ""))


def date_of(one: Element | None) -> str:
    """A date as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; nothing where no year is told."""
    if one is None or not one.said("Year"):
        return ""
    parts = [one.said(part).zfill(width) for part, width in (("Year", 4), ("Month", 2), ("Day", 2)) if one.said(part)]
    return "-".join(parts)


def read_registers(source: Source, limits: Limits) -> Registers:
    """Read everything but the parties. Raises UnreadableError, also when it is another file than OFAC's advanced XML."""
    found = Registers()
    takers: dict[str, Callable[[Registers, Element], None]] = {
        "DateOfIssue": _take_issue, "Location": _take_place, "IDRegDocument": _take_document, "SanctionsEntry": _take_entry,
        "ProfileRelationship": _take_link, **dict.fromkeys(_WORDS, _take_word),
    }  # fmt: skip
    every = elements(source, limits, takers)
    outermost = next(every, None)
    if outermost is None or outermost.name != "Sanctions":
        what = f"The file is {f'<{outermost.name}>' if outermost else 'empty'}, not <Sanctions>."
        raise UnreadableError(RowFault(source.name, 1, "other_format", what, "Give OFAC's advanced XML (SDN_ADVANCED.XML)."))
    for number, one in enumerate(every):
        if number >= limits.side_records:
            what = f"The file refers to more than {limits.side_records} records."
            raise UnreadableError(RowFault(source.name, one.line, "too_many", what, f"Raise {_AT_MOST} if the file is right."))
        takers[one.name](found, one)
    return found


def _take_issue(found: Registers, one: Element) -> None:
    found.issued = day(date_of(one))


def _take_word(found: Registers, one: Element) -> None:
    number, text = one.attributes.get("ID", ""), " ".join(one.text.split())
    found.words[one.name][number] = one.attributes.get("Description", text) if one.name == "AreaCode" else text
    if one.name == "PartySubType":
        found.party_types[number] = one.attributes.get("PartyTypeID", "")


def _take_place(found: Registers, one: Element) -> None:
    lands = [found.word("Country", land.attributes.get("CountryID")) for land in one.all("LocationCountry")]
    lands += [found.word("AreaCode", area.attributes.get("AreaCodeID")) for area in one.all("LocationAreaCode")]
    said = list(dict.fromkeys((*one.texts("LocationPart", "LocationPartValue", "Value"), *filter(None, lands[:1]))))
    if said:
        code = next(filter(None, map(country, (*lands, said[-1]))), None)
        found.places[one.attributes.get("ID", "")] = ListedPlace(text=", ".join(said), country=code)


def _take_document(found: Registers, one: Element) -> None:
    number = one.said("IDRegistrationNo")
    if not number:
        return
    dates = {}
    for dated in one.all("DocumentDate"):
        kind = found.word("IDRegDocDateType", dated.attributes.get("IDRegDocDateTypeID")).casefold()
        told = next(dated.all("DatePeriod", "Start", "From"), None)
        dates["issued" if kind.startswith("issue") else "expires"] = day(date_of(told))
    document = ListedDocument(
        type=document_type(found.word("IDRegDocType", one.attributes.get("IDRegDocTypeID"))),
        number=number,
        issuer=country(found.word("Country", one.attributes.get("IssuedBy-CountryID"))),
        note=one.said("Comment") or None,
        **dates,
    )
    found.documents[one.attributes.get("IdentityID", "")].append(document)


def _take_entry(found: Registers, one: Element) -> None:
    profile = one.attributes.get("ProfileID", "")
    for measure in one.all("SanctionsMeasure"):
        if found.word("SanctionsType", measure.attributes.get("SanctionsTypeID")) == "Program" and measure.said("Comment"):
            found.programmes[profile].append(measure.said("Comment"))
    dates = [told for event in one.all("EntryEvent", "Date") if (told := day(date_of(event)))]
    if dates:
        found.listed_on[profile] = min(dates)


def _take_link(found: Registers, one: Element) -> None:
    relation = found.word("RelationType", one.attributes.get("RelationTypeID")).casefold().rstrip("…. ").replace(" ", "_")
    link = ListedLink(relation=relation or "linked_to", source_id=one.attributes.get("To-ProfileID"))
    found.links[one.attributes.get("From-ProfileID", "")].append(link)
