"""What the list says now about the entries that stored sightings were judged by: whether they hold, who may see them, who executes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from shared.contracts.base import Handling, Nation, Tlp
from shared.contracts.explanation import Hit
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteEntry


@dataclass(frozen=True, slots=True)
class InForce:
    """An entry that has not ended: from when to when it holds, its issuer's present release, and who flags it."""

    valid_from: datetime | None
    valid_to: datetime | None
    tlp: Tlp
    releasable_to: frozenset[Nation]
    flagged_by: tuple[Nation, ...] = ()
    """The nations that do not execute it on their territory now, in order."""

    @classmethod
    def of_route(cls, route: RouteEntry) -> Self:
        """The same of a route that is at hand whole."""
        handling = route.body.handling or Handling()
        return cls(route.body.valid_from, route.body.valid_to, handling.tlp, frozenset(route.releasable_to), route.flagged_by)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


def narrowed(history: Sequence[Sighting], entries: Mapping[UUID, InForce]) -> list[Sighting]:
    """The sightings with each hit released no wider than its entry is now, and flagged by those who flag it now.

    A hit carries the release of the version that judged it. Until a look back has judged it again, the narrower of both counts:
    a nation taken off an entry hears of it no more, one that was added hears of it when the look back comes by.
    """
    return [_narrowed(one, entries) for one in history]


def _narrowed(sighting: Sighting, entries: Mapping[UUID, InForce]) -> Sighting:
    hits = tuple(_tightened(hit, entries[hit.entry_id]) if hit.entry_id in entries else hit for hit in sighting.hits)
    if all(new is old for new, old in zip(hits, sighting.hits, strict=True)):
        return sighting
    return sighting.model_copy(update={"hits": hits})


def _tightened(hit: Hit, entry: InForce) -> Hit:
    kept = tuple(nation for nation in hit.releasable_to if nation in entry.releasable_to)
    tlp = max(hit.handling.tlp, entry.tlp, key=lambda one: one.rank)
    if len(kept) == len(hit.releasable_to) and tlp is hit.handling.tlp and hit.flagged_by == entry.flagged_by:
        return hit
    handling = hit.handling.model_copy(update={"tlp": tlp})
    return hit.model_copy(update={"releasable_to": kept, "handling": handling, "flagged_by": entry.flagged_by})
