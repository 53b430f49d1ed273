"""Our own screening as a method: the real judge at the built-in threshold, and below it a second look for the trade-off."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.cli.evaluate.measuring import NOTHING, Answer
from services.cli.evaluate.travellers import Traveller
from services.correlate.domain.screen.forms import NameForm, person_form
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.judge import Judge
from services.correlate.domain.screen.listed import Near
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.persons import most_besides
from services.correlate.domain.screen.weights import Weights
from services.correlate.queries.judging import judged
from services.correlate.queries.seen import Asked
from shared.contracts.events import Person, PersonName
from shared.contracts.explanation import Hit
from shared.contracts.sightings import Seen
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry

_LOWER: Final = 5.0
"""Bits below the threshold down to which the trade-off is drawn."""


class Own:
    """What alerts and what does not is said by the very code that screens events and queries.

    For the trade-off the same index and matcher are asked once more with the threshold lowered. That worth is kept on the side of the
    threshold on which the first answer was: rules that go by the threshold itself are told as they are. Travellers are persons and tell no
    documents: entries of other kinds cannot be met and are left out.
    """

    def __init__(self, entries: Sequence[ActorEntry], at: datetime, weights: Weights | None = None) -> None:
        own = weights or Weights()
        low = replace(own, alert_at=own.alert_at - _LOWER, hit_at=own.hit_at - _LOWER, candidate_at=own.candidate_at - _LOWER / 2)
        self.name = EvidenceMatcher(own).version
        self.threshold = own.alert_at
        self._at = at
        self._index, self._low = WatchlistIndex(own), WatchlistIndex(low)
        self._judge, self._matcher = Judge(EvidenceMatcher(own), own), EvidenceMatcher(low)
        for entry in entries:
            if entry.body.kind is ActorKind.PERSON:
                self._index.apply(entry)
                self._low.apply(entry)

    def answers(self, travellers: Sequence[Traveller]) -> list[Answer]:
        """What each candidate is worth."""
        persons = [_person(one) for one in travellers]
        every = judged(self._judge, [[Asked(Seen(person=person))] for person in persons], self._at, self._index)
        return [self._answer(person, hits) for person, hits in zip(persons, every, strict=True)]

    def _answer(self, person: Person, hits: Sequence[Hit]) -> Answer:
        form = person_form(person.name or PersonName())
        compared = frozenset(near.actor.entry_id for near in _compared(self._index, form, person))
        below = math.nextafter(self.threshold, NOTHING)
        lower = self._at_lower(person, form)
        worth = {entry: min(bits, below) for entry, bits in lower.items()}
        for hit in hits:
            if hit.alert:
                worth[hit.entry_id] = max(lower.get(hit.entry_id, NOTHING), self.threshold)
        return Answer(worth, compared)

    def _at_lower(self, person: Person, form: NameForm) -> dict[UUID, float]:
        """Every entry that would alert at the lowered threshold."""
        found: dict[UUID, float] = {}
        for near in _compared(self._low, form, person):
            judgement = self._matcher.person(near.actor, form, person, near) if near.actor.in_force(self._at) else None
            if judgement is not None and judgement.alert:
                found[near.actor.entry_id] = judgement.bits
        return found


def _compared(index: WatchlistIndex, form: NameForm, person: Person) -> Iterable[Near]:
    """Whom a person is compared with, as the judge does."""
    return index.named(ActorKind.PERSON, form, person.birth_date, most_besides(person, index.weights))


def _person(traveller: Traveller) -> Person:
    nations = (traveller.nationality,) if traveller.nationality else ()
    return Person(name=PersonName(full=traveller.name), birth_date=traveller.birth_date, nationalities=nations)
