"""One placed partition: handles its records in order, with repeats, dead letters and the move of its offset."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from shared.platform.kafka.dead_letters import DeadLetter, DeadLetters
from shared.platform.kafka.errors import LostPartitionError, PoisonError, TransientError
from shared.platform.kafka.flood import DeadLetterMeter, FloodError, Sources
from shared.platform.kafka.messages import Batch, Handler, Record
from shared.platform.kafka.metrics import CONSUMED, RETRIES
from shared.platform.kafka.placement import Place
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()

T = TypeVar("T")

_QUEUED_CHUNKS = 2
"""One in hand and one waiting: enough that the next is there when the one is done."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one poll brought for a partition; `letters` are batches in front of it that no client could read."""

    records: Sequence[Record]
    next_offset: int
    letters: Sequence[DeadLetter] = ()


@dataclass(frozen=True)
class Duties:
    """What all partitions of a consumer share."""

    group: str
    settings: KafkaSettings
    handle: Handler
    dead_letters: DeadLetters | None
    wake: Callable[[], None]
    """Called when there is room for more, or when the partition is lost or halted."""
    sources: Sources | None = None
    """Whose the records are, where the consumer can tell."""


class _ClosedError(Exception):
    """The partition is given back while something was being repeated."""


class PartitionRunner:
    """Handles the chunks offered to it, one after another, until closed, lost or halted."""

    def __init__(self, topic: str, partition: int, duties: Duties, place: Place) -> None:
        self.topic = topic
        self.partition = partition
        self.position = place.start
        """The next offset to read."""
        self.started = self.done = place.start
        """The next offset to handle."""
        self.lost = False
        """Somebody else has moved the offset; place the partition anew."""
        self.halted: str | None = None
        """Why an operator must look."""
        self.retrying: str | None = None
        """What is away, while something is being repeated."""
        self.progressed_at = asyncio.get_running_loop().time()
        self._duties = duties
        self._stored = place.stored
        self._topic_id = place.topic_id
        self._queue: deque[Chunk] = deque()
        self._more = asyncio.Event()
        self._closed = asyncio.Event()
        self._meter = DeadLetterMeter(duties.settings, topic, partition, duties.sources)

    @property
    def closed(self) -> bool:
        """Whether it takes no more for ever."""
        return self._closed.is_set() or self.lost or self.halted is not None

    @property
    def full(self) -> bool:
        """Whether it takes no more for now."""
        return len(self._queue) >= _QUEUED_CHUNKS or self.closed

    def offer(self, chunk: Chunk) -> None:
        """Queue what was read; it continues at `position`."""
        self._queue.append(chunk)
        self.position = chunk.next_offset
        self._more.set()

    def close(self) -> None:
        """Finish what is in hand, give up what is repeated or queued."""
        self.progressed_at = asyncio.get_running_loop().time()
        self._closed.set()
        self._more.set()

    async def run(self) -> None:
        """Work until closed, lost or halted; a handler's bug is raised."""
        try:
            while await self._has_more():
                chunk = self._queue[0]
                await self._work_off(chunk)
                self._queue.popleft()
                self._duties.wake()
        except _ClosedError:
            pass
        except LostPartitionError:
            self.lost = True
            log.warning("partition.lost", group=self._duties.group, topic=self.topic, partition=self.partition)
        except FloodError as error:
            self.halted = str(error)
        finally:
            self._duties.wake()

    async def _has_more(self) -> bool:
        while not self._queue and not self._closed.is_set():
            self._more.clear()
            await self._more.wait()
        return not self._closed.is_set()

    async def _work_off(self, chunk: Chunk) -> None:
        if chunk.letters:
            self._meter.note_unreadable(len(chunk.letters))
            await self._bury(chunk.letters)
        await self._finish(chunk.records, chunk.next_offset)

    async def _finish(self, records: Sequence[Record], next_offset: int, *, counted: bool = False) -> None:
        """Handle these records and move the offset; poison among them goes to the dead letters first.

        `counted`: they were counted as sound already, when others of their batch were named as poison.
        """
        try:
            await self._handle(records, next_offset)
        except PoisonError as poison:
            if not records:
                raise
            reasons = {record.offset: poison.records[record.offset] for record in records if record.offset in poison.records}
            if not reasons and len(records) > 1:
                middle = len(records) // 2
                await self._finish(records[:middle], records[middle].offset, counted=counted)
                await self._finish(records[middle:], next_offset, counted=counted)
                return
            reasons = reasons or {records[0].offset: poison.reason}
            bad = [record for record in records if record.offset in reasons]
            noted = bad if counted else records
            self._meter.note(noted, [record.offset in reasons for record in noted])
            await self._bury([DeadLetter.of(self.topic, self.partition, record, reasons[record.offset]) for record in bad])
            await self._finish([record for record in records if record.offset not in reasons], next_offset, counted=True)
        else:
            if not counted:
                self._meter.note(records, [False] * len(records))

    async def _handle(self, records: Sequence[Record], next_offset: int) -> None:
        batch = Batch(self.topic, self.partition, records, self._stored, next_offset, self._topic_id)
        await self._until_it_passes(lambda: self._duties.handle(batch))
        self._stored = self.done = next_offset
        self.progressed_at = asyncio.get_running_loop().time()
        CONSUMED.labels(self._duties.group, self.topic).inc(len(records))

    async def _bury(self, letters: Sequence[DeadLetter]) -> None:
        dead_letters = self._duties.dead_letters
        if dead_letters is None:
            raise FloodError(f"a record that cannot be handled, and no dead letters to put it: {letters[0].reason}")
        await self._until_it_passes(lambda: dead_letters.add(letters))
        for letter in letters:
            log.warning(
                "record.buried", topic=letter.topic, partition=letter.partition, offset=letter.offset, reason=letter.reason
            )

    async def _until_it_passes(self, action: Callable[[], Awaitable[T]]) -> T:
        """Do it, again and again while what it needs is away, with growing, jittered pauses."""
        attempt = 0
        while True:
            try:
                result = await action()
            except TransientError as error:
                self.retrying = type(error).__name__
                RETRIES.labels(self._duties.group, self.topic).inc()
                log.warning("batch.postponed", topic=self.topic, partition=self.partition, error=self.retrying, attempt=attempt)
                await self._pause(attempt)
                attempt += 1
            else:
                self.retrying = None
                return result

    async def _pause(self, attempt: int) -> None:
        base, cap = self._duties.settings.retry_base_seconds, self._duties.settings.retry_cap_seconds
        try:
            async with asyncio.timeout(random.uniform(base / 2, min(cap, base * 2 ** min(attempt, 20)))):
                await self._closed.wait()
        except TimeoutError:
            return
        raise _ClosedError
