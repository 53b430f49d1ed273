"""The corridor from Panama City to Tecún Umán, and the one vehicle that drives it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from services.cli.demo.crossing import Crossing, crossing
from services.cli.demo.nations import CORRIDOR
from services.cli.demo.sources import corridor
from shared.contracts.places import road_km

FASTEST_KMH = 95.0
SLOWEST_KMH = 20.0
LONGEST_WAIT = timedelta(hours=24)
"""A leg takes at least its road at FASTEST_KMH, at most its road at SLOWEST_KMH and LONGEST_WAIT at the border."""

DRIVEN_KMH = (42.0, 58.0)
WAITED = (timedelta(hours=1), timedelta(hours=4))
LAST_SEEN_BEFORE = timedelta(minutes=25)
"""How long ago the vehicle was seen last."""

ABOUT = "corridor"


@dataclass(frozen=True, slots=True)
class Leg:
    """From one post to the next."""

    start: str
    end: str
    km: float

    @property
    def shortest(self) -> timedelta:
        """The least time it takes."""
        return timedelta(minutes=round(60 * self.km / FASTEST_KMH))

    @property
    def longest(self) -> timedelta:
        """The most it takes."""
        return timedelta(minutes=round(60 * self.km / SLOWEST_KMH)) + LONGEST_WAIT


def legs() -> list[Leg]:
    """The legs with their road distances."""
    found = []
    for start, end in pairwise(corridor()["posts"]):
        km = road_km(start, end)
        if km is None:
            message = f"no road is known between {start} and {end}"
            raise ValueError(message)
        found.append(Leg(start, end, km))
    return found


def _duration(value: timedelta) -> str:
    return f"PT{int(value.total_seconds()) // 60}M"


def route() -> dict[str, Any]:
    """The watchlist entry of the corridor, as the API takes it."""
    way = legs()
    windows = [{"min": _duration(leg.shortest), "max": _duration(leg.longest)} for leg in way]
    waypoints: list[dict[str, Any]] = [{"place": {"code": way[0].start}}]
    waypoints += [{"place": {"code": leg.end}, "window": window} for leg, window in zip(way, windows, strict=True)]
    return {
        "name": corridor()["name"],
        "direction": "forward",
        "modes": ["road"],
        "severity": "high",
        "requested_action": "SPECIFIC_CHECK",
        "waypoints": waypoints,
        "least_waypoints": 2,
        "reason": f"demonstration; windows from road distances at {SLOWEST_KMH:g} to {FASTEST_KMH:g} km/h",
        "handling": {"tlp": "AMBER", "releasable_to": list(CORRIDOR)},
    }


def plate(run: str) -> str:
    """Of the vehicle that drives the corridor."""
    return f"GENC{run}"


def subject(run: str) -> str:
    """The key under which the vehicle is seen again."""
    return f"vehicle:PA:{plate(run)}"


def timetable(rng: Random, now: datetime) -> list[tuple[str, datetime]]:
    """When it is seen at each post but the last, so that the last sighting lies shortly before `now`."""
    elapsed = [timedelta(0)]
    for leg in legs()[:-1]:
        driven = timedelta(hours=leg.km / rng.uniform(*DRIVEN_KMH))
        waited = WAITED[0] + (WAITED[1] - WAITED[0]) * rng.random()
        elapsed.append(elapsed[-1] + driven + waited)
    began = now - LAST_SEEN_BEFORE - elapsed[-1]
    return [(post, began + after) for post, after in zip(corridor()["posts"], elapsed, strict=False)]


def drive(rng: Random, now: datetime, run: str, driver: dict[str, Any]) -> list[Crossing]:
    """The vehicle's crossings from south to north, each reported by the nation it enters."""
    return [
        crossing(
            f"{run}-CORRIDOR-{number}",
            nation,
            post,
            at,
            releasable_to=CORRIDOR,
            about=ABOUT,
            persons=[driver],
            conveyances=[{"kind": "vehicle", "role": "tractor", "plate": plate(run), "country": "PA"}],
            declared={"origin": "PA", "destination": "MX"},
        )
        for number, (nation, (post, at)) in enumerate(zip(CORRIDOR, timetable(rng, now), strict=False), start=1)
    ]
