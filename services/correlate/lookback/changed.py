"""The entries of one look back, and what of the stored past is to be sent again because of them."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.linked import link_targets
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from services.correlate.domain.screen.weights import Weights
from services.correlate.domain.track.lookback import concerned, look_back
from services.correlate.domain.waypoints import places_at
from services.correlate.entries.bodies import AnyEntry
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import ActorEntry, RouteEntry

_SEIZURES = "seizure"
"""What the keys of seizures as such begin with; those of other subjects begin with their kind."""


class Changed:
    """The entries that changed between two versions of the list, as an index of their own and by what they concern.

    Those that changed again up to `as_of` are as they were then.
    """

    def __init__(self, after_version: int, to_version: int, as_of: int, weights: Weights) -> None:
        self.range = (after_version, to_version)
        self.as_of = as_of
        self.index = WatchlistIndex(weights)
        self._routes: dict[UUID, RouteEntry] = {}
        self._screener = Screener(self.index, EvidenceMatcher(weights))
        self._keys: dict[str, int] = {}
        self._kinds: set[SubjectKind] = set()
        self._named: set[UUID] = set()

    def add(self, entries: Iterable[AnyEntry]) -> None:
        """Take entries in."""
        for entry in entries:
            self.index.apply(entry)
            self._keys[f"{entry.type}:{entry.entry_id}"] = entry.list_version
            self._kinds |= concerned(entry).kinds
            if isinstance(entry, RouteEntry):
                self._routes[entry.entry_id] = entry
            elif entry.alerts:
                self._named.update(link_targets(entry))

    @property
    def named(self) -> frozenset[UUID]:
        """The entries that those which alert say they are tied to: a hit names them, changed or not."""
        return frozenset(self._named)

    def note(self, entries: Iterable[AnyEntry]) -> None:
        """Take in, to be named and not to be met, those that are tied to the changed ones."""
        for entry in entries:
            if isinstance(entry, ActorEntry):
                self.index.note(entry)

    @property
    def routes(self) -> list[RouteEntry]:
        """The routes among them, ended ones too."""
        return list(self._routes.values())

    @property
    def latest(self) -> int:
        """The version of the list at which one of them changed last, 0 without any."""
        return self.index.list_version

    def keys(self, *, since: int = 0) -> list[str]:
        """The partition subjects of those that changed after a version of the list, in order."""
        return sorted(key for key, version in self._keys.items() if version > since)

    @property
    def prefixes(self) -> frozenset[str]:
        """Of the partition subjects to read; none means all: any subject may have travelled a route."""
        if self._routes:
            return frozenset()
        return frozenset(_SEIZURES if kind is SubjectKind.ROUTE else kind.value for kind in self._kinds)

    def routes_at(self, sighting: Sighting) -> list[RouteEntry]:
        """The changed routes with a waypoint where something was seen."""
        place = sighting.place
        return [route for route in self._routes.values() if places_at(route.body, place)] if place is not None else []

    async def again(
        self, stored: Sequence[Sighting], *, slice_seconds: float, most_seconds: float
    ) -> tuple[list[list[Sighting]], int]:
        """For each stored sighting what is to be sent again, and how many were judged: fewer than all when the time is over, never none.

        Judged in slices that leave the loop its turn.
        """
        found: list[list[Sighting]] = []
        began = turn = time.perf_counter()
        for sighting in stored:
            found.append(look_back(sighting, self._screener, self.index))
            now = time.perf_counter()
            if now - began >= most_seconds:
                break
            if now - turn >= slice_seconds:
                await asyncio.sleep(0)
                turn = time.perf_counter()
        return found, len(found)
