"""Conveyances, containers, cargo, declarations, places and what was seized, made canonical."""

import re
from collections.abc import Callable
from typing import Any, Final, Protocol

from services.ingest.domain.findings import Findings, Path
from services.ingest.domain.identifiers import Verdict, compact, container, imo_number, mmsi, vin
from services.ingest.domain.names import words
from services.ingest.domain.persons import check_country
from services.ingest.domain.quantities import normalise_quantity
from services.ingest.domain.submitted_parts import (
    Submitted,
    SubmittedCargo,
    SubmittedContainer,
    SubmittedConveyance,
    SubmittedDeclaration,
    SubmittedPlace,
    SubmittedSeized,
)
from services.ingest.domain.values import plain
from shared.contracts.events import Place


class Register(Protocol):
    """The register of checkpoints."""

    def coded(self, code: str) -> Place | None:
        """The checkpoint of a code."""
        ...

    def around(self, lat: float, lon: float) -> Place | None:
        """The checkpoint within whose radius a position lies."""
        ...


_HS_CODE: Final = re.compile(r"\d{4}(\d{2}){0,3}")
_CODE: Final = re.compile(r"[A-Za-z]{2}(-?[A-Za-z0-9]{2,8}){0,3}")
_NUMBERS: Final[tuple[tuple[str, Callable[[str], Verdict]], ...]] = (("vin", vin), ("imo", imo_number), ("mmsi", mmsi))


def canonical_place(place: SubmittedPlace, register: Register, found: Findings) -> dict[str, Any]:
    """A place. What was reported stays; the register adds what it knows, and a code that it does not know is flagged."""
    _aside(place, ("place",), found)
    made: dict[str, Any] = {}
    if place.lat is not None and place.lon is not None:
        made["lat"], made["lon"] = place.lat, place.lon
        known = register.coded(place.code) if place.code else register.around(place.lat, place.lon)
    else:
        known = register.coded(place.code or "")
    if place.code:
        made["code"] = place.code
    if known is not None:
        added = {"code": known.code, "lat": known.lat, "lon": known.lon, "name": known.name, "nations": known.nations}
        found.derive(made, **{name: value for name, value in added.items() if name not in made})
    elif place.code:
        found.flag(("place", "code"), "unknown_place", "no checkpoint of the register has this code")
    return made


def canonical_conveyance(conveyance: SubmittedConveyance, path: Path, found: Findings) -> dict[str, Any]:
    """A conveyance with its numbers in the form they are compared in."""
    _aside(conveyance, path, found)
    made: dict[str, Any] = {"kind": conveyance.kind.value}
    if conveyance.role:
        made["role"] = conveyance.role.lower()
    if conveyance.plate and (plate := compact(conveyance.plate)):
        made["plate"] = plate
    if conveyance.country:
        made["country"] = check_country(conveyance.country, (*path, "country"), found)
    for name, check in _NUMBERS:
        given = getattr(conveyance, name)
        if given:
            number, verified = check(given)
            if number:
                made[name] = number
            if verified is False:
                found.flag((*path, name), "does_not_verify", f"the {name.upper()} does not verify")
    if conveyance.registration and (registration := compact(conveyance.registration)):
        made["registration"] = registration
    if called := words(conveyance.name):
        made["name"] = called
    return made


def canonical_container(given: SubmittedContainer, path: Path, found: Findings) -> dict[str, Any]:
    """A container by its ISO 6346 number."""
    _aside(given, path, found)
    number, verified = container(given.number)
    if not verified:
        found.flag((*path, "number"), "does_not_verify", "the number does not verify by ISO 6346")
    made: dict[str, Any] = {"number": number or given.number}
    if seals := [seal for text in given.seals or () if (seal := compact(text))]:
        made["seals"] = seals
    return made


def canonical_cargo(cargo: SubmittedCargo, path: Path, found: Findings) -> dict[str, Any]:
    """Goods."""
    _aside(cargo, path, found)
    made = texts(description=cargo.description, consignor=cargo.consignor, consignee=cargo.consignee)
    if cargo.hs_code and (code := compact(cargo.hs_code)):
        made["hs_code"] = code
        if not _HS_CODE.fullmatch(code):
            found.flag((*path, "hs_code"), "unknown_value", "no code of the Harmonized System has this shape")
    if cargo.weight_kg is not None:
        made["weight_kg"] = plain(cargo.weight_kg)
    return made


def canonical_declaration(declared: SubmittedDeclaration, found: Findings) -> dict[str, Any]:
    """What was declared; codes of countries and places in capitals, words as they are."""
    _aside(declared, ("declared",), found)
    made = texts(origin=declared.origin, destination=declared.destination)
    for name, text in made.items():
        if _CODE.fullmatch(text) and (len(text) == 2 or "-" in text or text.isupper()):  # noqa: PLR2004 - letters of a country code
            made[name] = text.upper()
    for index, money in enumerate(declared.money or ()):
        _aside(money, ("declared", "money", index), found)
        made.setdefault("money", []).append({"amount": plain(money.amount), "currency": money.currency.upper()})
    return made


def canonical_seized(seized: SubmittedSeized, path: Path, found: Findings) -> dict[str, Any]:
    """A thing seized. The digest covers quantity and unit as reported; the canonical ones are derived."""
    _aside(seized, path, found)
    made: dict[str, Any] = {"category": seized.category.value, **texts(substance=seized.substance, form=seized.form)}
    made |= texts(make=seized.make, calibre=seized.calibre)
    if seized.serial and (serial := compact(seized.serial)):
        made["serial"] = serial
    if seized.count is not None:
        made["count"] = seized.count
    if seized.unit:
        made["original_unit"] = seized.unit
    if seized.quantity is not None:
        made["original_quantity"] = plain(seized.quantity)
        quantity = normalise_quantity(seized.category, seized.quantity, seized.unit)
        if not quantity.known:
            found.flag((*path, "unit"), "unknown_unit", "no unit that can be converted: quantity and unit are kept as they came")
        found.derive(made, quantity=quantity.number, unit=quantity.unit)
    return made


def texts(**given: str | None) -> dict[str, Any]:
    """Those texts that say something."""
    return {name: text for name, value in given.items() if (text := words(value)) is not None}


def _aside(part: Submitted, path: Path, found: Findings) -> None:
    if part.__pydantic_extra__:
        found.put_aside(part, path)
