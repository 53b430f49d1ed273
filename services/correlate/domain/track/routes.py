"""How far along a listed route a subject was seen: a pure function of the set of its sightings.

A *chain* is a run of consecutive waypoints, one sighting each, every leg within its window of travel time. Of the last trip (the chains
that overlap in time with the latest one, directly or through others) the longest chain counts: a second trip is not hidden behind an older, longer one, and
a loop back to an earlier waypoint does not shorten the trip it belongs to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.correlate.domain.screen.parts import is_trailer
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.waypoints import places_at
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import LegWindow, RouteBody, RouteEntry

Way = Literal["forward", "reverse"]


@dataclass(frozen=True, slots=True)
class Chain:
    """Sightings at consecutive waypoints, in order; `at` is the last waypoint's position in the route, `way` the direction travelled."""

    sightings: tuple[Sighting, ...]
    at: int
    way: Way

    @property
    def reached(self) -> int:
        """How many waypoints."""
        return len(self.sightings)

    @property
    def start(self) -> datetime:
        """When the first was reached."""
        return self.sightings[0].occurred_at

    @property
    def end(self) -> datetime:
        """When the last was reached."""
        return self.sightings[-1].occurred_at


@dataclass(slots=True)
class _Link:
    """The best chain that ends at a sighting and waypoint."""

    sighting: Sighting
    at: int
    length: int
    start: datetime
    before: "_Link | None"

    def before_rank(self) -> tuple[int, datetime, datetime, UUID]:
        """As the way to the next waypoint: longer first, then begun later, then reached later; the id settles the rest."""
        return self.length, self.start, self.sighting.occurred_at, self.sighting.sighting_id

    def rank(self) -> tuple[int, datetime, datetime, UUID]:
        """As the end of a trip: longer first, then ended later, then begun later; the id settles the rest."""
        return self.length, self.sighting.occurred_at, self.start, self.sighting.sighting_id


def leg(body: RouteBody, at: int, way: Way, policy: TrackPolicy) -> LegWindow:
    """The window of the leg that ends at a waypoint, travelled in a direction."""
    window = body.waypoints[at if way == "forward" else at + 1].window
    return window or LegWindow(min=timedelta(0), max=policy.leg_without_window)


def _sorts(sighting: Sighting) -> set[SubjectKind]:
    """As what a route may track it: a trailer is a vehicle too."""
    conveyance = sighting.seen.conveyance
    pulled = sighting.subject.kind is SubjectKind.VEHICLE and conveyance is not None and is_trailer(conveyance.role)
    return {sighting.subject.kind, SubjectKind.TRAILER} if pulled else {sighting.subject.kind}


def follows(route: RouteEntry, sighting: Sighting, active: Callable[[UUID, datetime], bool]) -> bool:
    """Whether a sighting can count on a route: of what the route tracks, by a listed mode, while the route is in force."""
    body, at = route.body, sighting.occurred_at
    tracked = bool(_sorts(sighting) & set(body.subjects)) if body.subjects else sighting.carries
    return (
        tracked
        and sighting.place is not None
        and (not body.modes or sighting.mode is None or sighting.mode in body.modes)
        and (body.valid_from is None or body.valid_from <= at)
        and (body.valid_to is None or at < body.valid_to)
        and active(route.entry_id, at)
    )


def _links(body: RouteBody, seen: Sequence[tuple[Sighting, tuple[int, ...]]], way: Way, policy: TrackPolicy) -> list[_Link]:
    """The best link of every sighting at each of its waypoints; `seen` in order of time."""
    step = -1 if way == "forward" else 1
    ends: list[list[_Link]] = [[] for _ in body.waypoints]
    every: list[_Link] = []
    for sighting, positions in seen:
        made = []
        for at in positions:
            before = at + step
            best: _Link | None = None
            if 0 <= before < len(ends):
                window = leg(body, at, way, policy)
                for link in reversed(ends[before]):
                    took = sighting.occurred_at - link.sighting.occurred_at
                    if took > window.max:
                        break
                    if took >= window.min and (best is None or link.before_rank() > best.before_rank()):
                        best = link
            start = best.start if best else sighting.occurred_at
            made.append(_Link(sighting, at, best.length + 1 if best else 1, start, best))
        for link in made:  # a sighting at two waypoints at once is not a leg between them
            ends[link.at].append(link)
        every += made
    return every


def _last_trip(links: list[tuple[_Link, Way]]) -> tuple[_Link, Way]:
    """The longest link among those that overlap in time with the latest one, directly or through others."""
    links.sort(key=lambda one: (one[0].sighting.occurred_at, one[0].rank(), one[1]), reverse=True)
    began = links[0][0].start
    trip = []
    for link, way in links:
        if link.sighting.occurred_at < began:
            break
        began = min(began, link.start)
        trip.append((link, way))
    return max(trip, key=lambda one: (one[0].rank(), one[1]))


Seen = Sequence[tuple[Sighting, tuple[int, ...]]]
"""Sightings with the waypoints that each lies at, in order of time."""


def progress(
    route: RouteEntry, sightings: Sequence[Sighting], active: Callable[[UUID, datetime], bool], policy: TrackPolicy
) -> Chain | None:
    """The longest valid chain of the last trip, None below the route's least number of waypoints.

    The last trip is that of the latest sighting with which a chain ends, seen from the horizon before it up to it: what else was seen, before
    or after, has no part in it. `sightings` stand (see `revisions.standing`) and are in order of time.
    """
    seen = [
        (sighting, positions)
        for sighting in sightings
        if sighting.place is not None
        and (positions := places_at(route.body, sighting.place))
        and follows(route, sighting, active)
    ]
    found = _chains(route.body, seen, policy)
    if not found:
        return None
    if seen[-1][0].occurred_at - seen[0][0].occurred_at <= policy.horizon:
        return _chain(*_last_trip(found))
    for end in sorted({link.sighting.occurred_at for link, _ in found}, reverse=True):
        within = [one for one in seen if end - policy.horizon <= one[0].occurred_at <= end]
        if trip := _chains(route.body, within, policy):
            return _chain(*_last_trip(trip))
    return None


def _chains(body: RouteBody, seen: Seen, policy: TrackPolicy) -> list[tuple[_Link, Way]]:
    """The best chain that ends at each sighting, those of enough waypoints."""
    if len(seen) < body.least_waypoints:
        return []
    ways: tuple[Way, ...] = ("forward", "reverse") if body.direction == "both" else (body.direction,)
    return [(link, way) for way in ways for link in _links(body, seen, way, policy) if link.length >= body.least_waypoints]


def _chain(last: _Link, way: Way) -> Chain:
    links: list[Sighting] = []
    link: _Link | None = last
    while link is not None:
        links.append(link.sighting)
        link = link.before
    return Chain(tuple(reversed(links)), last.at, way)
