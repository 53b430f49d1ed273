"""Seizures that lie on a watchlisted route."""

from services.correlate.domain.screen.hits import route_hit
from services.correlate.domain.waypoints import place_nations, places_at, route_nations
from shared.contracts.base import Text
from shared.contracts.events import EventKind, Place, SeizureRoute
from shared.contracts.explanation import Evidence, Hit
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteBody, RouteEntry


def _in_order(body: RouteBody, start: str, ends: frozenset[str]) -> str | None:
    """The first of `ends` that the route reaches from `start`, in a direction it is listed for."""
    nations = route_nations(body)
    ways = {"forward": (nations,), "reverse": (nations[::-1],), "both": (nations, nations[::-1])}[body.direction]
    for way in ways:
        if start in way:
            after = way[way.index(start) + 1 :]
            for nation in after:
                if nation in ends and nation != start:
                    return nation
    return None


def _evidence(body: RouteBody, place: Place | None, nation: str, route: SeizureRoute | None) -> Evidence | None:
    if place is not None and (at := places_at(body, place)):
        return Evidence(listed={"waypoint": at[0] + 1}, seen={"place": place.code}, how="at a waypoint", weight=1.0)
    if route is None or route.departure is None:
        return None
    ends = frozenset(((place_nations(place) if place else ()) or (nation,)) + ((route.destination,) if route.destination else ()))
    reached = _in_order(body, route.departure, ends)
    if reached is None:
        return None
    return Evidence(
        listed={"nations": list(route_nations(body))},
        seen={"departure": route.departure, "reached": reached},
        how="nations in the route's order",
        weight=0.5,
    )


def _holds(entry: RouteEntry, seizure: Sighting) -> bool:
    body, at = entry.body, seizure.occurred_at
    return (
        entry.alerts
        and (body.valid_from is None or body.valid_from <= at)
        and (body.valid_to is None or at < body.valid_to)
        and (not body.modes or seizure.mode is None or seizure.mode in body.modes)
    )


def seizure_route_hit(entry: RouteEntry, seizure: Sighting, list_version: int) -> Hit | None:
    """The hit of a seizure on a route: its place is a waypoint, or its departure and what it reached follow each other on the route."""
    if seizure.kind is not EventKind.SEIZURE or not _holds(entry, seizure):
        return None
    evidence = _evidence(entry.body, seizure.place, seizure.nation, seizure.seen.seizure_route)
    if evidence is None:
        return None
    name = entry.body.name
    sentence = Text(
        es=f"El decomiso está sobre la ruta «{name}» de la lista.", en=f"The seizure lies on the watchlisted route “{name}”."
    )
    return route_hit(entry, explanation=(evidence,), sentence=sentence, list_version=list_version)
