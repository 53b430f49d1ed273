"""What the doctor found: one line each, with what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.platform.clock import Clock, SystemClock
from shared.platform.settings import KafkaSettings


class Level(StrEnum):
    """How bad it is. Only a fault makes the doctor's exit code 1."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `todo` is given for everything that is not OK."""

    check: str
    level: Level
    text: str
    todo: str | None = None

    def line(self) -> str:
        """In one line."""
        todo = f" → {self.todo}" if self.todo else ""
        return f"{self.level:7} {self.check:10} {self.text}{todo}"

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"check": self.check, "level": str(self.level), "text": self.text, "todo": self.todo}


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, text)


def warning(check: str, text: str, todo: str) -> Finding:
    """It works, but should not stay so."""
    return Finding(check, Level.WARNING, text, todo)


def fault(check: str, text: str, todo: str) -> Finding:
    """Something does not work, or loses what it must not lose."""
    return Finding(check, Level.FAULT, text, todo)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is to be looked at, and from when on it is too much."""

    kafka: KafkaSettings
    database: str | None
    services: Mapping[str, str]
    """Addresses by name: ingest, correlate, notify."""
    var: Path
    lag_records: int
    idle: timedelta = timedelta(minutes=1)
    """Records that wait for so long, while none is handled, mean that nobody is at work."""
    skew: timedelta = timedelta(seconds=2)
    seconds: float = 10.0
    """Longest time for one answer."""
    clock: Clock = field(default_factory=SystemClock)
