"""The good guys: people who were confirmed to be somebody else than an entry's person, and are not stopped for it again.

A pair is silent while neither side changes: who crosses (name, birth date, documents) and what the entry is met by are kept as digests, so
that the list spreads nobody's data who is not on it. Whatever else the person shows, or the issuer writes, opens the pair again.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from services.correlate.domain.screen.identifiers import document_kind, document_number, normalise
from services.correlate.domain.screen.names import words
from shared.contracts.base import Text
from shared.contracts.events import Person
from shared.contracts.explanation import Evidence
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorBody, ActorEntry, Cleared

HOW: Final = "confirmed to be somebody else"
_DIGITS: Final = 32
"""Hexadecimal digits of a digest: 128 bits."""


def facts_of(person: Person) -> str | None:
    """The digest of who somebody is; None where neither two names nor a document tell it."""
    named = sorted(words(person.name.text)) if person.name else []
    documents = sorted((document_kind(one.type), one.issuer or "", document_number(one)) for one in person.documents)
    if len(named) < 2 and not documents:  # noqa: PLR2004 - one word is many people
        return None
    return _digest([named, person.birth_date, documents])


def matched_by(body: ActorBody) -> str:
    """The digest of what an entry's person is met by."""
    names = sorted((*words(name.text), name.strength.value) for name in body.names)
    documents = sorted((document_kind(one.type or ""), one.issuer or "", normalise(one.number)) for one in body.documents)
    return _digest([names, sorted(body.birth_dates), sorted(body.nationalities), body.sex, documents])


def clearance(entry: ActorEntry, person: Person, at: datetime) -> Cleared | None:
    """The word by which somebody who was seen at a moment is not the entry's person; None where it was never given, is over, or a side changed."""
    if not entry.cleared or entry.body.kind is not ActorKind.PERSON:
        return None
    facts = facts_of(person)
    for one in entry.cleared:
        if one.person == facts and at < one.until and one.entry == matched_by(entry.body):
            return one
    return None


def cleared_evidence(cleared: Cleared) -> Evidence:
    """The same as evidence: it weighs nothing, and the hit is none to act on."""
    return Evidence(listed={"cleared until": cleared.until.isoformat()}, seen={}, how=HOW, weight=0.0)


def cleared_sentence(sentence: Text, cleared: Cleared) -> Text:
    """The sentence with the word added."""
    day = f"{cleared.until:%Y-%m-%d}"
    return Text(
        es=f"{sentence.es} Confirmado que es otra persona, hasta el {day}: no se alerta.",
        en=f"{sentence.en} Confirmed to be somebody else, until {day}: no alert.",
    )


def _digest(value: Any) -> str:
    return sha256(orjson.dumps(value)).hexdigest()[:_DIGITS]
