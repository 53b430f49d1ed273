"""The events this process accepted lately: enough to say `duplicate` and to see a contradiction, promising neither."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.platform.clock import Clock


@dataclass(slots=True)
class Remembered:
    """An event by its digest. While it is being sent others with the same id wait for `settled`."""

    digest: str
    until: float
    settled: asyncio.Event
    delivered: bool = False


class RecentEvents:
    """A window bounded by entries and by age; the oldest go first."""

    def __init__(self, *, entries: int, age: timedelta, clock: Clock) -> None:
        self._entries = entries
        self._seconds = age.total_seconds()
        self._clock = clock
        self._window: OrderedDict[UUID, Remembered] = OrderedDict()

    def find(self, event_id: UUID) -> Remembered | None:
        """What is remembered of this id."""
        found = self._window.get(event_id)
        if found is not None and found.delivered and found.until <= self._clock.now().timestamp():
            del self._window[event_id]
            return None
        return found

    def remember(self, event_id: UUID, digest: str, settled: asyncio.Event) -> Remembered:
        """Remember an event that is about to be sent."""
        made = Remembered(digest, self._clock.now().timestamp() + self._seconds, settled)
        self._window[event_id] = made
        if len(self._window) > self._entries:
            self._window.popitem(last=False)
        return made

    def forget(self, event_id: UUID, entry: Remembered) -> None:
        """Forget an event whose outcome is unknown: whoever sends it again is taken at his word."""
        if self._window.get(event_id) is entry:
            del self._window[event_id]

    def __len__(self) -> int:
        return len(self._window)
