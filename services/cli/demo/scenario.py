"""All that is played, and what must come of it: a value, made before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from services.cli.demo import corridor, expected, listed, seizures, sources
from services.cli.demo.crossing import Crossing
from services.cli.demo.expected import About
from services.cli.demo.nations import agency_of
from services.cli.demo.strangers import Namesakes, Strangers, names_of

LISTED = 16


@dataclass(frozen=True, slots=True)
class Seizure:
    """What is produced to the raw topic, and for which agency."""

    nation: str
    body: dict[str, Any]

    @property
    def agency(self) -> str:
        """Who reports it."""
        return agency_of(self.nation)


@dataclass(frozen=True)
class Scenario:
    """Entries of the list, the route, what is played in which order, and the alerts that must be raised, with who must receive each."""

    run: str
    entries: tuple[dict[str, Any], ...]
    route: dict[str, Any]
    crossings: tuple[Crossing, ...]
    seizures: tuple[Seizure, ...]
    due: Mapping[About, frozenset[str]]

    @property
    def nations(self) -> frozenset[str]:
        """Those whose agencies report something."""
        return frozenset(one.nation for one in self.crossings) | frozenset(one.nation for one in self.seizures)


def make(seed: int, strangers: int, now: datetime, run: str) -> Scenario:
    """The scenario of a seed. `run` makes the ids of this run its own, so that it can be played twice into one system."""
    rng = Random(seed)
    entries = sources.entries()
    chosen = listed.choose(rng, entries, LISTED)
    narrowed = {entry["source_id"]: listed.narrow(entry, number) for number, entry in enumerate(chosen)}
    published = tuple(narrowed.get(entry["source_id"], entry) for entry in entries)
    drawn = Strangers(rng, Namesakes(names_of(entries)), run)
    crowd = list(drawn.crossings(strangers, now))
    driven = corridor.drive(rng, now, run, drawn.person(strangers, "driver"))
    special = [*listed.crossings(rng, chosen, now, run), *driven]
    played = _mixed(rng, crowd, special, driven)
    route, rows = corridor.route(), sources.seizure_rows()
    return Scenario(
        run=run,
        entries=published,
        route=route,
        crossings=tuple(played),
        seizures=tuple(
            Seizure(row["country"], seizures.message(row, day, run))
            for row, day in zip(rows, seizures.moved(rows, now.date()), strict=True)
        ),
        due=expected.due(published, route, played, rows, run),
    )


def _mixed(rng: Random, crowd: list[Crossing], special: list[Crossing], driven: list[Crossing]) -> list[Crossing]:
    """The few spread over the many; the vehicle's own crossings stay in the order in which it drove."""
    places = sorted(rng.sample(range(len(crowd) + len(special)), len(special)))
    rng.shuffle(special)
    on_the_road = iter(driven)
    ordered = iter([next(on_the_road) if one.about == corridor.ABOUT else one for one in special])
    rest, taken = iter(crowd), frozenset(places)
    return [next(ordered) if place in taken else next(rest) for place in range(len(crowd) + len(special))]
