"""The UN Security Council's consolidated list as XML (https://scsanctions.un.org, schema `sc-sanctions.xsd`)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.correlate.lists.elements import Element, elements
from services.correlate.lists.reading import Draft, Files, Limits, Read, RowFault, Source, Tally, UnreadableError
from services.correlate.lists.words import SEXES, birth, comparable, country, day, document_type
from shared.contracts.vocabulary import ActorKind, NameType, Strength
from shared.contracts.watchlist import ActorBody, ListedBirth, ListedDocument, ListedName, ListedPlace

_OUTERMOST: Final = "CONSOLIDATED_LIST"
_KINDS: Final = {"INDIVIDUAL": ActorKind.PERSON, "ENTITY": ActorKind.ORGANISATION}
_NAMES: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE: Final = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
_OF_DOCUMENTS: Final = ("TYPE_OF_DOCUMENT2", "CITY_OF_ISSUE", "NOTE")
_OF_ALIASES: Final = ("DATE_OF_BIRTH", "CITY_OF_BIRTH", "COUNTRY_OF_BIRTH", "NOTE")
_KEPT: Final = {"TITLE": "Title", "DESIGNATION": "Designation"}


class UnReader:
    """See ListReader. An entry goes by its permanent reference number (CDi.001)."""

    def __init__(self, files: Files, limits: Limits, source: str, list_date: date | None = None) -> None:
        self.tally = Tally()
        self.list_date = list_date
        self._main = files["main"]
        self._limits = limits
        self._source = source

    def records(self) -> Iterator[Read]:
        """See ListReader."""
        every = elements(self._main, self._limits, _KINDS)
        outermost = next(every, None)
        if outermost is None or outermost.name != _OUTERMOST:
            raise UnreadableError(_foreign(self._main, outermost))
        self.list_date = self.list_date or day(outermost.attributes.get("dateGenerated", "")[:10])
        for one in every:
            said = Said(one)
            if fault := self._fault(one):
                yield fault
                continue
            body = said.body(self._source)
            self.tally.add(body)
            self.tally.counts["kept in remarks"] += len(said.left)
            yield Draft(body, self._main.name, one.line)

    def _fault(self, one: Element) -> RowFault | None:
        if not one.said("REFERENCE_NUMBER"):
            what = "The entry has no reference number."
            return RowFault(self._main.name, one.line, "number_missing", what, "It could not be known again.", "REFERENCE_NUMBER")
        if not any(map(str.isalnum, one.said("FIRST_NAME"))):
            return RowFault(
                self._main.name, one.line, "name_empty", "The entry has no name.", "Fetch the list anew.", "FIRST_NAME"
            )
        return None


def _foreign(source: Source, outermost: Element | None) -> RowFault:
    what = f"The file is {f'<{outermost.name}>' if outermost else 'empty'}, not the UN's <{_OUTERMOST}>."
    return RowFault(source.name, outermost.line if outermost else 1, "other_format", what, "Give the format that it has.")


class Said:
    """What one element says; `left` is what no field of an entry holds and its remarks therefore do."""

    def __init__(self, one: Element) -> None:
        self._one = one
        self.left: list[str] = []

    def body(self, source: str) -> ActorBody:
        """The entry."""
        one = self._one
        kind = _KINDS[one.name]
        births = list(self._births())
        return ActorBody(
            kind=kind,
            source=source,
            source_id=one.said("REFERENCE_NUMBER"),
            names=tuple(self._names(f"{one.name}_ALIAS")),
            births=tuple(births) or None,
            birth_dates=comparable(births),
            birth_places=tuple(_places(one, "INDIVIDUAL_PLACE_OF_BIRTH")) or None,
            sex=SEXES.get(one.said("GENDER").casefold()),
            nationalities=tuple(self._nations()),
            documents=tuple(self._documents()),
            addresses=tuple(_places(one, f"{one.name}_ADDRESS")) or None,
            programmes=tuple(one.texts("UN_LIST_TYPE")),
            list_date=day(one.said("LISTED_ON")),
            remarks=self._remarks(),
        )

    def _names(self, aliases: str) -> Iterator[ListedName]:
        one = self._one
        full = " ".join(filter(None, map(one.said, _NAMES)))
        yield ListedName(full=full, type=NameType.PRIMARY)
        for script in one.texts("NAME_ORIGINAL_SCRIPT"):
            yield ListedName(full=script, type=NameType.ALIAS)
        for alias in one.all(aliases):
            said = alias.said("ALIAS_NAME")
            if any(map(str.isalnum, said)):
                quality, note = alias.said("QUALITY").casefold(), alias.said("NOTE").casefold()
                former = quality == "f.k.a." or note.startswith(("previously", "formerly"))
                sort = NameType.FORMER if former else NameType.ALIAS
                yield ListedName(full=said, type=sort, strength=Strength.WEAK if quality == "low" else Strength.STRONG)
                self._leave(f"Alias {said}", alias, _OF_ALIASES)
            else:
                self._leave("Alias", alias, (*_OF_ALIASES, "ALIAS_NAME"))

    def _births(self) -> Iterator[ListedBirth]:
        for one in self._one.all("INDIVIDUAL_DATE_OF_BIRTH"):
            span = " to ".join((one.said("FROM_YEAR"), one.said("TO_YEAR"))) if one.said("FROM_YEAR") else ""
            text = span or one.said("DATE")[:10] or one.said("YEAR")
            about = one.said("TYPE_OF_DATE") == "APPROXIMATELY" and not span
            found = birth(f"circa {text}" if about else text) if text else None
            if found is not None:
                yield found
            self._leave("Born" if found else f"Born {text}".strip(), one, ("NOTE",))
            if text and found is None:
                self.left.append(f"Born: {text}")

    def _nations(self) -> Iterator[str]:
        for land in dict.fromkeys(self._one.texts("NATIONALITY", "VALUE")):
            code = country(land)
            if code is None:
                self.left.append(f"Nationality: {land}")
            else:
                yield code

    def _documents(self) -> Iterator[ListedDocument]:
        for one in self._one.all("INDIVIDUAL_DOCUMENT"):
            sort, number = one.said("TYPE_OF_DOCUMENT"), one.said("NUMBER")
            if not number:
                self._leave("Document", one, ("TYPE_OF_DOCUMENT", *_OF_DOCUMENTS, "ISSUING_COUNTRY", "DATE_OF_ISSUE"))
                continue
            issuer = one.said("COUNTRY_OF_ISSUE") or one.said("ISSUING_COUNTRY")
            yield ListedDocument(
                type=document_type(sort or one.said("TYPE_OF_DOCUMENT2")),
                number=number,
                issuer=country(issuer),
                issued=day(one.said("DATE_OF_ISSUE")),
                note="; ".join(filter(None, map(one.said, _OF_DOCUMENTS))) or None,
            )
            if issuer and country(issuer) is None:
                self.left.append(f"Document {number}, issued by: {issuer}")

    def _leave(self, about: str, one: Element, parts: tuple[str, ...]) -> None:
        told = "; ".join(filter(None, map(one.said, parts)))
        if told:
            self.left.append(f"{about}: {told}")

    def _remarks(self) -> str | None:
        heads = [f"{label}: {'; '.join(said)}" for part, label in _KEPT.items() if (said := self._one.texts(part, "VALUE"))]
        return "\n".join((*heads, *self._one.texts("COMMENTS1"), *self.left)) or None


def _places(one: Element, part: str) -> Iterator[ListedPlace]:
    for place in one.all(part):
        text = ", ".join(filter(None, map(place.said, _PLACE)))
        if text:
            yield ListedPlace(text=text, country=country(place.said("COUNTRY")))
