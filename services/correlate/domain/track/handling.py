"""Who may see what rests on several sources: those who may see each of them (TLP 2.0; no marking means the originator alone)."""

from collections.abc import Iterable

from shared.contracts.base import Handling, Nation, Tlp
from shared.contracts.explanation import Hit
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteEntry

Marked = tuple[Tlp, frozenset[Nation]]
"""A label and the nations that may see, the originator's own among them."""


def of_sighting(sighting: Sighting) -> Marked:
    """What the agency that reported allows."""
    return sighting.handling.tlp, frozenset((*sighting.handling.releasable_to, sighting.nation))


def of_hit(hit: Hit) -> Marked:
    """What the issuer of an entry that was hit allows; `releasable_to` of a hit holds the originator's nation already."""
    return hit.handling.tlp, frozenset(hit.releasable_to)


def of_route(route: RouteEntry) -> Marked:
    """What the issuer of a route allows."""
    return (route.body.handling or Handling()).tlp, frozenset((*route.releasable_to, route.nation))


def combine(every: Iterable[Marked]) -> Handling:
    """The strictest label and the nations common to all. Nothing to combine, or nothing in common: released to nobody."""
    different = set(every)
    nations = [nations for _, nations in different]
    common = frozenset.intersection(*nations) if nations else frozenset()
    return Handling(
        tlp=max((label for label, _ in different), key=lambda one: one.rank, default=Tlp.RED), releasable_to=tuple(sorted(common))
    )
