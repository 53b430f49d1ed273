"""Messages that come in one turn of the loop travel as one, and each has its own outcome."""

import asyncio
from collections.abc import Sequence

from services.ingest.carriage import Carriage
from shared.platform.kafka.errors import OutcomeUnknownError
from shared.platform.kafka.messages import Message


class Road:
    """A sink that notes what came together; the outcome of a message is in its value."""

    def __init__(self) -> None:
        self.journeys: list[list[bytes | None]] = []
        self.left: asyncio.Queue[None] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()
        self.broken: Exception | None = None

    async def send_many(self, messages: Sequence[Message]) -> Sequence[Exception | None]:
        self.journeys.append([message.value for message in messages])
        self.left.put_nowait(None)
        await self.open.wait()
        if self.broken is not None:
            raise self.broken
        return [None if message.value == b"good" else OutcomeUnknownError("lost") for message in messages]


def message(value: bytes) -> Message:
    return Message("things", value)


async def test_what_comes_in_one_turn_is_sent_as_one_and_each_learns_its_own_outcome() -> None:
    road = Road()
    carriage = Carriage(road)
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(carriage.send(message(value))) for value in (b"good", b"bad", b"good")]
    assert road.journeys == [[b"good", b"bad", b"good"]]
    assert [type(each.result()) for each in sent] == [type(None), OutcomeUnknownError, type(None)]


async def test_a_message_alone_does_not_wait_and_the_next_turn_does_not_wait_for_the_last() -> None:
    road = Road()
    carriage = Carriage(road)
    road.open.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(carriage.send(message(b"first")))
        await road.left.get()
        group.create_task(carriage.send(message(b"second")))
        await road.left.get()
        road.open.set()
    assert road.journeys == [[b"first"], [b"second"]]


async def test_who_travels_with_one_that_is_cut_off_does_not_know_the_outcome() -> None:
    road = Road()
    carriage = Carriage(road)
    road.open.clear()
    async with asyncio.TaskGroup() as group:
        first, second = (group.create_task(carriage.send(message(b"good"))) for _ in range(2))
        await road.left.get()
        first.cancel()
    assert isinstance(second.result(), OutcomeUnknownError)
    road.open.set()
    assert await carriage.send(message(b"good")) is None


async def test_one_that_is_cut_off_itself_takes_nothing_from_the_others() -> None:
    road = Road()
    carriage = Carriage(road)
    road.open.clear()
    async with asyncio.TaskGroup() as group:
        first, second, third = (group.create_task(carriage.send(message(b"good"))) for _ in range(3))
        await road.left.get()
        second.cancel()
        await asyncio.sleep(0)
        road.open.set()
    assert (first.result(), third.result()) == (None, None)


async def test_a_fault_of_the_sink_reaches_one_and_leaves_the_others_without_an_outcome() -> None:
    road = Road()
    road.broken = RuntimeError("broken")
    carriage = Carriage(road)
    caught: list[Exception] = []

    async def send() -> Exception | None:
        try:
            return await carriage.send(message(b"good"))
        except RuntimeError as error:
            caught.append(error)
            return None

    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(send()) for _ in range(2)]
    assert (len(caught), [type(each.result()) for each in sent]) == (1, [type(None), OutcomeUnknownError])
