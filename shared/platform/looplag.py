"""How late the event loop is, and the end of a process whose loop stands still."""

import asyncio
import faulthandler
import os
import threading

import structlog
from prometheus_client import Gauge

log = structlog.get_logger()

_PERIOD_SECONDS = 0.5
_LAG = Gauge("atalaya_loop_lag_seconds", "How much later than asked the event loop ran its last timer.")


class LoopLagWatch:
    """A worker that measures the loop's lag; beside it a thread that ends the process when the loop stops beating.

    The thread counts its own turns rather than the time of day: after a suspension of the whole process (SIGSTOP, a
    laptop's sleep) the loop gets its chance first.
    """

    name = "loop-lag"

    def __init__(self, stall_limit_seconds: float) -> None:
        self._limit = stall_limit_seconds
        self._beats = 0
        self._done = threading.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until told to stop."""
        guard = threading.Thread(target=self._guard, name="loop-guard", daemon=True)
        guard.start()
        loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                asked = loop.time() + _PERIOD_SECONDS
                try:
                    async with asyncio.timeout_at(asked):
                        await stop.wait()
                except TimeoutError:
                    _LAG.set(max(0.0, loop.time() - asked))
                self._beats += 1
        finally:
            self._done.set()

    def _guard(self) -> None:
        seen, missed = -1, 0
        while not self._done.wait(_PERIOD_SECONDS):
            seen, missed = (self._beats, 0) if self._beats != seen else (seen, missed + 1)
            if missed * _PERIOD_SECONDS >= self._limit:
                log.error("loop.stalled", seconds=self._limit)
                faulthandler.dump_traceback()
                os._exit(1)
