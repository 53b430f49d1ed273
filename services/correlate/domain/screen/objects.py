"""Identifiers of an event against those of the list: any one of them is enough, whichever entry carries it."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.correlate.domain.screen.identifiers import digits, document_kind, document_number, normalise
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Container, Conveyance, Document, Person
from shared.contracts.explanation import Evidence
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ListedDocument

_SHORTEST_ALONE = 6
"""Characters of a number that alerts without its issuer, or under another word for its type: shorter ones are shared by chance."""


@dataclass(frozen=True, slots=True)
class Met:
    """An entry whose identifier was seen: what for, how surely, and whether that alone is enough to act on."""

    actor: Listed
    field: str
    number: str
    bits: float
    alert: bool
    evidence: Evidence


def _met(actor: Listed, field: str, number: str, bits: float, *, alert: bool, how: str = "exact") -> Met:
    evidence = Evidence(listed={field: number}, seen={field: number}, how=how, weight=bits)
    return Met(actor, field, number, bits, alert, evidence)


def _same_type(listed: ListedDocument, seen: Document) -> bool:
    return listed.type is None or normalise(document_kind(listed.type)) == normalise(document_kind(seen.type))


def _document(actor: Listed, seen: Document, number: str, weights: Weights) -> Met | None:
    """How a document of this number meets the entry's of the same number, at best; None where the issuers differ."""
    held = [document for document in actor.entry.body.documents if normalise(document.number) == number]
    if not held:  # an entry about the document itself, by its identifiers
        own = actor.entry.body.identifiers
        held = [
            ListedDocument(type=own.type, number=number, issuer=own.issuer or own.country)
            if own
            else ListedDocument(number=number)
        ]
    best: Met | None = None
    for document in held:
        if document.issuer and seen.issuer and document.issuer != seen.issuer:
            continue
        issued = bool(document.issuer and seen.issuer)
        long = len(number) >= _SHORTEST_ALONE
        if not issued:
            met = _met(actor, "document", number, weights.document_without_issuer, alert=long, how="exact, issuer unknown")
        elif _same_type(document, seen):
            met = _met(actor, "document", number, weights.document, alert=True)
        else:
            met = _met(actor, "document", number, weights.document_of_other_type, alert=long, how="exact, other type")
        best = met if best is None or met.bits > best.bits else best
    return best


def person_identifiers(person: Person, index: WatchlistIndex, weights: Weights) -> Iterator[Met]:
    """Entries that carry one of the person's documents."""
    for document in person.documents:
        number = document_number(document)
        for actor in index.identified("document", number):
            met = _document(actor, document, number, weights)
            if met:
                yield met


def _plate(conveyance: Conveyance, index: WatchlistIndex, weights: Weights) -> Iterator[Met]:
    plate = normalise(conveyance.plate or "")
    for actor in index.identified("plate", plate):
        own = actor.entry.body.identifiers
        country = own.country if own else None
        if country and conveyance.country and country != conveyance.country:
            continue
        if country and conveyance.country:
            yield _met(actor, "plate", plate, weights.document, alert=True)
        else:
            long = len(plate) >= _SHORTEST_ALONE
            yield _met(actor, "plate", plate, weights.document_without_issuer, alert=long, how="exact, country unknown")


def conveyance_identifiers(conveyance: Conveyance, index: WatchlistIndex, weights: Weights) -> Iterator[Met]:
    """Entries that carry the conveyance's plate, VIN, IMO, MMSI or registration; a vessel's name alone never alerts."""
    yield from _plate(conveyance, index, weights)
    numbers = {
        "vin": normalise(conveyance.vin or ""),
        "imo": digits(conveyance.imo or ""),
        "mmsi": digits(conveyance.mmsi or ""),
        "registration": normalise(conveyance.registration or ""),
    }
    for field, number in numbers.items():
        for actor in index.identified(field, number):
            yield _met(actor, field, number, weights.document, alert=True)
    name = normalise(conveyance.name or "")
    for actor in index.identified("vessel", name):
        own = actor.entry.body.identifiers
        other = own and own.imo and conveyance.imo and digits(own.imo) != digits(conveyance.imo)
        if actor.entry.body.kind is ActorKind.VESSEL and conveyance.kind.value == "vessel" and not other:
            yield _met(actor, "vessel", name, weights.hit_at, alert=False, how="name only")


def container_identifiers(container: Container, index: WatchlistIndex, weights: Weights) -> Iterator[Met]:
    """Entries that carry the container's number."""
    number = normalise(container.number)
    for actor in index.identified("container", number):
        yield _met(actor, "container", number, weights.document, alert=True)
