"""A person's documents against those of the list: any one of them is enough, and a number counts only as what it was given out for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.correlate.domain.screen.corrections import corrected
from services.correlate.domain.screen.identifiers import document_kind, document_number, normalise
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.listed import Listed
from services.correlate.domain.screen.misreads import (
    LISTED_MISREAD,
    MISREAD,
    holds_by_register,
    is_slip,
    is_sparse,
    misread_document,
)
from services.correlate.domain.screen.objects import SHORTEST_ALONE
from services.correlate.domain.screen.parts import parts_of
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Document, Person
from shared.contracts.explanation import Evidence
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody, ListedDocument

_OF_PERSONS: Final = frozenset({ActorKind.PERSON, ActorKind.DOCUMENT})
"""Entries whose documents a person may carry. A company's numbers are counted up from one: a passport has the same number by chance."""

_REGISTERS: Final = frozenset(
    normalise(word)
    for word in (
        "company_register",
        "commercial_registry_number",
        "chamber_of_commerce_number",
        "business_registration_document",
        "business_number",
        "enterprise_number",
        "public_registration_number",
        "legal_entity_number",
        "certificate_of_incorporation_number",
        "government_gazette_number",
        "file_number",
        "license",
        "trade_license_no",
        "permit_number",
        "c_r_no",
    )
)
"""Types by which public lists give the entries of registers, not of persons, whoever they stand at."""

_IDENTITIES: Final = frozenset({"PASSPORT", "NATIONALID"})


@dataclass(frozen=True, slots=True)
class MetDocument:
    """A document of an entry that was seen: how surely, and whether that alone is enough to act on."""

    listed: ListedDocument
    number: str
    bits: float
    alert: bool
    how: str
    seen: str | None = None
    """The number as it was seen, where that is another one."""

    def evidence(self) -> Evidence:
        """The same as evidence, with what is wrong with the document."""
        said = {"type": self.listed.type, "state": self.listed.state.value} if self.listed.state else {}
        listed = {"document": self.number, **{name: value for name, value in said.items() if value}}
        return Evidence(listed=listed, seen={"document": self.seen or self.number}, how=self.how, weight=self.bits)


def document_matches(person: Person, index: WatchlistIndex, weights: Weights) -> Iterator[tuple[Listed, MetDocument]]:
    """Entries that carry one of the person's documents."""
    for document in person.documents:
        number = document_number(document)
        for actor in index.identified("document", number):
            found = [
                met for held in _held(actor.entry.body, number) if (met := _met(actor.kind, held, document, number, weights))
            ]
            if found:
                yield actor, max(found, key=lambda met: met.bits)
        yield from _misread(document, number, index, weights)


def _misread(document: Document, number: str, index: WatchlistIndex, weights: Weights) -> Iterator[tuple[Listed, MetDocument]]:
    """Entries that carry the number that this one was misread from: weaker; alone enough of a register that has given out few numbers."""
    for meant in misread_document(document, lambda other: bool(index.identified("document", other))):
        sparse = is_sparse(document)
        for actor in index.identified("document", meant):
            if held := _best(actor, _held(actor.entry.body, meant), document, meant, weights):
                bits = weights.misread_sparse if sparse else weights.misread_number
                yield actor, MetDocument(held, meant, bits, alert=sparse, how=MISREAD, seen=number)
    if (actors := index.identified(corrected("document"), number)) and holds_by_register(document):
        for actor in actors:
            body = actor.entry.body
            numbers = dict.fromkeys(one for one in document_numbers(body) if is_slip(one, number))
            for wrong in numbers:
                if held := _best(actor, _held(body, wrong), document, wrong, weights):
                    yield actor, MetDocument(held, wrong, weights.misread_number, alert=False, how=LISTED_MISREAD, seen=number)


def document_numbers(body: ActorBody) -> Iterator[str]:
    """The numbers of the entry's documents, and of the one that it is about."""
    yield from (normalise(document.number) for document in body.documents)
    yield from (number for part in parts_of(body) for field, number in part.keys if field == "document")


def _best(actor: Listed, every: Iterator[ListedDocument], seen: Document, number: str, weights: Weights) -> ListedDocument | None:
    """Of the entry's documents of a number the one that the seen one may be; None where none may."""
    met = [one for held in every if (one := _met(actor.kind, held, seen, number, weights))]
    return max(met, key=lambda one: one.bits).listed if met else None


def _held(body: ActorBody, number: str) -> Iterator[ListedDocument]:
    """The entry's documents of a number: those it has, and the one that it is about."""
    yield from (document for document in body.documents if normalise(document.number) == number)
    for part in parts_of(body):
        if ("document", number) in part.keys:
            own = part.own
            yield ListedDocument(type=own.type, number=number, issuer=own.issuer or own.country, state=own.state)


def _met(kind: ActorKind, listed: ListedDocument, seen: Document, number: str, weights: Weights) -> MetDocument | None:
    """How a document meets a listed one of the same number; None where the issuers differ, or only one is a person's."""
    if listed.issuer and seen.issuer and listed.issuer != seen.issuer:
        return None
    told = _kind(listed.type)
    same = told is None or told == _kind(seen.type)
    if (kind not in _OF_PERSONS or told in _REGISTERS) and (told is None or not same or told in _IDENTITIES):
        return None
    long = len(number) >= SHORTEST_ALONE
    if not (listed.issuer and seen.issuer):
        return MetDocument(listed, number, weights.document_without_issuer, long, "exact, issuer unknown")
    if same:
        return MetDocument(listed, number, weights.document, alert=True, how="exact")
    return MetDocument(listed, number, weights.document_of_other_type, long, "exact, other type")


def _kind(word: str | None) -> str | None:
    return normalise(document_kind(word)) if word else None
