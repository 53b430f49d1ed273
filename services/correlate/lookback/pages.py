"""The pieces of a look back: each bounded in what it reads and judges, each told where the next one begins."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.track.lookback import ends_trip
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.lookback.changed import Changed
from services.correlate.store import past
from services.correlate.store.lookbacks import Cursor, Phase
from shared.contracts.sightings import Sighting
from shared.contracts.watchlist import RouteEntry

_KEYS_AT_ONCE: Final = 500
"""Entries under which is looked whether anything is stored, in one statement."""
_IDS_PER_JUDGED: Final = 10
"""Ids that are passed over to find one to judge: a slice that concerns little is no longer than one that concerns much."""
_TRIPS_AT_ONCE: Final = 50
_SEEN_BEFORE: Final = 200
"""Of a subject's sightings before one at a waypoint. Who was seen more often is tracked again whether it travelled or not."""
_SEEN_IN_ALL: Final = 20_000
"""Sightings read in one piece to find trips; the piece ends where they are read."""
_MOST_SECONDS: Final = 5.0
"""Of judging in one piece, whatever its size: well below what ends a transaction."""


@dataclass(frozen=True, slots=True)
class Page:
    """A piece that was read: what is to be sent again, how many sightings were judged, and where it goes on; None: the phase is over."""

    again: Sequence[Sighting]
    judged: int
    follows: Cursor | None


_OVER: Final = Page((), 0, None)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a piece may be."""

    policy: TrackPolicy
    slice_size: int
    slice_seconds: float


async def page(connection: AsyncConnection, changed: Changed, cursor: Cursor, to_version: int, bounds: Bounds) -> Page:
    """The next piece of a look back up to a version of the list."""
    match cursor.phase:
        case Phase.ENTRIES:
            return await _under_entries(connection, changed, changed.keys(), cursor, bounds)
        case Phase.ALERTED:
            return await _alerted(connection, changed, cursor, bounds)
        case Phase.SUBJECTS:
            return await _subjects(connection, changed, cursor, bounds)
        case Phase.AGAIN:
            return await _under_entries(connection, changed, changed.keys(since=to_version), cursor, bounds)
        case Phase.DONE:
            return _OVER


async def _under_entries(
    connection: AsyncConnection, changed: Changed, keys: Sequence[str], cursor: Cursor, bounds: Bounds
) -> Page:
    """What is stored under the changed entries themselves: withdrawn where it is met no more."""
    inside = cursor.key is not None and cursor.position is not None and cursor.occurred_at is not None
    start = 0 if cursor.key is None else (bisect_left if inside else bisect_right)(keys, cursor.key)
    some = keys[start : start + _KEYS_AT_ONCE]
    if not some:
        return _OVER
    stored = await past.keys_stored(connection, some)
    for key in some:
        if key not in stored:
            continue
        place = None
        if inside and key == cursor.key and cursor.occurred_at is not None and cursor.position is not None:
            place = past.Place(cursor.occurred_at, cursor.position)
        seen = await past.under(connection, key, place, bounds.slice_size)
        if seen:
            again, judged = await changed.again(seen, slice_seconds=bounds.slice_seconds, most_seconds=_MOST_SECONDS)
            last = seen[judged - 1]
            whole = judged == len(seen) < bounds.slice_size
            follows = Cursor(cursor.phase, key) if whole else Cursor(cursor.phase, key, last.occurred_at, last.sighting_id)
            return Page([one for each in again for one in each], judged, follows)
    return Page((), 0, Cursor(cursor.phase, some[-1]) if start + len(some) < len(keys) else None)


async def _alerted(connection: AsyncConnection, changed: Changed, cursor: Cursor, bounds: Bounds) -> Page:
    """The sighting behind each alert that rests on a changed route, to have it tracked again."""
    if not changed.routes:
        return _OVER
    routes = [route.entry_id for route in changed.routes]
    again, last = await past.resting_on(connection, routes, cursor.position, bounds.slice_size)
    return Page(again, 0, Cursor(cursor.phase, position=last) if last else None)


async def _subjects(connection: AsyncConnection, changed: Changed, cursor: Cursor, bounds: Bounds) -> Page:
    """The next sightings of moving things that an older list judged; with changed routes also the trips that end with them."""
    end = await past.slice_end(connection, cursor.position, bounds.slice_size * _IDS_PER_JUDGED)
    seen = await past.moving(connection, cursor.position, end, changed.latest, bounds.slice_size, changed.prefixes)
    again, judged = await changed.again(seen, slice_seconds=bounds.slice_seconds, most_seconds=_MOST_SECONDS)
    travelled, passed = await _travelled(connection, changed, seen[:judged], bounds)
    found = [one for each in again[:passed] for one in each] + travelled
    if passed < len(seen) or len(seen) == bounds.slice_size:
        return Page(found, passed, Cursor(cursor.phase, position=seen[passed - 1].sighting_id))
    return Page(found, passed, Cursor(cursor.phase, position=end) if end else None)


async def _travelled(
    connection: AsyncConnection, changed: Changed, seen: Sequence[Sighting], bounds: Bounds
) -> tuple[list[Sighting], int]:
    """The sightings with which a trip on a changed route ends, and how many were looked at: fewer than all when much was to be read."""
    near = [(number, one, routes) for number, one in enumerate(seen) if (routes := changed.routes_at(one))]
    found: list[Sighting] = []
    read = 0
    for start in range(0, len(near), _TRIPS_AT_ONCE):
        some = near[start : start + _TRIPS_AT_ONCE]
        before = await past.before_each(connection, [one for _, one, _ in some], bounds.policy.horizon, _SEEN_BEFORE)
        found += [one for _, one, routes in some if _ends(one, routes, before[one.sighting_id], bounds.policy)]
        read += sum(map(len, before.values()))
        if read >= _SEEN_IN_ALL:
            return found, some[-1][0] + 1
    return found, len(seen)


def _ends(sighting: Sighting, routes: Sequence[RouteEntry], before: Sequence[Sighting], policy: TrackPolicy) -> bool:
    return len(before) >= _SEEN_BEFORE or any(ends_trip(route, sighting, before, policy) for route in routes)
