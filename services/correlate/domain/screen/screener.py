"""An event against the watchlist: the sightings it gives."""

from services.correlate.domain.screen.appearances import Appearance, appearances, companions
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.matcher import NameMatcher
from services.correlate.domain.screen.seizure_routes import seizure_route_hit
from services.correlate.domain.screen.subjects import actor_key, route_key
from shared.contracts.events import Event
from shared.contracts.explanation import Hit
from shared.contracts.identity import sighting_id
from shared.contracts.sightings import RevisionNotice, Sighting, Subject
from shared.contracts.vocabulary import SubjectKind


def partition_copy(sighting: Sighting, hit: Hit) -> Sighting:
    """The sighting as it is sent under the key of the entry that it hit, with that hit alone."""
    on_route = hit.kind is SubjectKind.ROUTE
    key = route_key(hit.entry_id) if on_route else actor_key(hit.entry_id)
    return sighting.model_copy(
        update={
            "sighting_id": sighting_id(sighting.lineage_id, key, sighting.position),
            "partition_subject": key,
            "subject": Subject(kind=SubjectKind.ROUTE, key=key) if on_route else sighting.subject,
            "carries": False,
            "hits": (hit,),
        }
    )


class Screener:
    """Judges events by one index and one matcher. The same event, index and matcher give the same sightings, in the same order."""

    def __init__(self, index: WatchlistIndex, matcher: NameMatcher) -> None:
        self._index = index
        self._judge = Judge(matcher, index.weights)

    def sightings(self, event: Event, traceparent: str | None = None) -> list[Sighting]:
        """Every subject of the event as a sighting keyed by itself, and for each hit one more keyed by the entry that was hit.

        Empty where the event is withdrawn or names no subject.
        """
        every = appearances(event)
        found: list[Sighting] = []
        for one, others in zip(every, companions(every), strict=True):
            sighting = self._sighting(event, one, others, traceparent)
            hits = self.judge(sighting)
            if hits:
                sighting = sighting.model_copy(update={"hits": hits})
            found.append(sighting)
            found += [partition_copy(sighting, hit) for hit in hits]
        return found

    def judge(self, sighting: Sighting, entries: WatchlistIndex | None = None) -> tuple[Hit, ...]:
        """The hits of what was seen, by the whole list or by an index of the entries that changed; the look back's own code."""
        index = entries if entries is not None else self._index
        if sighting.seen.seizure_route is None:
            return self._judge.hits(sighting.seen, sighting.occurred_at, index, sighting.beside)
        judged = (seizure_route_hit(route, sighting, index.list_version) for route in index.routes())
        return tuple(hit for hit in judged if hit)

    def notice(self, event: Event, sightings: list[Sighting]) -> RevisionNotice | None:
        """What the store must be told of a later revision or a withdrawal: which sightings of the event stand; None for a first revision."""
        if event.revision == 1 and not event.withdrawn:
            return None
        return RevisionNotice(
            lineage_id=event.lineage_id,
            revision=event.revision,
            list_version=self._index.list_version,
            withdrawn=event.withdrawn,
            kept=tuple(sighting.sighting_id for sighting in sightings),
        )

    def _sighting(self, event: Event, one: Appearance, others: tuple[Subject, ...], traceparent: str | None) -> Sighting:
        return Sighting(
            sighting_id=sighting_id(event.lineage_id, one.subject.key, one.position),
            partition_subject=one.subject.key,
            subject=one.subject,
            carries=one.carries,
            position=one.position,
            event_id=event.event_id,
            lineage_id=event.lineage_id,
            revision=event.revision,
            kind=event.kind,
            agency=event.agency,
            nation=event.nation,
            occurred_at=event.occurred_at,
            received_at=event.received_at,
            exercise=event.exercise,
            place=event.place,
            direction=event.direction,
            mode=event.mode,
            destination=event.declared.destination if event.declared else None,
            seen=one.seen,
            companions=others,
            beside=one.beside,
            seized=event.seized,
            list_version=self._index.list_version,
            handling=event.handling,
            traceparent=traceparent,
        )
