"""What comes in one turn of the loop is taken as one, and each item has its own result."""

import asyncio
from collections.abc import Sequence

from services.ingest.turns import Turns
from shared.platform.kafka.errors import OutcomeUnknownError


class Desk:
    """Takes items and notes what came together; answers when it is let."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()
        self.broken: Exception | None = None
        self.turns = Turns(self.take)

    async def take(self, items: Sequence[str]) -> list[str | Exception]:
        self.taken.append(list(items))
        self.begun.put_nowait(None)
        await self.open.wait()
        if self.broken is not None:
            raise self.broken
        return [ValueError(item) if item == "bad" else item.upper() for item in items]

    async def ask(self, item: str) -> str:
        """The result, or the name of the error."""
        try:
            return await self.turns.join(item)
        except (ValueError, RuntimeError, OutcomeUnknownError) as error:
            return type(error).__name__


async def test_what_comes_in_one_turn_is_taken_as_one_and_each_learns_its_own_result() -> None:
    desk = Desk()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(desk.ask(item)) for item in ("a", "bad", "c")]
    assert desk.taken == [["a", "bad", "c"]]
    assert [each.result() for each in asked] == ["A", "ValueError", "C"]


async def test_one_alone_does_not_wait_and_the_next_turn_does_not_wait_for_the_last() -> None:
    desk = Desk()
    desk.open.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.ask("first"))
        await desk.begun.get()
        group.create_task(desk.ask("second"))
        await desk.begun.get()
        desk.open.set()
    assert desk.taken == [["first"], ["second"]]


async def test_who_was_taken_with_one_that_is_cut_off_does_not_know_the_outcome() -> None:
    desk = Desk()
    desk.open.clear()
    async with asyncio.TaskGroup() as group:
        first, second = (group.create_task(desk.ask(item)) for item in "ab")
        await desk.begun.get()
        first.cancel()
    assert second.result() == "OutcomeUnknownError"
    desk.open.set()
    assert await desk.ask("c") == "C"


async def test_one_that_is_cut_off_itself_takes_nothing_from_the_others() -> None:
    desk = Desk()
    desk.open.clear()
    async with asyncio.TaskGroup() as group:
        first, second, third = (group.create_task(desk.ask(item)) for item in "abc")
        await desk.begun.get()
        second.cancel()
        await asyncio.sleep(0)
        desk.open.set()
    assert (first.result(), third.result()) == ("A", "C")


async def test_a_bug_in_taking_is_raised_once_and_leaves_the_others_without_an_outcome() -> None:
    desk = Desk()
    desk.broken = RuntimeError("broken")
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(desk.ask(item)) for item in "ab"]
    assert [each.result() for each in asked] == ["RuntimeError", "OutcomeUnknownError"]
