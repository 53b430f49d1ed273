import asyncio
from collections.abc import Sequence

import pytest

from shared.platform.errors import LostPartitionError, TransientError
from shared.platform.kafka.together import Together


class Ledger:
    """Commits numbers; the first call waits until it is let go, `lost` ones cannot be committed, `away` fails everything."""

    def __init__(self, *, lost: frozenset[int] = frozenset()) -> None:
        self.calls: list[list[int]] = []
        self.begun, self.go, self.lost, self.away = asyncio.Event(), asyncio.Event(), lost, False

    async def commit(self, items: Sequence[int]) -> None:
        self.begun.set()
        await self.go.wait()
        if self.away:
            raise TransientError("away")
        if self.lost & set(items):
            raise LostPartitionError("another copy has it")
        self.calls.append(list(items))


async def _taken(together: Together[int], item: int, failed: dict[int, Exception]) -> None:
    try:
        await together.take(item)
    except (TransientError, LostPartitionError) as error:
        failed[item] = error


async def _all(ledger: Ledger, items: range) -> dict[int, Exception]:
    """The first alone, the others while its commit is under way; which failed."""
    together, failed = Together(ledger.commit), dict[int, Exception]()
    async with asyncio.TaskGroup() as group:
        group.create_task(_taken(together, items[0], failed))
        await ledger.begun.wait()
        for item in items[1:]:
            group.create_task(_taken(together, item, failed))
        await asyncio.sleep(0)  # let every one of them stand in line
        ledger.go.set()
    return failed


async def test_what_comes_while_one_commit_is_under_way_goes_together_into_the_next() -> None:
    ledger = Ledger()
    assert await _all(ledger, range(5)) == {}
    assert ledger.calls == [[0], [1, 2, 3, 4]]


async def test_one_that_cannot_be_committed_takes_no_other_down() -> None:
    ledger = Ledger(lost=frozenset({2}))
    failed = await _all(ledger, range(5))
    assert set(failed) == {2}
    assert sorted(item for call in ledger.calls for item in call) == [0, 1, 3, 4]


async def test_what_may_pass_is_told_to_everyone_that_waited_and_nothing_is_committed() -> None:
    ledger = Ledger()
    ledger.away = True
    failed = await _all(ledger, range(3))
    assert set(failed) == {0, 1, 2}
    assert ledger.calls == []


async def test_one_that_gives_up_waiting_is_not_committed_later() -> None:
    ledger = Ledger()
    together = Together(ledger.commit)
    async with asyncio.TaskGroup() as group:
        group.create_task(together.take(1))
        await ledger.begun.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await together.take(2)
        ledger.go.set()
    await together.take(3)
    assert ledger.calls == [[1], [3]]
