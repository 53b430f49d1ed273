"""Where a subject is expected next, and which nation holds that place.

On a listed route the window is the issuer's own for the leg. Off a route it is the road's length over stated bounds of speed. Neither is
an estimate from data, so no probability is told.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Protocol

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.routes import Chain
from services.correlate.domain.waypoints import nations_near, place_nations, waypoint_place
from shared.contracts.alerts import ArrivalWindow, NextCheckpoint
from shared.contracts.events import EventKind, Place
from shared.contracts.places.register import Checkpoint, normal_code
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import Direction, Mode, SubjectKind
from shared.contracts.watchlist import RouteBody

_ON_ROADS = frozenset({Mode.ROAD, Mode.FOOT, None})
_COUNTRY = re.compile(r"[A-Z]{2}")
_GATES = {"US": "MX", "CA": "MX", "CO": "PA", "VE": "PA", "EC": "PA", "PE": "PA"}
"""Nations beyond the register's roads, and the one of its nations that every way over land to them leads through. To others one flies or sails."""


class Places(Protocol):
    """The register of checkpoints, as far as prediction needs it; `shared.contracts.places` is one. Its answers never change."""

    def __hash__(self) -> int:
        """Prediction remembers what it was told, by register."""
        ...

    def checkpoint(self, code: str) -> Checkpoint | None:
        """The checkpoint of a code."""
        ...

    def road_km(self, a: str, b: str) -> float | None:
        """The way by road between two posts, in km; None where it is not known."""
        ...

    def posts_of(self, nation: str) -> Sequence[Checkpoint]:
        """The border posts that a nation holds."""
        ...


def nation_entered(sighting: Sighting) -> str | None:
    """The nation that the subject is in after the sighting; None where direction and place do not tell."""
    nations = place_nations(sighting.place) if sighting.place else ()
    if sighting.direction is Direction.EXIT:
        others = [nation for nation in nations if nation != sighting.nation]
        return others[0] if len(others) == 1 else None
    return sighting.nation if sighting.direction is not None else None


def _holder(nations: Sequence[str], current: str | None) -> str | None:
    """Of the nations that hold a place, the one that is not where the subject is: it still has time to act."""
    others = [nation for nation in nations if nation != current]
    return next(iter(others or nations), None)


def along_route(body: RouteBody, chain: Chain, policy: TrackPolicy) -> tuple[NextCheckpoint, ...]:
    """The waypoints ahead, nearest first, each with the sum of the issuer's windows; stops at a leg without a window or with an absurd one."""
    last = chain.sightings[-1]
    if last.kind is EventKind.SEIZURE:
        return ()
    step = 1 if chain.way == "forward" else -1
    current = nation_entered(last)
    ahead: list[NextCheckpoint] = []
    least = most = timedelta(0)
    at = chain.at + step
    while 0 <= at < len(body.waypoints) and len(ahead) < policy.most_next:
        window = body.waypoints[at if step == 1 else at + 1].window
        if window is None or window.max > policy.longest_leg or window.min > policy.longest_leg:
            break
        least, most = least + window.min, most + window.max
        place = waypoint_place(body.waypoints[at])
        nation = _holder(nations_near(place) if place else (), current)
        if place is not None and nation is not None:
            bounds = ArrivalWindow(from_=last.occurred_at + least, to=last.occurred_at + most)
            ahead.append(NextCheckpoint(place=place, nation=nation, window=bounds))
            current = nation
        at += step
    return tuple(ahead)


_Onward = tuple[float, float, Checkpoint]
"""The whole way to the goal and the way to the post, in km, and the post."""


def _nation_by_nation(posts: list[_Onward], nation: str) -> list[_Onward]:
    """The nearest post to each neighbour first, then the rest: a word to three nations serves more than three posts of one."""
    first: list[_Onward] = []
    rest: list[_Onward] = []
    told: set[frozenset[str]] = set()
    for one in posts:
        beyond = frozenset(one[2].nations) - {nation}
        (rest if beyond in told else first).append(one)
        told.add(beyond)
    return first + rest


def _destination(declared: str | None, places: Places) -> str | None:
    """The nation of a declared destination: a country, or a place of the register; None where words name none (`COLON` is no code of Colombia)."""
    code = normal_code(declared or "")
    if _COUNTRY.fullmatch(code):
        return code
    known = places.checkpoint(code) if code else None
    return known.nations[0] if known and len(known.nations) == 1 else None


def _to_goal(code: str, goal: str, places: Places) -> float | None:
    """The shortest way by road from a place to a post of the goal; None where no way is known."""
    ways = (places.road_km(code, post.code) for post in places.posts_of(goal))
    return min((km for km in ways if km is not None), default=None)


@lru_cache(maxsize=4096)
def _onward(here: str, left: frozenset[str], nation: str, goal: str | None, places: Places) -> tuple[_Onward, ...]:
    """Posts of a nation that lead out of it, the most likely first: with a goal those nearer to it, by the whole way, else by the way to the post."""
    found = []
    own = _to_goal(here, goal, places) if goal else None
    for post in places.posts_of(nation):
        way = places.road_km(here, post.code)
        beyond = frozenset(post.nations) - {nation}
        if post.code == here or way is None or (beyond <= left and goal not in beyond):
            continue
        rest = _to_goal(post.code, goal, places) if goal else 0.0
        if rest is not None and (goal is None or own is None or rest < own):
            found.append((way + rest, way, post))
    found.sort(key=lambda one: (one[0], one[2].code))
    return tuple(found if goal else _nation_by_nation(found, nation))


def _by_road(sighting: Sighting) -> bool:
    """Whether it goes on by road: over a river goes who is ferried to the next road, unless it is the vessel itself."""
    return sighting.mode in _ON_ROADS or (sighting.mode is Mode.RIVER and sighting.subject.kind is not SubjectKind.VESSEL)


def off_route(last: Sighting, places: Places | None, policy: TrackPolicy) -> tuple[NextCheckpoint, ...]:
    """The posts by which the subject can leave the nation that it entered, at most `policy.most_next`, by the road and stated speeds.

    Nothing where it has arrived (the nation is its declared destination), goes by sea, air or rail, is held by a seizure, or where what it
    declared and the way that it went contradict each other.
    """
    nation = nation_entered(last)
    known = places.checkpoint(last.place.code) if places and last.place and last.place.code else None
    if places is None or known is None or nation is None or not _by_road(last) or last.kind is EventKind.SEIZURE:
        return ()
    declared = _destination(last.destination, places)
    goal = _GATES.get(declared, declared) if declared else None
    if goal == nation:
        return ()
    left = frozenset(known.nations) - {nation}
    ahead = []
    for _, way, post in _onward(known.code, left, nation, goal, places)[: policy.most_next]:
        bounds = ArrivalWindow(
            from_=last.occurred_at + timedelta(hours=way / policy.fastest_kmh),
            to=last.occurred_at + timedelta(hours=way / policy.slowest_kmh) + policy.rest,
        )
        place = Place(code=post.code, lat=post.lat, lon=post.lon, name=post.name, nations=post.nations)
        holder = _holder(post.nations, nation)
        if holder is not None:
            ahead.append(NextCheckpoint(place=place, nation=holder, window=bounds))
    return tuple(ahead)
