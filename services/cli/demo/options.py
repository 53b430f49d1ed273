"""What a run of the demonstration can be told."""

from dataclasses import dataclass
from pathlib import Path

A_SECOND = 200
"""Events played a second, both doors together: what a border with a few hundred posts reports on a busy day."""


@dataclass(frozen=True, slots=True)
class Options:
    """`crossings` counts the strangers; `patience_seconds` is how long what is due may take after the last event went in."""

    var: Path
    seed: int = 2026
    crossings: int = 4000
    patience_seconds: float = 120.0

    def seconds(self, events: int) -> float:
        """How long so many events are played."""
        return events / A_SECOND
