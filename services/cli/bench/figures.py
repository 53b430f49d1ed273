"""What a measurement says: rates, quantiles, and the ratio to the limit measured beside it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


def quantile(values: Sequence[float], q: float) -> float:
    """The q-quantile by the nearest rank: a value that was really measured. Empty input gives NaN."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(q * len(ordered)) - 1))]


@dataclass(frozen=True, slots=True)
class Rate:
    """Rounds of one thing, in units per second."""

    name: str
    rounds: tuple[float, ...]
    unit: str = "1/s"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A path beside its limit. Rounds alternate, so that noise of the machine meets both; the ratio is the median of the rounds' ratios."""

    what: str
    path: Rate
    limit: Rate
    goal: float
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Path over limit."""
        return median(a / b for a, b in zip(self.path.rounds, self.limit.rounds, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "ratio": round(self.ratio, 3), "reached": self.ratio >= self.goal}


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from one moment to another."""

    what: str
    milliseconds: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Count and quantiles."""
        marks = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
        return {
            "what": self.what,
            "count": len(self.milliseconds),
            **{name: round(quantile(self.milliseconds, q), 2) for name, q in marks.items()},
        }
