"""What a changed entry means for what is stored already."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.parts import parts_of
from services.correlate.domain.screen.screener import Screener, partition_copy
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.revisions import standing
from services.correlate.domain.track.routes import progress
from services.correlate.domain.waypoints import places_at
from shared.contracts.explanation import Hit
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import ActorKind, SubjectKind
from shared.contracts.watchlist import ActorEntry, RouteEntry

_OBJECTS = {
    ActorKind.VEHICLE: SubjectKind.VEHICLE,
    ActorKind.TRAILER: SubjectKind.VEHICLE,
    ActorKind.VESSEL: SubjectKind.VESSEL,
    ActorKind.AIRCRAFT: SubjectKind.AIRCRAFT,
    ActorKind.CONTAINER: SubjectKind.CONTAINER,
    ActorKind.FIREARM: SubjectKind.FIREARM,
}
"""Whatever pulls it, a trailer is seen as a vehicle."""

_MET_AS: Final = {
    "plate": {SubjectKind.VEHICLE},
    "vin": {SubjectKind.VEHICLE},
    "imo": {SubjectKind.VESSEL},
    "mmsi": {SubjectKind.VESSEL},
    "registration": {SubjectKind.VESSEL, SubjectKind.AIRCRAFT, SubjectKind.RAIL},
    "container": {SubjectKind.CONTAINER},
    "seal": {SubjectKind.CONTAINER},
}
"""What carries an identifier of each kind."""


@dataclass(frozen=True, slots=True)
class Concern:
    """The kinds of subject whose stored sightings an entry can concern: a first, coarse choice; the judge decides."""

    kinds: frozenset[SubjectKind]


def concerned(entry: ActorEntry | RouteEntry) -> Concern:
    """Persons and consignors for a name, persons for a document, the kind itself for an object and what its parts are seen as; seizures as such for a route."""
    if isinstance(entry, RouteEntry):
        return Concern(frozenset({SubjectKind.ROUTE}))
    body = entry.body
    kinds: set[SubjectKind] = set()
    if body.kind in _OBJECTS:
        kinds.add(_OBJECTS[body.kind])
    if body.kind is ActorKind.PERSON:
        kinds |= {SubjectKind.PERSON, SubjectKind.ORGANISATION}
    if body.kind is ActorKind.ORGANISATION:
        kinds.add(SubjectKind.ORGANISATION)
    if body.kind is ActorKind.DOCUMENT or body.documents:
        kinds.add(SubjectKind.PERSON)
    for part in parts_of(body):
        for name, _ in part.keys:
            kinds |= _MET_AS.get(name, set())
    return Concern(frozenset(kinds))


def look_back(sighting: Sighting, screener: Screener, entries: WatchlistIndex) -> list[Sighting]:
    """What is to be sent again for a stored sighting, judged by the changed entries at the list version that they make.

    For a subject's own sighting: one for each entry that it meets now, marked as past where it came in before the entry was as it is and did not meet
    it then: one that a screener judged a moment too early is as live as any. For one stored under the key of a changed entry
    (`actor:` or `route:`) that it no longer meets: the same as withdrawn. Sending again changes nothing (see `revisions.replaces`).
    """
    if sighting.withdrawn or sighting.list_version >= entries.list_version:
        return []
    owner, _, own = sighting.partition_subject.partition(":")
    hits = screener.judge(sighting, entries)
    if owner in {"actor", "route"}:
        if any(hit.entry_id == UUID(own) for hit in hits):
            return []
        return [sighting.model_copy(update={"withdrawn": True, "list_version": entries.list_version})]
    known = {hit.entry_id for hit in sighting.hits if hit.alert}
    return [
        partition_copy(
            sighting.model_copy(
                update={
                    "retroactive": sighting.retroactive or (hit.entry_id not in known and _came_before(sighting, hit, entries)),
                    "list_version": entries.list_version,
                }
            ),
            hit,
        )
        for hit in hits
    ]


def _came_before(sighting: Sighting, hit: Hit, entries: WatchlistIndex) -> bool:
    changed = entries.changed_at(hit.entry_id)
    return changed is None or sighting.received_at <= changed


def ends_trip(route: RouteEntry, sighting: Sighting, before: Iterable[Sighting], policy: TrackPolicy) -> bool:
    """Whether a trip on a route that has changed ends with a sighting: then its subject is to be tracked again around it.

    `before` is what was seen of the subject from the horizon before the sighting up to itself.
    """
    if not route.alerts or sighting.place is None or not places_at(route.body, sighting.place):
        return False
    chain = progress(route, standing(before), lambda _entry, _at: True, policy)
    return chain is not None and chain.sightings[-1].sighting_id == sighting.sighting_id
