"""Runs a process: its workers side by side, the HTTP server one among them, all under one owner.

A worker that fails ends the process with 1 after the others finished what is in hand; SIGTERM and SIGINT drain and end it
with 0. Whatever hangs is cut off at the stop deadline.
"""

import asyncio
import faulthandler
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from fastapi import APIRouter

from shared.platform.looplag import LoopLagWatch
from shared.platform.readiness import Readiness
from shared.platform.settings import ProcessSettings

log = structlog.get_logger()

_YOUNG_OBJECTS = 20_000
"""New objects between two looks for cycles; Python's 700 are fewer than one batch makes, and what it makes ends by itself."""


class Worker(Protocol):
    """Something that runs for as long as the process does."""

    @property
    def name(self) -> str:
        """For logs, metrics and `/readyz`."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, finish what is in hand, return. Returning earlier, or raising, ends the process with 1."""
        ...


@dataclass(frozen=True)
class Service:
    """An opened service: what it serves and what it runs. Workers register their own checks in `readiness`."""

    routers: Sequence[APIRouter]
    workers: Sequence[Worker]
    readiness: Readiness = field(default_factory=Readiness)


class WorkerEndedError(Exception):
    """A worker returned although nobody asked it to stop."""


def _must_be_asked(worker: Worker, stop: asyncio.Event) -> None:
    if not stop.is_set():
        raise WorkerEndedError(worker.name)


async def supervise(workers: Sequence[Worker], stop: asyncio.Event) -> int:
    """Run the workers until `stop` is set or one fails, then let all finish; 0 if none failed, else 1."""
    failed: list[str] = []

    async def watch(worker: Worker) -> None:
        try:
            await worker.run(stop)
            _must_be_asked(worker, stop)
        except asyncio.CancelledError:
            failed.append(worker.name)
            raise
        except Exception:
            failed.append(worker.name)
            log.exception("worker.failed", worker=worker.name)
        finally:
            stop.set()

    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(watch(worker), name=worker.name)
    return 1 if failed else 0


async def run_service(
    opened: AbstractAsyncContextManager[Service],
    settings: ProcessSettings,
    *,
    http: Callable[[Service], Worker],
    extra: Sequence[Worker] = (),
) -> int:
    """Open the service, run it with its HTTP server, close it; the exit code. Call it through `run_process`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    cut = _DeadlineThread(settings.stop_deadline_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(_start_the_clock(stop, cut))
            async with opened as service:
                log.info("service.started", workers=[worker.name for worker in service.workers])
                watch = LoopLagWatch(settings.loop_stall_limit_seconds)
                code = await supervise([*service.workers, *extra, watch, http(service)], stop)
            watcher.cancel()
        log.info("service.stopped", code=code)
        return code
    finally:
        cut.cancel()


def run_process(main: Callable[[], Coroutine[Any, Any, int]], *, uvloop: bool = True) -> int:
    """Run `main` on its own event loop and give its exit code: `sys.exit(run_process(lambda: run_service(…)))`."""
    factory = None
    if uvloop and sys.platform != "win32":
        import uvloop as fast  # noqa: PLC0415 - absent on Windows

        factory = fast.new_event_loop
    spare_the_collector()
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main())


def spare_the_collector() -> None:
    """Leave what was loaded out of every look for cycles, and look less often: it took a sixth of the time under load."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


async def _start_the_clock(stop: asyncio.Event, cut: "_DeadlineThread") -> None:
    await stop.wait()
    cut.start()


class _DeadlineThread:
    """Ends the process when stopping takes too long; a thread, because the loop itself may be what hangs."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def start(self) -> None:
        self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()

    @staticmethod
    def _cut() -> None:
        log.error("service.cut_off", reason="stopping took longer than the deadline")
        faulthandler.dump_traceback()
        os._exit(1)
