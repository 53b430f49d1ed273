"""One evaluation: the set is built, every method is asked about every traveller of a half, and what came of it is counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from services.cli.evaluate import figures, peers
from services.cli.evaluate.figures import Share
from services.cli.evaluate.measuring import Measured, Method, Own, measured
from services.cli.evaluate.people import Half, sought
from services.cli.evaluate.slips import KINDS
from services.cli.evaluate.travellers import Strangers, Traveller, exact_names, slipped_names
from services.cli.reference import listed

SEED: Final = 20261125
_AT: Final = datetime(2026, 2, 27, tzinfo=UTC)
"""The day of the youngest list."""
_FOUR: Final = 4

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


def evaluated(plan: Plan, step: Step) -> list[Outcome]:
    """Our own method first, then the others."""
    entries = listed()
    travellers = travelling(plan)
    own = Own(entries, _AT)
    outcomes = [_asked(own, travellers, step)]
    if plan.peers:
        some = _sampled(travellers, plan.sample)
        likeness = peers.Likeness(entries)
        outcomes.append(_asked(likeness, some, step))
        if peers.is_there():
            outcomes += [_asked(peers.Nomenklatura(name, entries, likeness), some, step) for name in ("logic-v1", "logic-v2")]
    return outcomes


def travelling(plan: Plan) -> list[Traveller]:
    """Every traveller of a half of the people."""
    people = list(sought(listed()))
    drawn = Strangers(people, SEED)
    every = [
        *slipped_names(people, SEED),
        *exact_names(people),
        *drawn.strangers(plan.strangers),
        *drawn.near_strangers(plan.near),
        *drawn.siblings(plan.near // 5),
        *drawn.twins(plan.near // 5),
    ]
    return [one for one in every if one.half is plan.half]


def _asked(method: Method, travellers: Sequence[Traveller], step: Step) -> Outcome:
    rows = list(measured(method, travellers, step(method.name, len(travellers))))
    return Outcome(method.name, method.threshold, rows)


def _sampled(travellers: Sequence[Traveller], most: int) -> list[Traveller]:
    """Of each group so many at most, spread evenly; of strangers ten times as many."""
    groups: dict[str, list[Traveller]] = {}
    for one in travellers:
        groups.setdefault(one.group, []).append(one)
    found: list[Traveller] = []
    for group, some in groups.items():
        allowed = most * 10 if group == "stranger" else most
        every = max(1, -(-len(some) // allowed))
        found += some[::every]
    return found


def counted(outcome: Outcome) -> dict[str, Any]:
    """The figures of one method."""
    at = outcome.threshold
    slipped, strangers = outcome.of("slipped"), outcome.of("stranger")

    def recall(rows: Sequence[Measured]) -> dict[str, Any]:
        return _told(figures.share(rows, lambda row: row.is_recalled(at)))

    def alerted(rows: Sequence[Measured]) -> dict[str, Any]:
        return _told(figures.share(rows, lambda row: row.is_alerted(at)))

    return {
        "method": outcome.name,
        "threshold": at,
        "recall": {
            "all": recall(slipped),
            "birth date known": recall(outcome.of("slipped", lambda one: one.birth_date is not None)),
            "birth date not known": recall(outcome.of("slipped", lambda one: one.birth_date is None)),
            "four words and more": recall(outcome.of("slipped", lambda one: one.words >= _FOUR)),
            "as listed": recall(outcome.of("exact")),
        },
        "recall_by_kind": {kind: recall([row for row in slipped if row.traveller.kind == kind]) for kind in KINDS},
        "compared": _told(figures.share(slipped, lambda row: row.compared)),
        "alerted": {
            "strangers": alerted(strangers),
            "strangers of two words": alerted(outcome.of("stranger", lambda one: one.kind == "two words")),
            "near strangers": alerted(outcome.of("near stranger")),
            "siblings": alerted(outcome.of("sibling")),
            "twins": alerted(outcome.of("twin")),
        },
        "trade_off": [
            {"alerts_per_10000": point.budget, "threshold": round(point.threshold, 2), "recall": round(point.recall, 4)}
            for point in figures.trade_off(slipped, strangers)
        ],
    }


def _told(share: Share) -> dict[str, Any]:
    return {"of": share.of, "share": round(share.value, 5), "low": round(share.low, 5), "high": round(share.high, 5)}
