"""Entries, events and sightings as the tests of correlate write them: short to say, valid by the contracts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from shared.contracts.base import Handling
from shared.contracts.events import Event, EventKind, Person, PersonName, Place
from shared.contracts.explanation import Hit
from shared.contracts.identity import event_id, lineage_id, sighting_id
from shared.contracts.sightings import Seen, Sighting, Subject
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import ActorBody, ActorEntry, LegWindow, ListedName, RouteBody, RouteEntry, Waypoint

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
REGION = Handling(releasable_to=("GT", "HN", "MX"))


def actor(number: int = 1, *, version: int = 1, list_version: int | None = None, ended: bool = False, **body: Any) -> ActorEntry:
    """A listed actor, a person unless told."""
    return ActorEntry(
        entry_id=UUID(int=number),
        version=version,
        list_version=list_version or number,
        originator="hn-police",
        nation="HN",
        changed_at=NOON,
        changed_by="key",
        ended_at=NOON if ended else None,
        releasable_to=("GT", "HN"),
        body=ActorBody(**{"kind": "person", "source": "test", **body}),
    )


def listed(name: str, number: int = 1, **body: Any) -> ActorEntry:
    """A listed person of one name."""
    return actor(number, names=(ListedName(full=name),), **body)


def route(codes: Sequence[str], hours: Sequence[tuple[float, float] | None], number: int = 900, **body: Any) -> RouteEntry:
    """A listed route of checkpoints; `hours` are the windows of its legs, one fewer than its codes."""
    windows = [None, *(LegWindow(min=timedelta(hours=one[0]), max=timedelta(hours=one[1])) if one else None for one in hours)]
    waypoints = tuple(Waypoint(place=Place(code=code), window=window) for code, window in zip(codes, windows, strict=True))
    return RouteEntry(
        entry_id=UUID(int=number),
        version=1,
        list_version=number,
        originator="cr-police",
        nation="CR",
        changed_at=NOON,
        changed_by="key",
        releasable_to=("CR", "GT", "HN", "NI", "PA"),
        body=RouteBody(**{"name": "Corredor", "waypoints": waypoints, **body}),
    )


def index_of(*entries: ActorEntry | RouteEntry) -> WatchlistIndex:
    """An index of these entries."""
    index = WatchlistIndex()
    for entry in entries:
        index.apply(entry)
    return index


def screener_of(*entries: ActorEntry | RouteEntry) -> Screener:
    """A screener with the first matcher over these entries."""
    return Screener(index_of(*entries), EvidenceMatcher())


def person(name: str | None = None, **fields: Any) -> Person:
    """A person by a name in one line."""
    return Person(name=PersonName(full=name) if name else None, **fields)


def event(own_id: str = "E1", *, revision: int = 1, kind: EventKind = EventKind.BORDER_CROSSING, **fields: Any) -> Event:
    """A crossing at noon at Tecún Umán, unless told otherwise."""
    content = {
        "occurred_at": NOON,
        "received_at": NOON,
        "place": Place(code="MX-GT-01", nations=("MX", "GT")),
        "direction": "entry",
        "mode": "road",
        "handling": REGION,
        "nation": "GT",
        **fields,
    }
    return Event(
        event_id=event_id("gt-sat", kind, own_id, revision),
        lineage_id=lineage_id("gt-sat", kind, own_id),
        kind=kind,
        id=own_id,
        revision=revision,
        agency="gt-sat",
        content_digest=f"{own_id}/{revision}",
        **content,
    )


def hits(screener: Screener, seen: Event) -> list[Hit]:
    """The hits of an event, each once."""
    found = {hit.entry_id: hit for sighting in screener.sightings(seen) for hit in sighting.hits}
    return list(found.values())


def alerting(screener: Screener, *persons: Person) -> set[int]:
    """The numbers of the entries that alert for an event with these persons."""
    return {hit.entry_id.int for hit in hits(screener, event(persons=persons)) if hit.alert}


def seen_at(code: str, hours: float, own_id: str | None = None, *, key: str = "vehicle:GT:C123BCD", **fields: Any) -> Sighting:
    """A vehicle at a checkpoint some hours after noon."""
    own = own_id or f"{code}@{hours}"
    kind = fields.get("kind", EventKind.BORDER_CROSSING)
    lineage = lineage_id("gt-sat", kind, own)
    revision = fields.get("revision", 1)
    content = {
        "kind": kind,
        "revision": revision,
        "nation": "GT",
        "direction": "exit",
        "mode": "road",
        "handling": REGION,
        "partition_subject": key,
        "subject": Subject(kind=SubjectKind(key.partition(":")[0]), key=key),
        "list_version": 1,
        "seen": Seen(),
        **fields,
    }
    return Sighting(
        sighting_id=sighting_id(lineage, content["partition_subject"], "/conveyances/0"),
        carries=True,
        position="/conveyances/0",
        event_id=event_id("gt-sat", kind, own, revision),
        lineage_id=lineage,
        agency="gt-sat",
        occurred_at=NOON + timedelta(hours=hours),
        received_at=NOON + timedelta(hours=hours),
        place=Place(code=code),
        **content,
    )


def always(_entry: UUID, _at: datetime) -> bool:
    """Every entry is in force."""
    return True
