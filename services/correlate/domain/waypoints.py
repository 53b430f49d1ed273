"""Which waypoints of a route a place lies at, and which nations the route goes through, in order."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shapely import centroid as centroid_of
from shapely import get_coordinates, intersects_xy, polygons, prepare

from shared.contracts.events import Place
from shared.contracts.places.geodesy import kilometres
from shared.contracts.places.locate import nations_of_code
from shared.contracts.places.register import checkpoint, nearest, normal_code
from shared.contracts.watchlist import Geofence, RouteBody, Waypoint

_NEAREST_CHECKPOINT_KM = 10.0
"""How near a position must be to a waypoint that the register does not know the radius of."""

_NATION_WITHIN_KM = 100.0
"""How far a checkpoint may be for its nations to be told as those of a position; beyond it is open sea or another land."""


@lru_cache(maxsize=4096)
def _canonical(code: str) -> str:
    """The code that the register calls a place by: a border post may be written from either side."""
    found = checkpoint(code)
    return found.code if found else normal_code(code)


@lru_cache(maxsize=1024)
def _fence(geofence: Geofence) -> Any:
    fence = polygons(geofence.ring)
    prepare(fence)
    return fence


def _is_inside(waypoint: Waypoint, lat: float, lon: float) -> bool:
    if waypoint.geofence is not None:
        return bool(intersects_xy(_fence(waypoint.geofence), lon, lat))
    return waypoint.place is not None and _is_near(waypoint, waypoint.place, lat, lon)


def _is_near(waypoint: Waypoint, wanted: Place, lat: float, lon: float) -> bool:
    known = checkpoint(wanted.code) if wanted.code else None
    radius = waypoint.radius_km
    if known is not None:
        radius = known.radius_km
    elif wanted.code:
        radius = _NEAREST_CHECKPOINT_KM
    at_lat = wanted.lat if wanted.lat is not None else known.lat if known else None
    at_lon = wanted.lon if wanted.lon is not None else known.lon if known else None
    return at_lat is not None and at_lon is not None and kilometres(at_lat, at_lon, lat, lon) <= radius


@dataclass(frozen=True, slots=True)
class _Map:
    """The waypoints of a route by code, and those that only a position can tell."""

    body: RouteBody
    by_code: dict[str, tuple[int, ...]]
    uncoded: tuple[int, ...]


_maps: dict[int, _Map] = {}
_MOST_MAPS = 4096


def _map(body: RouteBody) -> _Map:
    """Made once for a body; kept by identity, since hashing a body costs more than looking a place up."""
    known = _maps.get(id(body))
    if known is None or known.body is not body:
        by_code: dict[str, tuple[int, ...]] = {}
        uncoded: list[int] = []
        for at, waypoint in enumerate(body.waypoints):
            if waypoint.place is not None and waypoint.place.code:
                code = _canonical(waypoint.place.code)
                by_code[code] = (*by_code.get(code, ()), at)
            else:
                uncoded.append(at)
        if len(_maps) >= _MOST_MAPS:
            _maps.clear()
        known = _maps[id(body)] = _Map(body, by_code, tuple(uncoded))
    return known


def places_at(body: RouteBody, place: Place) -> tuple[int, ...]:
    """The positions of the route's waypoints that a place lies at: most often one, none off the route.

    A place with a code is at the waypoint of that code and at no other with a code; one without, or with a code that neither
    the route nor the register knows, is where its position lies.
    """
    route = _map(body)
    found = route.by_code.get(_canonical(place.code), ()) if place.code else ()
    told = bool(found) or (place.code is not None and checkpoint(place.code) is not None)
    rest = route.uncoded if told else range(len(body.waypoints))
    if rest and place.lat is not None and place.lon is not None:
        found += tuple(at for at in rest if _is_inside(body.waypoints[at], place.lat, place.lon))
    return found


def place_nations(place: Place) -> tuple[str, ...]:
    """The nations that hold a place, as told, else as the register or the code's form says."""
    if place.nations or not place.code:
        return place.nations
    known = checkpoint(place.code)
    return known.nations if known else nations_of_code(normal_code(place.code))


def nations_near(place: Place) -> tuple[str, ...]:
    """The nations that hold a place; where nothing says so, those of the checkpoint nearest to its position."""
    told = place_nations(place)
    if told or place.lat is None or place.lon is None:
        return told
    known = nearest(place.lat, place.lon, _NATION_WITHIN_KM)
    return known.nations if known else ()


def waypoint_place(waypoint: Waypoint) -> Place | None:
    """The place of a waypoint, with position and nations where the register knows it; a fence's by its centre."""
    if waypoint.place is None:
        if waypoint.geofence is None:
            return None
        lon, lat = get_coordinates(centroid_of(_fence(waypoint.geofence)))[0]
        return Place(lat=float(lat), lon=float(lon))
    known = checkpoint(waypoint.place.code) if waypoint.place.code else None
    return waypoint.place.model_copy(
        update={
            "nations": place_nations(waypoint.place),
            "name": waypoint.place.name or (known.name if known else None),
            "lat": waypoint.place.lat if waypoint.place.lat is not None else known.lat if known else None,
            "lon": waypoint.place.lon if waypoint.place.lon is not None else known.lon if known else None,
        }
    )


@lru_cache(maxsize=1024)
def route_nations(body: RouteBody) -> tuple[str, ...]:
    """The nations that the waypoints lie in, in order, neighbours once."""
    every: list[str] = []
    for waypoint in body.waypoints:
        place = waypoint.place
        if place is None:
            continue
        nations = place_nations(place)
        ordered = sorted(nations, key=lambda nation: nation not in every[-2:])
        every += [nation for nation in ordered if not every or every[-1] != nation]
    return tuple(every)
