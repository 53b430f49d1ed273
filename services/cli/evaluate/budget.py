"""The threshold that a budget of false alarms allows, over all and by category of entry."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from services.cli.evaluate.categories import category_of
from services.cli.evaluate.figures import threshold_at
from services.cli.evaluate.measuring import NOTHING, Measured
from shared.contracts.vocabulary import ActorKind
from shared.contracts.watchlist import ActorEntry

_PER: Final = 10_000
ALL: Final = "all"


class Budget(NamedTuple):
    """Alerts on 10,000 strangers that are accepted: of all entries together, of each category, and of some categories another number."""

    every: float
    of: Mapping[str, float]


def budget_of(texts: Sequence[str]) -> Budget:
    """From `1` and `terrorism=0.2`; raises ValueError with a sentence for what is no such thing."""
    every, of = 1.0, {}
    for text in texts:
        name, named, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not 0 < value <= _PER or (named and not name):
            raise ValueError(f"{text!r} is no budget: a number above 0 up to 10,000, or a category and one, as in terrorism=0.2.")
        if named:
            of[name] = value
        else:
            every = value
    return Budget(every, of)


def check_known(budget: Budget, entries: Sequence[ActorEntry]) -> None:
    """Raises ValueError with a sentence for the budget of a category that no listed person has."""
    known = {category_of(one) for one in entries if one.body.kind is ActorKind.PERSON}
    if unknown := budget.of.keys() - known:
        raise ValueError(f"Nobody listed is of the category {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}.")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A category of entries: persons in it, its budget (alerts on 10,000 strangers), the lowest threshold that keeps to it.

    `threshold` is None where the budget allows every alert that was looked for. `alerted` of 10,000 is what the built-in threshold gives.
    """

    category: str
    persons: int
    budget: float
    threshold: float | None
    alerted: float


def allowed(strangers: Sequence[Measured], entries: Sequence[ActorEntry], budget: Budget, built_in: float) -> Iterator[Allowed]:
    """Over all entries, then of each category."""
    category = {one.entry_id: category_of(one) for one in entries if one.body.kind is ActorKind.PERSON}
    persons = Counter(category.values())
    yield _allowed(ALL, len(category), [row.strongest for row in strangers], budget.every, built_in)
    for name, count in sorted(persons.items()):
        worth = [_worth(row, name, category) for row in strangers]
        yield _allowed(name, count, worth, budget.of.get(name, budget.every), built_in)


def _allowed(name: str, persons: int, worth: Sequence[float], budget: float, built_in: float) -> Allowed:
    at = threshold_at(worth, budget)
    alerted = _PER * sum(one >= built_in for one in worth) / max(1, len(worth))
    return Allowed(name, persons, budget, None if at == NOTHING else at, alerted)


def _worth(row: Measured, name: str, category: dict[UUID, str]) -> float:
    """What the strongest alert on an entry of a category is worth."""
    return max((bits for entry, bits in row.worth.items() if category.get(entry) == name), default=NOTHING)
