"""FollowTheMoney entities that belong to others: addresses, documents, sanctions, ties."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from services.correlate.lists.words import country, day
from shared.contracts.watchlist import ListedDocument, ListedLink, ListedPlace

Values: TypeAlias = dict[str, list[Any]]
"""The properties of an entity: several values of each, texts or entities."""

_TIES: Final = {
    "Ownership": ("owner", "asset"), "Directorship": ("director", "organization"), "Family": ("person", "relative"),
    "Associate": ("person", "associate"), "Membership": ("member", "organization"), "Representation": ("agent", "client"),
    "Employment": ("employee", "employer"), "UnknownLink": ("subject", "object"), "Succession": ("predecessor", "successor"),
}  # fmt: skip
_OF_SANCTIONS: Final = ("program", "programId", "listingDate", "reason")
_SCHEMATA: Final = frozenset({"Passport", "Identification", "Address", "Sanction", *_TIES})


@dataclass(slots=True)
class Aside:
    """What belongs to others, by whom it belongs to."""

    documents: dict[str, list[ListedDocument]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, ListedPlace] = field(default_factory=dict)
    sanctions: dict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[ListedLink]] = field(default_factory=lambda: defaultdict(list))

    def take(self, number: str, schema: str, said: Values) -> None:
        """Keep an entity that belongs to others; one that does not is left."""
        if schema in {"Passport", "Identification"}:
            for holder in texts(said, "holder"):
                self.documents[holder] += _documents(said, "passport" if schema == "Passport" else None)
        elif schema == "Address":
            text = first(said, "full")
            if text:
                self.addresses[number] = ListedPlace(text=text, country=country(first(said, "country")))
        elif schema == "Sanction":
            for whose in texts(said, "entity"):
                self.sanctions[whose].append({key: said[key] for key in _OF_SANCTIONS if key in said})
        elif schema in _TIES:
            self._tie(schema, *(first(said, end) for end in _TIES[schema]))

    def _tie(self, schema: str, one: str, other: str) -> None:
        if one and other:
            self.links[one].append(ListedLink(relation=schema.lower(), source_id=other))
            self.links[other].append(ListedLink(relation=schema.lower(), source_id=one))


def belongs_to_others(schema: str) -> bool:
    """Whether an entity of the schema is no entry but part of one."""
    return schema in _SCHEMATA


def its_own(number: str, schema: str, said: Values) -> Values:
    """Whose an entity is that stands within another: it leaves out the one that it stands in."""
    if schema in _TIES:
        lost = next((end for end in _TIES[schema] if not said.get(end)), None)
        return {lost: [number]} if lost else {}
    return {"entity": [number], "holder": [number]} if schema != "Address" else {}


def entity(value: dict[str, Any]) -> tuple[str, str, Values]:
    """An entity's id, schema and properties."""
    said = value.get("properties")
    return (
        str(value.get("id") or ""),
        str(value.get("schema") or ""),
        {key: one for key, one in said.items() if isinstance(one, list)} if isinstance(said, dict) else {},
    )


def texts(said: Values, part: str) -> list[str]:
    """The texts of a property; of an entity in its place, its id."""
    found = [one.get("id") if isinstance(one, dict) else one for one in said.get(part, ())]
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]


def first(said: Values, part: str) -> str:
    """The first text of a property, or nothing."""
    return next(iter(texts(said, part)), "")


def _documents(said: Values, sort: str | None) -> list[ListedDocument]:
    told = sort or first(said, "type") or None
    issuer, issued, expires = country(first(said, "country")), day(first(said, "startDate")), day(first(said, "endDate"))
    return [
        ListedDocument(type=told, number=text, issuer=issuer, issued=issued, expires=expires) for text in texts(said, "number")
    ]
