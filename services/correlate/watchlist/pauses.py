"""Long work of this process's own in slices, so that requests beside it get their turn."""

import asyncio
import time


class Pauses:
    """Gives the loop its turn when so many milliseconds are over."""

    def __init__(self, busy_ms: int) -> None:
        self._seconds = busy_ms / 1000
        self._ends = time.perf_counter() + self._seconds

    async def take(self) -> None:
        """Call between two pieces of work."""
        if time.perf_counter() >= self._ends:
            await asyncio.sleep(0)
            self._ends = time.perf_counter() + self._seconds
