"""What comes in the same turn of the event loop, taken as one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from shared.platform.kafka.errors import OutcomeUnknownError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Turns(Generic[Item, Result]):
    """Whoever comes first in a turn has all taken that come in it: what taking costs besides its items is paid once.

    Nobody waits for company: what is there when the turn is over is taken, however many turns are still under way. `take`
    gives a result, or an error, for each item.
    """

    def __init__(self, take: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]) -> None:
        self._take = take
        self._items: list[Item] = []
        self._results: asyncio.Future[Sequence[Result | Exception]] | None = None

    async def join(self, item: Item) -> Result:
        """The result of one item; raises its error, or OutcomeUnknownError where whoever had it taken was cut off."""
        place = len(self._items)
        self._items.append(item)
        if self._results is None:
            self._results = asyncio.get_running_loop().create_future()
            results = await self._end(self._results)
        else:
            results = await asyncio.shield(self._results)
        result = results[place]
        if isinstance(result, Exception):
            raise result
        return result

    async def _end(self, results: asyncio.Future[Sequence[Result | Exception]]) -> Sequence[Result | Exception]:
        made: Sequence[Result | Exception] | None = None
        try:
            await asyncio.sleep(0)
        finally:
            items, self._items, self._results = self._items, [], None
        try:
            made = await self._take(items)
        finally:
            results.set_result(made or [OutcomeUnknownError("cut off") for _ in items])
        return made
