"""What several partitions bring at the same time, in one transaction: its cost is shared as soon as it matters."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from shared.platform.errors import LostPartitionError, PoisonError, TransientError

T = TypeVar("T")


class _Job(Generic[T]):
    """An item that waits for its turn, and what came of it."""

    __slots__ = ("done", "error", "item")

    def __init__(self, item: T) -> None:
        self.item = item
        self.done = False
        self.error: Exception | None = None

    def settle(self, error: Exception | None = None) -> None:
        self.done, self.error = True, error


class Together(Generic[T]):
    """Gathers what is handed in while one transaction is under way, and hands it to `commit` as one when that has ended.

    Nobody waits for company: an item that comes alone goes alone, at once. If the items cannot be committed together because one of them is
    poison or its partition lost, each is tried for itself, so that it takes no other down. `commit` has no effect when it raises.
    """

    def __init__(self, commit: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._commit = commit
        self._turn = asyncio.Lock()
        self._waiting: list[_Job[T]] = []

    async def take(self, item: T) -> None:
        """Return once the item is committed; raises what its commit raised."""
        job = _Job(item)
        self._waiting.append(job)
        try:
            async with self._turn:
                if not job.done:
                    await self._take_all()
        except BaseException:
            if job in self._waiting:
                self._waiting.remove(job)
            raise
        if job.error is not None:
            raise job.error

    async def _take_all(self) -> None:
        jobs, self._waiting = self._waiting, []
        try:
            await self._settle(jobs)
        finally:
            self._waiting = [job for job in jobs if not job.done] + self._waiting

    async def _settle(self, jobs: list[_Job[T]]) -> None:
        try:
            await self._commit([job.item for job in jobs])
        except TransientError as error:
            for job in jobs:
                job.settle(error)
        except (LostPartitionError, PoisonError) as error:
            if len(jobs) == 1:
                jobs[0].settle(error)
                return
            for job in jobs:
                await self._settle([job])
        else:
            for job in jobs:
                job.settle()
