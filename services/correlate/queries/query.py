"""What may be asked: one person or thing, as a line of a file or a body of `POST /v1/screen` says it. Every fault of it is told."""

from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from services.correlate.entries.bodies import is_date
from services.correlate.queries.countries import CountryUnknownError, country_code
from shared.contracts.events import PartialDate
from shared.contracts.vocabulary import ActorKind, ConveyanceKind
from shared.contracts.watchlist import Identifiers

LONGEST_NAME: Final = 500
LONGEST_PART: Final = 200
LONGEST_NUMBER: Final = 64
LONGEST_SEX: Final = 16
"""Characters: longer than any that was ever written where these belong."""

MOST: Final = 64
"""Values of one field: nobody carries more documents."""


def _said(value: Any) -> Any:
    """An empty text says nothing: tables that are written as JSON are full of them."""
    return None if isinstance(value, str) and not value.strip() else value


def _written(value: Any) -> Any:
    """A number of a document or a thing is text, however it was written."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _number(value: Any) -> Any:
    return _written(_said(value))


def _id(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise PydanticCustomError("id_type", "an id is a text or a number")
    return value


def _country(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return country_code(value)
    except CountryUnknownError:
        raise PydanticCustomError("country_unknown", "no country has this code or name") from None


def _several(value: Any) -> Any:
    """One value for a list of one; what says nothing is left out."""
    if _said(value) is None:
        return ()
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(one for one in values if _said(one) is not None)


def _countries(value: Any) -> Any:
    return tuple(code for one in _several(value) if (code := _country(one)) is not None)


def _date(value: Any) -> Any:
    value = _number(value)
    if isinstance(value, str) and value[:4].isdigit() and not is_date(value):
        raise PydanticCustomError("no_date", "the calendar has no such date; known are 1971, 1971-05 and 1971-05-09")
    return value


def _bounded(text: str, longest: int) -> str:
    """A text that stands for an object of it: its fault is where it stands."""
    if len(text) > longest:
        raise PydanticCustomError("string_too_long", "String should have at most {longest} characters", {"longest": longest})
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Country = Annotated[str | None, BeforeValidator(_country), Field(description="ISO 3166-1 alpha-2 or alpha-3, or a name")]
Countries = Annotated[tuple[str, ...], Field(max_length=MOST), BeforeValidator(_countries)]
Part = Annotated[Annotated[str, Field(max_length=LONGEST_PART)] | None, BeforeValidator(_said)]
FullName = Annotated[Annotated[str, Field(max_length=LONGEST_NAME)] | None, BeforeValidator(_said)]
Number = Annotated[Annotated[str, Field(max_length=LONGEST_NUMBER)] | None, BeforeValidator(_number)]


class QueryName(_Strict):
    """A name in full or in parts."""

    full: FullName = None
    given: Part = None
    paternal: Part = None
    maternal: Part = None


def _name(value: Any) -> Any:
    return QueryName(full=_bounded(value, LONGEST_NAME)) if isinstance(value, str) else value


class QueryDocument(_Strict):
    """A document by its number."""

    type: str = Field(default="passport", max_length=LONGEST_NUMBER)
    number: Annotated[str, Field(min_length=1, max_length=LONGEST_NUMBER), BeforeValidator(_written)]
    issuer: Country = None
    expires: Annotated[date | None, BeforeValidator(_said)] = None
    mrz: Part = None


def _document(value: Any) -> Any:
    """A document may be told by its number alone."""
    value = _number(value)
    return QueryDocument(number=_bounded(value, LONGEST_NUMBER)) if isinstance(value, str) else value


class QueryConveyance(_Strict):
    """A vehicle, vessel, aircraft or train by what identifies it."""

    kind: ConveyanceKind = ConveyanceKind.VEHICLE
    role: Part = None
    plate: Number = None
    country: Country = None
    vin: Number = None
    imo: Number = None
    mmsi: Number = None
    registration: Number = None
    name: Part = None


class QueryContainer(_Strict):
    """A container by its number."""

    number: Annotated[str, Field(min_length=1, max_length=LONGEST_NUMBER)]
    seals: tuple[Annotated[str, Field(max_length=LONGEST_NUMBER)], ...] = Field(default=(), max_length=MOST)


def _container(value: Any) -> Any:
    return QueryContainer(number=_bounded(value, LONGEST_NUMBER)) if isinstance(value, str) else value


OneName = Annotated[QueryName, BeforeValidator(_name)]
OneDocument = Annotated[QueryDocument, BeforeValidator(_document)]
OneContainer = Annotated[QueryContainer, BeforeValidator(_container)]


class ScreenQuery(_Strict):
    """One person with all that is known of them, an organisation, or a thing; persons and things that travel together may stand in one.

    An empty text is as if it were not there. `id` comes back as it was.
    """

    id: Annotated[StrictStr | StrictInt | StrictFloat | None, BeforeValidator(_id)] = None
    kind: ActorKind = Field(default=ActorKind.PERSON, description="whose `name`, `documents` and `identifiers` these are")
    name: Annotated[QueryName | None, BeforeValidator(_name)] = Field(
        default=None, description="in full, or an object of its parts"
    )
    names: Annotated[tuple[OneName, ...], Field(max_length=16), BeforeValidator(_several)] = Field(
        default=(), description="further names that the person or organisation goes by; each is screened"
    )
    given: Part = None
    paternal: Part = None
    maternal: Part = None
    birth_date: Annotated[PartialDate | None, BeforeValidator(_date)] = Field(
        default=None, description="1971, 1971-05 or 1971-05-09"
    )
    birth_place: Part = None
    sex: Annotated[Annotated[str, Field(max_length=LONGEST_SEX)] | None, BeforeValidator(_said)] = None
    nationality: Annotated[Countries, Field(description="one or several")] = ()
    nationalities: Countries = ()
    documents: Annotated[tuple[OneDocument, ...], Field(max_length=MOST), BeforeValidator(_several)] = Field(
        default=(), description="each as an object, or its number alone"
    )
    organisation: FullName = Field(default=None, description="an organisation by its name, beside the person")
    conveyances: Annotated[tuple[QueryConveyance, ...], Field(max_length=MOST), BeforeValidator(_several)] = ()
    containers: Annotated[tuple[OneContainer, ...], Field(max_length=MOST), BeforeValidator(_several)] = ()
    identifiers: Identifiers | None = Field(default=None, description="of the thing or the document that `kind` names")

    @model_validator(mode="after")
    def _asks(self) -> Self:
        """What asks for nothing must not be answered as if nothing were known."""
        named = any(one and _speaks(one) for one in (self.name, *self.names)) or any((self.given, self.paternal, self.maternal))
        told = named or self.documents or self.organisation or self.conveyances or self.containers
        if not (told or (self.identifiers and self.identifiers.identifies)):
            raise PydanticCustomError("nothing_to_screen", "a name, a document or an identifier is needed")
        return self


def _speaks(name: QueryName) -> bool:
    return any((name.full, name.given, name.paternal, name.maternal))
