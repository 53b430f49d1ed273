"""The evaluation set: every traveller of one half of the people, made from one seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.cli.evaluate.people import Half, sought
from services.cli.evaluate.strangers import Strangers
from services.cli.evaluate.travellers import Traveller, every_name, exact_names, slipped_names
from shared.contracts.watchlist import ActorEntry

SEED: Final = 20261125
_SIBLINGS: Final = 5
"""One sibling and one twin for so many near strangers."""

_ELSEWHERE: Final = 5
"""One stranger from elsewhere for so many strangers."""


@dataclass(frozen=True, slots=True)
class Travelling:
    """The lists, the travellers of a half, how many listed persons these halves are of, and how many strangers were kept out as listed ones."""

    entries: Sequence[ActorEntry]
    travellers: Sequence[Traveller]
    sought: int
    kept_out: int


def made(entries: Sequence[ActorEntry], half: Half, *, strangers: int, near: int, seed: int = SEED) -> Travelling:
    """The set of a half of these lists. `strangers` and `near` are for both halves together; the same of everything makes the same set."""
    people = list(sought(entries))
    drawn, elsewhere = Strangers(people, entries, seed), Strangers(people, entries, seed + 1, elsewhere=True)
    every = [
        *slipped_names(people, seed),
        *exact_names(people),
        *every_name(entries),
        *drawn.strangers(strangers),
        *drawn.near_strangers(near),
        *drawn.siblings(near // _SIBLINGS),
        *drawn.twins(near // _SIBLINGS),
        *elsewhere.strangers(strangers // _ELSEWHERE),
    ]
    return Travelling(entries, [one for one in every if one.half is half], len(people), drawn.kept_out + elsewhere.kept_out)
