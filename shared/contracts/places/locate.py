"""Completing a reported place from the register."""

import re
from functools import cache

from shared.contracts.events import Place
from shared.contracts.places.register import Checkpoint, checkpoint, near, normal_code, register

_BORDER_POST = re.compile(r"([A-Z]{2})-([A-Z]{2})-\d+")
_UNLOCODE = re.compile(r"([A-Z]{2})[A-Z2-9]{3}")


@cache
def _widest_km() -> float:
    return max(place.radius_km for place in register().values())


def _at(lat: float, lon: float) -> Checkpoint | None:
    """The checkpoint whose radius holds the position: a border post before a port or airport, then the nearest."""
    found = [(place.kind != "border", km, place) for km, place in near(lat, lon, _widest_km()) if km <= place.radius_km]
    return min(found, key=lambda one: one[:2])[2] if found else None


def nations_of_code(code: str) -> tuple[str, ...]:
    """The nations that a code names by its form, also where the register does not know it."""
    if post := _BORDER_POST.fullmatch(code):
        return post[1], post[2]
    return (place[1],) if (place := _UNLOCODE.fullmatch(code)) else ()


def locate(place: Place) -> Place:
    """The place with what the register adds: name, position and nations by its code, or the code by its position.

    What was reported stays: a known code keeps its order of nations, a position beside a code is not moved. A place that is
    in no checkpoint's radius comes back as it was. Locating twice changes nothing more.
    """
    code = normal_code(place.code) if place.code else None
    found = checkpoint(code) if code else None
    if code is None and place.lat is not None and place.lon is not None:
        found = _at(place.lat, place.lon)
        code = found.code if found else None
    positioned = place.lat is not None and place.lon is not None
    return Place(
        code=code,
        lat=place.lat if positioned or found is None else found.lat,
        lon=place.lon if positioned or found is None else found.lon,
        name=place.name or (found.name if found else None),
        nations=place.nations or (found.nations if found else nations_of_code(code or "")),
    )
