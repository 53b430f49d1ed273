"""The threshold that a budget of false alarms allows, over all and by category of entry."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.cli.evaluate.categories import category_of
from services.cli.evaluate.figures import threshold_at
from services.cli.evaluate.measuring import NOTHING, Measured
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry

_PER: Final = 10_000
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Allowed:
    """A category of entries: persons in it, its part of the budget (alerts per 10,000 strangers), the lowest threshold that keeps to it.

    `threshold` is None where the budget allows every alert that was looked for. `alerted` of 10,000 is what the built-in threshold gives.
    """

    category: str
    persons: int
    budget: float
    threshold: float | None
    alerted: float


def allowed(
    strangers: Sequence[Measured], entries: Sequence[ActorEntry], budget: float, built_in: float, *, by_category: bool
) -> Iterator[Allowed]:
    """Over all; then each category, of which the part of the budget is its part of the listed persons: together they keep to the whole."""
    category = {one.entry_id: category_of(one) for one in entries if one.body.kind is ActorKind.PERSON}
    yield _allowed(ALL, len(category), [row.strongest for row in strangers], budget, built_in)
    persons = Counter(category.values()) if by_category else {}
    for name, count in sorted(persons.items()):
        worth = [_worth(row, name, category) for row in strangers]
        yield _allowed(name, count, worth, budget * count / len(category), built_in)


def _allowed(name: str, persons: int, worth: Sequence[float], budget: float, built_in: float) -> Allowed:
    at = threshold_at(worth, budget)
    alerted = _PER * sum(one >= built_in for one in worth) / max(1, len(worth))
    return Allowed(name, persons, budget, None if at == NOTHING else at, alerted)


def _worth(row: Measured, name: str, category: dict[UUID, str]) -> float:
    """What the strongest alert on an entry of a category is worth."""
    return max((bits for entry, bits in row.worth.items() if category.get(entry) == name), default=NOTHING)
