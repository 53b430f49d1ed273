"""Persons and their documents, made canonical."""

from datetime import date
from typing import Any, Final

from services.ingest.domain.countries import is_country
from services.ingest.domain.findings import Findings, Path
from services.ingest.domain.identifiers import document_number
from services.ingest.domain.names import name_parts, words
from services.ingest.domain.submitted_parts import SubmittedDocument, SubmittedName, SubmittedPerson
from services.ingest.domain.zones import Zone, read_zone

_SEX: Final = {
    "M": "M", "MALE": "M", "H": "M", "HOMBRE": "M", "MASCULINO": "M", "F": "F", "FEMALE": "F", "MUJER": "F", "FEMENINO": "F",
    "X": "X", "<": "X", "U": "X",
}  # fmt: skip
"""ICAO 9303 has M, F and X; the words are those of the region's forms."""


def canonical_person(person: SubmittedPerson, path: Path, on: date, found: Findings) -> dict[str, Any]:
    """A person with what says something. `on` is the day of the event, by which documents expire."""
    if person.__pydantic_extra__:
        found.put_aside(person, path)
    made: dict[str, Any] = {}
    if person.role:
        made["role"] = person.role.lower()
    if person.name is not None and (name := _name(person.name, path, found)):
        made["name"] = name
    _describe(person, made, path, on, found)
    if person.documents:
        made["documents"] = [
            canonical_document(document, (*path, "documents", index), on, found)
            for index, document in enumerate(person.documents)
        ]
    return made


def _name(name: SubmittedName, path: Path, found: Findings) -> dict[str, str]:
    if name.__pydantic_extra__:
        found.put_aside(name, (*path, "name"))
    return name_parts(name)


def _describe(person: SubmittedPerson, made: dict[str, Any], path: Path, on: date, found: Findings) -> None:
    if person.birth_date:
        made["birth_date"] = person.birth_date
        if person.birth_date > on.isoformat():
            found.flag((*path, "birth_date"), "after_the_event", "the birth date lies after the event")
    if person.sex:
        made["sex"] = _sex(person.sex, path, found)
    if person.nationalities and (nations := _nations(person.nationalities, path, found)):
        made["nationalities"] = nations
    if person.birth_place and (birth_place := words(person.birth_place)):
        made["birth_place"] = birth_place


def _sex(text: str, path: Path, found: Findings) -> str:
    known = _SEX.get(text.upper())
    if known is None:
        found.flag((*path, "sex"), "unknown_value", "none of M, F and X")
    return known or text


def _nations(given: list[str | None], path: Path, found: Findings) -> list[str]:
    nations = list(dict.fromkeys(nation for nation in given if nation))
    for index, nation in enumerate(given):
        if nation:
            check_country(nation, (*path, "nationalities", index), found)
    return nations


def check_country(code: str, path: Path, found: Findings) -> str:
    """The code, flagged where nobody has it."""
    if not is_country(code):
        found.flag(path, "unknown_country", "no country has this code")
    return code


def canonical_document(document: SubmittedDocument, path: Path, on: date, found: Findings) -> dict[str, Any]:
    """A document. What its machine readable zone says fills what was left out, and is flagged where it says otherwise."""
    if document.__pydantic_extra__:
        found.put_aside(document, path)
    kind = document.type.lower().replace(" ", "_").replace("-", "_") if document.type else "unknown"
    number, issuer, expires = document.number or "", document.issuer, document.expires
    made: dict[str, Any] = {"type": kind, "number": number}
    verified: bool | None = None
    if document.mrz:
        made["mrz"] = document.mrz
        zone = read_zone(document.mrz)
        if zone is None:
            found.flag((*path, "mrz"), "unreadable", "no machine readable zone of ICAO 9303")
            made["number"] = number = number or document.mrz[:64]
        else:
            verified = _compare(zone, number, path, found)
            made["number"] = number = number or zone.number or "unknown"
            issuer, expires = issuer or zone.issuer, expires or zone.expires
    if issuer:
        made["issuer"] = check_country(issuer, (*path, "issuer"), found)
    if expires:
        made["expires"] = expires.isoformat()
        if expires < on:
            found.flag((*path, "expires"), "expired", "the document had expired")
    normalised, own = document_number(kind, issuer, number)
    if own is False:
        found.flag((*path, "number"), "does_not_verify", "the number does not verify against its register's rule")
    found.derive(made, normalised=normalised or number, verified=own if verified is None else verified)
    return made


def _compare(zone: Zone, number: str, path: Path, found: Findings) -> bool:
    if not zone.verified:
        found.flag((*path, "mrz"), "does_not_verify", "a check digit of the machine readable zone is wrong")
    if number and zone.number and document_number("", None, number)[0] != zone.number:
        found.flag((*path, "number"), "differs_from_mrz", "the number is not the one of the machine readable zone")
    return zone.verified
