"""Stand-ins that a consumer's tests need: a store of offsets, dead letters, and a way to run a worker for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from shared.platform.kafka.dead_letters import DeadLetter
from shared.platform.kafka.errors import BrokerUnavailableError, LostPartitionError, OutcomeUnknownError
from shared.platform.kafka.messages import Batch, Message, Record
from shared.platform.kafka.producer import Producer
from shared.platform.supervisor import Worker


class MemoryLedger:
    """Effects and offsets as one, by compare-and-swap: what a database does for a use case."""

    def __init__(self) -> None:
        self.offsets: dict[tuple[str, int], int] = {}
        self.seen: list[tuple[int, int, bytes | None]] = []
        self.batches = 0
        self.waiting = 0
        self.open = asyncio.Event()
        self.open.set()

    async def load(self, topic: str, partitions: Sequence[int]) -> dict[int, int | None]:
        self.waiting += 1
        await self.open.wait()
        self.waiting -= 1
        return {partition: self.offsets.get((topic, partition)) for partition in partitions}

    async def handle(self, batch: Batch) -> None:
        await asyncio.sleep(0)
        self.commit(batch, batch.records)

    def commit(self, batch: Batch, records: Sequence[Record]) -> None:
        place = (batch.topic, batch.partition)
        if self.offsets.get(place) != batch.expected_offset:
            raise LostPartitionError
        self.offsets[place] = batch.next_offset
        self.seen += [(batch.partition, record.offset, record.value) for record in records]
        self.batches += 1

    @property
    def values(self) -> list[bytes | None]:
        return [value for _, _, value in self.seen]


class KeptLetters:
    """Dead letters in a list."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []

    async def add(self, letters: Sequence[DeadLetter]) -> None:
        self.letters += letters


@asynccontextmanager
async def running(*workers: Worker, within: float = 30) -> AsyncIterator[asyncio.Event]:
    """Run workers while the block runs, then stop them and wait for their end."""
    stop = asyncio.Event()
    async with asyncio.timeout(within), asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.run(stop))
        try:
            yield stop
        finally:
            stop.set()


async def until(condition: Callable[[], bool], within: float = 20) -> None:
    """Wait for an effect; TimeoutError when it does not come."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the effect is seen from outside only
            await asyncio.sleep(0.01)


async def insist(producer: Producer, message: Message) -> None:
    """Send until it is acknowledged."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await producer.send(message)
            except (OutcomeUnknownError, BrokerUnavailableError):
                continue
