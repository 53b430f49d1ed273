"""Travellers against the lists: of each what the strongest alert would be worth, and what the listed person that it is is worth."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.cli.evaluate.travellers import Traveller
from services.correlate.domain.screen.forms import person_form
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.weights import Weights
from shared.contracts.events import Person, PersonName
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry

NOTHING = float("-inf")
_LOWER = 5.0
"""Bits below the threshold down to which the trade-off is drawn."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A traveller, what the strongest alert against it is worth (`found` the entry), what the right one is, and whether that was compared at all."""

    traveller: Traveller
    strongest: float
    found: UUID | None
    right: float
    compared: bool

    def is_alerted(self, at: float) -> bool:
        """Whether anything alerts at a threshold."""
        return self.strongest >= at

    def is_recalled(self, at: float) -> bool:
        """Whether the listed person that it is alerts at a threshold."""
        return self.right >= at


class Method(Protocol):
    """A way of screening: what each listed person that it compares is worth as an alert."""

    name: str
    threshold: float

    def alerts(self, traveller: Traveller) -> dict[UUID, float]:
        """Every listed person compared, by id; `NOTHING` for one that could not alert whatever the threshold."""
        ...


class Own:
    """Our index and matcher, with the threshold lowered so that what lies below it is seen too."""

    name = EvidenceMatcher.version

    def __init__(self, entries: Sequence[ActorEntry], at: datetime, weights: Weights | None = None) -> None:
        own = weights or Weights()
        self.threshold = own.alert_at
        lower = replace(
            own, alert_at=own.alert_at - _LOWER, hit_at=own.alert_at - _LOWER, candidate_at=own.candidate_at - _LOWER / 2
        )
        self._at = at
        self.index = WatchlistIndex(lower)
        self._matcher = EvidenceMatcher(lower)
        for entry in entries:
            self.index.apply(entry)

    def alerts(self, traveller: Traveller) -> dict[UUID, float]:
        """What each candidate is worth."""
        nations = (traveller.nationality,) if traveller.nationality else ()
        person = Person(name=PersonName(full=traveller.name), birth_date=traveller.birth_date, nationalities=nations)
        form = person_form(PersonName(full=traveller.name))
        found: dict[UUID, float] = {}
        for near in self.index.named(ActorKind.PERSON, form, traveller.birth_date):
            judged = self._matcher.person(near.actor, form, person, near) if near.actor.in_force(self._at) else None
            found[near.actor.entry_id] = judged.bits if judged is not None and judged.alert else NOTHING
        return found


def measured(method: Method, travellers: Sequence[Traveller], told: Callable[[int], None]) -> Iterator[Measured]:
    """Each traveller screened, in order; `told` hears after each how many are done."""
    for number, one in enumerate(travellers, start=1):
        found = method.alerts(one)
        right = found.get(one.truth.entry.entry_id) if one.truth else None
        best = max(found, key=found.__getitem__, default=None)
        yield Measured(
            one, NOTHING if best is None else found[best], best, NOTHING if right is None else right, right is not None
        )
        told(number)
