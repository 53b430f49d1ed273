"""How much memory the processes of a measurement have taken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import psutil

from services.cli.running import System

_MIB: Final = 1_048_576
_SAMPLE_SECONDS: Final = 0.5


class Peaks:
    """The most that each process had at a sample, since it was last asked."""

    def __init__(self, system: System, *names: str) -> None:
        self._system = system
        self._names = names
        self._most: dict[str, int] = {}

    def taken(self) -> dict[str, int]:
        """The peaks in MiB; from now on they count anew."""
        self._sample()
        most, self._most = self._most, {}
        return most

    @contextlib.asynccontextmanager
    async def sampled(self) -> AsyncIterator[None]:
        """Looks twice a second."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._run())
            try:
                yield
            finally:
                task.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.to_thread(self._sample)
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _sample(self) -> None:
        for name, size in resident_mib(self._system, *self._names).items():
            self._most[name] = max(size, self._most.get(name, 0))


def resident_mib(system: System, *names: str) -> dict[str, int]:
    """What each process has to itself, with its children, in MiB: memory that PostgreSQL's processes share counts for none of them."""
    return {name: _resident(system, name) // _MIB for name in names}


def _resident(system: System, name: str) -> int:
    identity = system.process(name)
    process = identity.process() if identity else None
    every = [process, *process.children(recursive=True)] if process else []
    return sum(_own(one) for one in every)


def _own(process: psutil.Process) -> int:
    try:
        told: Any = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(told, "uss", told.rss))
