"""Recall and false alarms with what chance alone would have given (bootstrap over persons), and the trade-off between the two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.cli.evaluate.measuring import NOTHING, Measured

BUDGETS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 150.0)
"""Alerts per 10,000 strangers at which the trade-off is told."""
_DRAWS: Final = 1000
_SEED: Final = 20261125
_PER: Final = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """A share of so many, with the interval in which 95 of 100 repetitions with other persons would lie."""

    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """A threshold with what it finds and what it raises for nothing."""

    budget: float
    threshold: float
    recall: float


def share(rows: Sequence[Measured], is_so: Callable[[Measured], bool]) -> Share:
    """The share of rows of which something is so; a person's rows are drawn together.

    Where it is so of all or of none, drawing again says nothing: there the exact interval of so many persons is given (Clopper and Pearson 1934).
    """
    if not rows:
        return Share(0, 0.0, 0.0, 0.0)
    sums: dict[object, list[int]] = {}
    for number, row in enumerate(rows):
        person = row.traveller.truth or row.traveller.like
        held = sums.setdefault(person.entry.entry_id if person else number, [0, 0])
        held[0] += is_so(row)
        held[1] += 1
    hits, counts = np.array(list(sums.values()), dtype=np.float64).T
    value = float(hits.sum() / counts.sum())
    if value in {0.0, 1.0}:
        sure = float(0.025 ** (1 / len(hits)))
        return Share(len(rows), value, *((0.0, 1 - sure) if value == 0.0 else (sure, 1.0)))
    low, high = np.quantile(_drawn(hits, counts), (0.025, 0.975))
    return Share(len(rows), value, float(low), float(high))


def _drawn(hits: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    random = np.random.default_rng(_SEED)
    if counts.max() == 1.0:
        return random.binomial(len(hits), hits.mean(), _DRAWS) / len(hits)
    shares = np.empty(_DRAWS)
    for number in range(_DRAWS):
        some = random.integers(0, len(hits), len(hits))
        shares[number] = hits[some].sum() / counts[some].sum()
    return shares


def threshold_at(worth: Sequence[float], budget: float) -> float:
    """The lowest threshold at which so many of 10,000 are alerted at most, of strangers of whom each is worth so much; `NOTHING` if all may be."""
    first = sorted((one for one in worth if one > NOTHING), reverse=True)
    allowed = int(budget * len(worth) / _PER)
    return float(np.nextafter(first[allowed], np.inf)) if allowed < len(first) else NOTHING


def trade_off(slipped: Sequence[Measured], strangers: Sequence[Measured]) -> list[Point]:
    """Recall at each of the budgets of which one alert is a part at least: of too few strangers nothing can be said of a small one."""
    points = []
    worth = [row.strongest for row in strangers]
    for budget in (one for one in BUDGETS if one * len(worth) >= _PER):
        at = threshold_at(worth, budget)
        points.append(Point(budget, at, recall_at(slipped, at)))
    return points


def recall_at(slipped: Sequence[Measured], at: float) -> float:
    """The share of slipped names that are found at a threshold."""
    return sum(row.is_recalled(at) for row in slipped) / max(1, len(slipped))


def point(slipped: Sequence[Measured], strangers: Sequence[Measured], at: float) -> tuple[float, float]:
    """Alerts per 10,000 strangers and recall at a threshold."""
    return _PER * sum(row.is_alerted(at) for row in strangers) / max(1, len(strangers)), recall_at(slipped, at)


def curve(slipped: Sequence[Measured], strangers: Sequence[Measured]) -> list[tuple[float, float]]:
    """The same at every threshold at which the alerts change, the strictest first."""
    worth = sorted({row.strongest for row in strangers if row.strongest > NOTHING}, reverse=True)
    return [point(slipped, strangers, at) for at in worth]
