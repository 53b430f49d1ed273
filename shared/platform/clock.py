"""The one place that asks what time it is."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where code that needs the time gets it from; tests hand in a clock of their own."""

    def now(self) -> datetime:
        """The present moment, always aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC, as the operating system has it."""
        return datetime.now(UTC)  # noqa: TID251 - this is the place the rule points to
