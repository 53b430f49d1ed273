"""What a run of the demonstration can be told."""

from dataclasses import dataclass
from pathlib import Path

A_SECOND = 200
"""Crossings posted a second: what a border with a few hundred posts reports on a busy day."""

LEAST_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Options:
    """`crossings` counts the strangers; `patience_seconds` is how long what is due may take after the last event went in."""

    var: Path
    seed: int = 2026
    crossings: int = 4000
    patience_seconds: float = 120.0

    @property
    def seconds(self) -> float:
        """How long events are played."""
        return max(LEAST_SECONDS, self.crossings / A_SECOND)
