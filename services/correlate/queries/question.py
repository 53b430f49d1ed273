"""A value of JSON as a question: checked, and as what is judged.

Nearly every line of a file says the same few things of one person. Those are checked here by hand, which takes a quarter of the
time of the model; whatever is not as plain, and all that is wrong, goes to the model. Both give the same.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from services.correlate.entries.bodies import is_date
from services.correlate.lists.own_cells import nearest
from services.correlate.queries.countries import CountryUnknownError, country_code
from services.correlate.queries.query import LONGEST_NAME, LONGEST_NUMBER, LONGEST_PART, LONGEST_SEX, MOST, ScreenQuery
from services.correlate.queries.seen import Asked, asked_of
from shared.contracts.sightings import Seen
from shared.platform.faults import Fault, faults_of

Identity: TypeAlias = str | int | float | None

_IDENTITIES: Final = frozenset({str, int, float, type(None)})
_PLAIN: Final = frozenset({"id", "name", "given", "paternal", "maternal", "birth_date", "sex", "nationality", "documents"})
_PARTS: Final = ("given", "paternal", "maternal")
_OF_DOCUMENT: Final = frozenset({"type", "number", "issuer"})
_FIELDS: Final = tuple(ScreenQuery.model_fields)
_LONGEST_FIELD: Final = 64
_MEANT: Final = {
    "surname": "paternal", "surnames": "paternal", "last_name": "paternal", "lastname": "paternal", "family_name": "paternal",
    "apellido": "paternal", "apellidos": "paternal", "second_surname": "maternal", "first_name": "given", "firstname": "given",
    "nombres": "given", "nombre": "name", "full_name": "name", "aliases": "names", "dob": "birth_date", "date_of_birth": "birth_date",
    "fecha_nacimiento": "birth_date", "pob": "birth_place", "place_of_birth": "birth_place", "gender": "sex", "sexo": "sex",
    "citizenship": "nationality", "country": "nationality", "nacionalidad": "nationality", "passport": "documents",
    "organization": "organisation", "company": "organisation", "vehicle": "conveyances", "vehicles": "conveyances", "container": "containers",
}  # fmt: skip
"""What other systems call our fields."""
_REMEMBERED: Final = 65_536
"""Dates, and as many countries, whose check is remembered: all days of 170 years."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and by what its answer is known."""

    id: Identity
    asked: tuple[Asked, ...]


def question(value: Any) -> Question:
    """The question of a value. Raises ValidationError with every fault of it."""
    plain = _plain(value) if type(value) is dict and value.keys() <= _PLAIN else None
    if plain is not None:
        return Question(value.get("id"), (Asked(Seen.model_validate({"person": plain})),))
    query = ScreenQuery.model_validate(value)
    return Question(query.id, asked_of(query))


def faults_in(error: ValidationError) -> list[Fault]:
    """Every fault of a value that is no question, in words; of a field that is not there the one that is probably meant."""
    return [_in_words(fault) for fault in faults_of(error)]


def _in_words(fault: Fault) -> Fault:
    if fault.code == "model_type" and not fault.pointer:
        return Fault("", "no_object", "A query is an object: {…}.")
    if fault.code != "extra_forbidden":
        return fault
    near = _meant(fault.pointer.rpartition("/")[2][:_LONGEST_FIELD]) if fault.pointer.count("/") == 1 else None
    return Fault(fault.pointer, "field_unknown", f"There is no such field.{f' Is {near} meant?' if near else ''}")


def _meant(field: str) -> str | None:
    return _MEANT.get(field.casefold()) or nearest(field, _FIELDS)


def _plain(value: dict[str, Any]) -> dict[str, Any] | None:
    """The person that a value tells of, where everything in it is as most files say it."""
    name = _name(value)
    if not name or type(value.get("id")) not in _IDENTITIES:
        return None
    person: dict[str, Any] = {"name": name}
    for field, told in value.items():
        if field in _READERS:
            person[_READERS[field][0]] = read = _READERS[field][1](told)
            if read is None:
                return None
    return person


def _name(value: dict[str, Any]) -> dict[str, str] | None:
    name: dict[str, str] = {}
    if (full := value.get("name")) is not None:
        if not _is_text(full, LONGEST_NAME):
            return None
        name["full"] = full
    for part in _PARTS:
        if (told := value.get(part)) is not None:
            if not _is_text(told, LONGEST_PART):
                return None
            name[part] = told
    return name


def _is_text(value: Any, longest: int) -> bool:
    return type(value) is str and len(value) <= longest and not value.isspace() and value != ""


def _sex(value: Any) -> str | None:
    return value if _is_text(value, LONGEST_SEX) else None


def _birth_date(value: Any) -> str | None:
    return value if type(value) is str and _is_known_date(value) else None


@lru_cache(maxsize=_REMEMBERED)
def _is_known_date(text: str) -> bool:
    return is_date(text) and text[:4].isdecimal() and len(text) in {4, 7, 10}


def _nationality(value: Any) -> tuple[str, ...] | None:
    code = _code(value) if type(value) is str else None
    return (code,) if code else None


@lru_cache(maxsize=_REMEMBERED)
def _code(text: str) -> str | None:
    try:
        return country_code(text)
    except CountryUnknownError:
        return None


def _documents(value: Any) -> list[dict[str, str]] | None:
    if type(value) is not list or len(value) > MOST:
        return None
    documents = [_document(one) for one in value]
    return None if None in documents else documents  # type: ignore[return-value]


def _document(value: Any) -> dict[str, str] | None:
    if type(value) is str:
        return {"type": "passport", "number": value} if _is_text(value, LONGEST_NUMBER) else None
    if type(value) is not dict or not value.keys() <= _OF_DOCUMENT or not _is_text(value.get("number"), LONGEST_NUMBER):
        return None
    sort, issuer = value.get("type", "passport"), value.get("issuer")
    if type(sort) is not str or len(sort) > LONGEST_NUMBER:
        return None
    document = {"type": sort, "number": value["number"]}
    if issuer is not None:
        code = _code(issuer) if type(issuer) is str else None
        if code is None:
            return None
        document["issuer"] = code
    return document


_READERS: Final = {
    "birth_date": ("birth_date", _birth_date),
    "sex": ("sex", _sex),
    "nationality": ("nationalities", _nationality),
    "documents": ("documents", _documents),
}
