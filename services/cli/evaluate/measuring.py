"""Travellers against the lists: of each what the strongest alert is worth, and what the listed person that it is is worth."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from services.cli.evaluate.travellers import Traveller

NOTHING: Final = float("-inf")
_TOGETHER: Final = 64
"""Travellers that are screened between two looks at the progress."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A traveller, what the strongest alert against it is worth (`found` the entry), what the right one is, and whether that was compared at all.

    `worth` is what each entry is worth that could alert.
    """

    traveller: Traveller
    strongest: float
    found: UUID | None
    right: float
    compared: bool
    worth: Mapping[UUID, float]

    def is_alerted(self, at: float) -> bool:
        """Whether anything alerts at a threshold."""
        return self.found is not None and self.strongest >= at

    def is_recalled(self, at: float) -> bool:
        """Whether the listed person that it is alerts at a threshold."""
        return self.right > NOTHING and self.right >= at


class Answer(NamedTuple):
    """Of one traveller: what each listed person is worth that could alert at some threshold, and every one that was compared."""

    worth: dict[UUID, float]
    compared: Container[UUID]


class Method(Protocol):
    """A way of screening."""

    name: str
    threshold: float

    def answers(self, travellers: Sequence[Traveller]) -> list[Answer]:
        """Of each traveller, in order."""
        ...


def measured(method: Method, travellers: Sequence[Traveller], told: Callable[[int], None]) -> Iterator[Measured]:
    """Each traveller screened, in order; `told` hears how many are done."""
    done = 0
    for first in range(0, len(travellers), _TOGETHER):
        some = travellers[first : first + _TOGETHER]
        for one, answer in zip(some, method.answers(some), strict=True):
            yield _measured(one, answer)
        done += len(some)
        told(done)


def _measured(one: Traveller, answer: Answer) -> Measured:
    worth = answer.worth
    truth = one.truth.entry.entry_id if one.truth else None
    best = max(worth, key=worth.__getitem__, default=None)
    strongest = NOTHING if best is None else worth[best]
    right = NOTHING if truth is None else worth.get(truth, NOTHING)
    return Measured(one, strongest, best, right, truth is not None and truth in answer.compared, worth)
