"""The checkpoints by code and by position. Read once, at first use; nothing of it changes afterwards."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, radians
from typing import Any, Literal, cast

from shapely import STRtree, box, points

from shared.contracts.places.geodesy import DEGREE_KM, kilometres

Kind = Literal["border", "port", "airport", "town"]

_SPACES = re.compile(r"\s+")
_POST = re.compile(r"([A-Z]{2})-([A-Z]{2})-(\d{2})")
_NEAREST_POLE = 0.01
"""Least cosine of a latitude: a search box at a pole is as wide as the world, not infinite."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place with a code. `nations` are the one or two that hold it; a position within `radius_km` may be taken for it."""

    code: str
    name: str
    lat: float
    lon: float
    nations: tuple[str, ...]
    kind: Kind
    radius_km: float


def table(name: str) -> Iterator[dict[str, str]]:
    """The rows of a data file of this package."""
    yield from csv.DictReader(files(__package__).joinpath("data", name).read_text(encoding="utf-8").splitlines())


@cache
def register() -> dict[str, Checkpoint]:
    """Every checkpoint by its code."""
    return {
        row["code"]: Checkpoint(
            code=row["code"],
            name=row["name"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            nations=tuple(row["nations"].split()),
            kind=cast("Kind", row["kind"]),
            radius_km=float(row["radius_km"]),
        )
        for row in table("checkpoints.csv")
    }


def normal_code(code: str) -> str:
    """A code as the register writes it: UN/LOCODE is also written `GT CTU` or in small letters."""
    return _SPACES.sub("", code).upper()


def checkpoint(code: str) -> Checkpoint | None:
    """The checkpoint of a code. A border post is found with its two nations in either order (`CR-NI-01` is `NI-CR-01`)."""
    normal = normal_code(code)
    found = register().get(normal)
    if found is None and (post := _POST.fullmatch(normal)):
        found = register().get(f"{post[2]}-{post[1]}-{post[3]}")
    return found


@cache
def _index() -> tuple[Any, tuple[Checkpoint, ...]]:
    """Border posts, ports and airports by position; a town is no place where one is checked."""
    places = tuple(place for place in register().values() if place.kind != "town")
    return STRtree(points([(place.lon, place.lat) for place in places])), places


def near(lat: float, lon: float, within_km: float) -> list[tuple[float, Checkpoint]]:
    """Border posts, ports and airports within a distance, nearest first, each with its distance in km."""
    tree, places = _index()
    high = within_km / DEGREE_KM
    wide = high / max(cos(radians(min(90.0, abs(lat) + high))), _NEAREST_POLE)
    rough = tree.query(box(lon - wide, lat - high, lon + wide, lat + high))
    found = [(kilometres(lat, lon, places[at].lat, places[at].lon), places[at]) for at in rough]
    return sorted((pair for pair in found if pair[0] <= within_km), key=lambda pair: (pair[0], pair[1].code))


def nearest(lat: float, lon: float, within_km: float) -> Checkpoint | None:
    """The border post, port or airport nearest to a position, None where there is none within the distance."""
    found = near(lat, lon, within_km)
    return found[0][1] if found else None


@cache
def posts_of(nation: str) -> tuple[Checkpoint, ...]:
    """The land border posts that a nation holds, by code."""
    posts = (place for place in register().values() if place.kind == "border" and nation in place.nations)
    return tuple(sorted(posts, key=lambda post: post.code))
