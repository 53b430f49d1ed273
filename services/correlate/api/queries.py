"""What is asked in ad hoc screening, and what of an event it stands for."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from rigour.territories import lookup_territory

from services.correlate.entries.bodies import is_date
from shared.contracts.events import Container, Conveyance, Document, PartialDate, Person, PersonName, Seized
from shared.contracts.sightings import Seen
from shared.contracts.vocabulary import ActorKind, ConveyanceKind, SeizedCategory
from shared.contracts.watchlist import Identifiers

_LONGEST_NAME = 500


@lru_cache(maxsize=1024)
def country_code(text: str) -> str | None:
    """The ISO 3166-1 code of a country given by code or English name; None where it is none."""
    found = lookup_territory(text.strip())
    return found.code.upper() if found is not None and len(found.code) == 2 else None  # noqa: PLR2004 - alpha-2


def _country(value: Any) -> Any:
    if isinstance(value, str):
        code = country_code(value)
        if code is None:
            raise ValueError("no country has this code or English name")
        return code
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QueryName(_Strict):
    """A name in full or in parts."""

    full: str | None = Field(default=None, max_length=_LONGEST_NAME)
    given: str | None = Field(default=None, max_length=200)
    paternal: str | None = Field(default=None, max_length=200)
    maternal: str | None = Field(default=None, max_length=200)


class QueryDocument(_Strict):
    """A document by its number."""

    type: str = "passport"
    number: str = Field(min_length=1, max_length=64)
    issuer: str | None = None
    expires: date | None = None
    mrz: str | None = Field(default=None, max_length=200)

    _issuer = field_validator("issuer", mode="before")(_country)


class ScreenQuery(_Strict):
    """One line of a screening file; countries as code or English name."""

    id: str | None = None
    kind: ActorKind = ActorKind.PERSON
    name: str | QueryName | None = None
    birth_date: PartialDate | None = None
    sex: str | None = None
    nationality: str | None = None
    nationalities: tuple[str, ...] = Field(default=(), max_length=64)
    documents: tuple[QueryDocument, ...] = Field(default=(), max_length=64)
    identifiers: Identifiers | None = Field(default=None, description="of an object or a document")

    _nationality = field_validator("nationality", mode="before")(_country)

    @field_validator("name")
    @classmethod
    def _name(cls, value: str | QueryName | None) -> str | QueryName | None:
        if isinstance(value, str) and len(value) > _LONGEST_NAME:
            raise ValueError(f"a name has {_LONGEST_NAME} characters at most")
        return value

    @field_validator("birth_date")
    @classmethod
    def _birth_date(cls, value: str | None) -> str | None:
        if value is not None and not is_date(value):
            raise ValueError("the calendar has no such date")
        return value

    @field_validator("nationalities", mode="before")
    @classmethod
    def _nationalities(cls, value: Any) -> Any:
        return tuple(_country(one) for one in value) if isinstance(value, list | tuple) else value


_CONVEYANCES: dict[ActorKind, Literal["vehicle", "vessel", "aircraft"]] = {
    ActorKind.VEHICLE: "vehicle",
    ActorKind.TRAILER: "vehicle",
    ActorKind.VESSEL: "vessel",
    ActorKind.AIRCRAFT: "aircraft",
}


_OF_CONVEYANCE = {"role", "plate", "country", "vin", "imo", "mmsi", "registration", "name"}


def seen_by(query: ScreenQuery) -> Seen:
    """The query as something seen: judged by the same code as an event."""
    own = query.identifiers or Identifiers()
    if query.kind in _CONVEYANCES:
        fields = own.model_dump(include=_OF_CONVEYANCE, exclude_none=True)
        return Seen(conveyance=Conveyance(kind=ConveyanceKind(_CONVEYANCES[query.kind]), **fields))
    if query.kind is ActorKind.CONTAINER:
        return Seen(container=Container(number=own.container or "", seals=own.seals))
    if query.kind is ActorKind.FIREARM:
        return Seen(firearm=Seized(category=SeizedCategory.ARMS, serial=own.serial, make=own.make, calibre=own.calibre))
    if query.kind is ActorKind.ORGANISATION:
        return Seen(organisation=_name(query).text)
    nations = (*query.nationalities, query.nationality) if query.nationality else query.nationalities
    return Seen(
        person=Person(
            name=_name(query) if query.name else None,
            birth_date=query.birth_date,
            sex=query.sex,
            nationalities=nations,
            documents=tuple(_documents(query, own)),
        )
    )


def _documents(query: ScreenQuery, own: Identifiers) -> Iterator[Document]:
    """Those of the person, and the one that is asked for by itself."""
    yield from (Document(**one.model_dump()) for one in query.documents)
    if query.kind is ActorKind.DOCUMENT and own.container:
        yield Document(type=own.type or "unknown", number=own.container, issuer=own.issuer or own.country, expires=own.expires)


def _name(query: ScreenQuery) -> PersonName:
    if isinstance(query.name, QueryName):
        return PersonName(**query.name.model_dump())
    return PersonName(full=query.name)
