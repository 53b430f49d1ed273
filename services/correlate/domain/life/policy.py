"""How long entries live and who has to agree, as the settings say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from shared.contracts.vocabulary import ActorKind, Category
from shared.contracts.watchlist import ActorBody, RouteBody

_YEAR: Final = timedelta(days=365)

REVIEW_PERIODS: Final[Mapping[Category, timedelta]] = {
    Category.ARREST: 5 * _YEAR,
    Category.MISSING: 5 * _YEAR,
    Category.JUDICIAL_PROCEDURE: 3 * _YEAR,
    Category.UNKNOWN_WANTED_PERSON: 3 * _YEAR,
    Category.REFUSAL_OF_ENTRY: 3 * _YEAR,
    Category.VULNERABLE: _YEAR,
    Category.DISCREET_CHECK: _YEAR,
    Category.INQUIRY_CHECK: _YEAR,
    Category.SPECIFIC_CHECK: _YEAR,
    Category.OBJECT_FOR_SEIZURE: 10 * _YEAR,
}
"""Regulation (EU) 2018/1862, Articles 53 and 54; of refusals of entry Regulation (EU) 2018/1861, Article 39."""


class Approval(StrEnum):
    """Which entries of one's own need a second person before they alert."""

    WEAK = "weak"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class LifePolicy:
    """The rules of life. `persons`, `objects` and `routes` are the periods of entries without a category."""

    periods: Mapping[Category, timedelta] = field(default_factory=lambda: REVIEW_PERIODS)
    persons: timedelta = _YEAR
    objects: timedelta = 10 * _YEAR
    routes: timedelta = _YEAR
    lead: timedelta = timedelta(days=120)
    """How long ahead of a review its issuer is told (Article 53(5): four months), a third of the period where that is less."""
    confirm_within: timedelta = timedelta(hours=24)
    justify_within: timedelta = timedelta(days=15)
    """After an entry has served its purpose: deleted then, unless its issuer says why it is kept."""
    erase_after: timedelta = timedelta(days=400)
    """After an entry ended; the sightings that it explains are gone by then."""
    clear_for: timedelta = _YEAR
    """How long a good guy's word holds at most; it can be said again."""
    most_cleared: int = 200
    """Good guys of one entry: with more of them the entry tells too little of its person, and is to be mended."""
    error_within_working_days: int = 2
    approval: Approval = Approval.WEAK
    required: frozenset[str] = frozenset()
    """Fields without which an own entry is refused."""
    public_sources: frozenset[str] = frozenset({"ofac-sdn", "ofac-cons", "un-sc", "opensanctions"})

    def is_public(self, body: ActorBody | RouteBody) -> bool:
        """Whether a public list speaks: it was decided elsewhere, and the list is its clock."""
        return isinstance(body, ActorBody) and body.source in self.public_sources

    def period(self, body: ActorBody | RouteBody) -> timedelta:
        """How long an entry alerts until its issuer has to look at it again."""
        if isinstance(body, RouteBody):
            return self.routes
        if body.category is not None:
            return self.periods[body.category]
        return self.persons if body.kind in {ActorKind.PERSON, ActorKind.ORGANISATION} else self.objects
