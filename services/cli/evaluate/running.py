"""One evaluation: the set is built, every method is asked about every traveller of a half."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from services.cli.evaluate import peers
from services.cli.evaluate.made import SEED, Travelling, made
from services.cli.evaluate.measuring import Measured, Method, measured
from services.cli.evaluate.own import Own
from services.cli.evaluate.people import Half
from services.cli.evaluate.travellers import Traveller
from shared.contracts.watchlist import ActorEntry

_AT: Final = datetime(2026, 2, 27, tzinfo=UTC)
"""The day of the youngest list."""

_TIMES: Final = 10
"""Strangers that a peer is asked about for one traveller of another group: few of them are alerted."""

Step = Callable[[str, int], Callable[[int], None]]
"""Hears what begins and how many there are, and gives who hears how many are done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: so many strangers in all, of whom a half is the half's; of a peer so many of each group."""

    half: Half
    strangers: int
    near: int
    peers: bool
    sample: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one method made of the travellers."""

    name: str
    threshold: float
    rows: list[Measured]

    def of(self, group: str, is_so: Callable[[Traveller], bool] | None = None) -> list[Measured]:
        """The rows of a group, those of them of which something is so."""
        return [row for row in self.rows if row.traveller.group == group and (is_so is None or is_so(row.traveller))]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The set, and what each method made of it, our own first."""

    travelling: Travelling
    outcomes: list[Outcome]


def evaluated(entries: Sequence[ActorEntry], plan: Plan, step: Step) -> Evaluated:
    """Our own method first, then the others."""
    travelling = made(entries, plan.half, strangers=plan.strangers, near=plan.near)
    outcomes = [_asked(Own(entries, _AT), travelling.travellers, step)]
    if plan.peers:
        some = _sampled(travelling.travellers, plan.sample)
        likeness = peers.Likeness(entries)
        outcomes.append(_asked(likeness, some, step))
        if peers.is_there():
            outcomes += [_asked(peers.Nomenklatura(name, entries, likeness), some, step) for name in peers.ALGORITHMS]
    return Evaluated(travelling, outcomes)


def _asked(method: Method, travellers: Sequence[Traveller], step: Step) -> Outcome:
    rows = list(measured(method, travellers, step(method.name, len(travellers))))
    return Outcome(method.name, method.threshold, rows)


def _sampled(travellers: Sequence[Traveller], most: int) -> list[Traveller]:
    """Of each group so many at most, drawn; of strangers ten times as many."""
    groups: dict[str, list[Traveller]] = {}
    for one in travellers:
        groups.setdefault(one.group, []).append(one)
    random = Random(SEED)
    found: list[Traveller] = []
    for group, some in groups.items():
        found += random.sample(some, min(len(some), most * _TIMES if group.startswith("stranger") else most))
    return found
