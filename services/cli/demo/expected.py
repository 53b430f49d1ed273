"""What must arrive where, worked out from what was generated. Nothing here asks the services or uses their code."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.cli.demo import corridor, seizures
from services.cli.demo.crossing import Crossing
from services.cli.demo.nations import LIST_NATION, PARTNERS


class About(NamedTuple):
    """What an alert is about: a cause and the listed entry, the route's vehicle or the route."""

    cause: str
    what: str


class Due(NamedTuple):
    """An alert that a partner must receive."""

    partner: str
    about: About


ROUTE = About("seizure_link", "corridor")


def due(
    entries: Iterable[dict[str, Any]],
    route: dict[str, Any],
    crossings: Sequence[Crossing],
    rows: Iterable[dict[str, str]],
    run: str,
) -> dict[About, frozenset[str]]:
    """The alerts that must be raised, each with the partners that may and must see it (none of them, where it is kept from all)."""
    return {
        **_of_actors(entries, crossings),
        **_of_the_vehicle(route, crossings, run),
        **_of_seizures(route, rows),
    }


def pairs(alerts: Mapping[About, frozenset[str]]) -> frozenset[Due]:
    """Every partner with every alert it must receive."""
    return frozenset(Due(partner, about) for about, partners in alerts.items() for partner in partners)


def _of_actors(entries: Iterable[dict[str, Any]], crossings: Sequence[Crossing]) -> dict[About, frozenset[str]]:
    seen: dict[str, list[Crossing]] = {}
    for one in crossings:
        if one.about not in (None, corridor.ABOUT):
            seen.setdefault(str(one.about), []).append(one)
    return {
        About("actor", entry["source_id"]): _released(
            _may_see(entry, LIST_NATION), [_of(one) for one in seen[entry["source_id"]]]
        )
        for entry in entries
        if entry["source_id"] in seen
    }


def _of_the_vehicle(route: dict[str, Any], crossings: Sequence[Crossing], run: str) -> dict[About, frozenset[str]]:
    driven = [one for one in crossings if one.about == corridor.ABOUT]
    if not on_time(driven):
        return {}
    return {About("route", corridor.subject(run)): _released(_may_see(route, LIST_NATION), [_of(one) for one in driven])}


def on_time(driven: Sequence[Crossing]) -> bool:
    """At least two posts in order, each leg within its window."""
    seen = {one.body["place"]["code"]: datetime.fromisoformat(one.body["occurred_at"]) for one in driven}
    known = [leg for leg in corridor.legs() if leg.start in seen and leg.end in seen]
    return bool(known) and all(leg.shortest <= seen[leg.end] - seen[leg.start] <= leg.longest for leg in known)


def _of_seizures(route: dict[str, Any], rows: Iterable[dict[str, str]]) -> dict[About, frozenset[str]]:
    if not any(seizures.lies_on_corridor(row) for row in rows):
        return {}
    return {ROUTE: _released(_may_see(route, LIST_NATION), [frozenset(seizures.RELEASABLE_TO)])}


def _of(one: Crossing) -> frozenset[str]:
    return _may_see(one.body, one.nation)


def _may_see(what: dict[str, Any], owner: str) -> frozenset[str]:
    """The nations it is marked for, and its owner's."""
    return frozenset({*what["handling"]["releasable_to"], owner})


def _released(entry: frozenset[str], evidence: Iterable[frozenset[str]]) -> frozenset[str]:
    """The partners that every part may be released to."""
    return entry.intersection(PARTNERS, *evidence)
