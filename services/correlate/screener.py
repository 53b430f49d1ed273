"""Screening: events against the index, sightings acknowledged by the broker, then the offset."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from services.correlate.index_feed import IndexFeed, ListBehindError
from services.correlate.judging import Judging, Run, read, unknown
from services.correlate.metrics import EVENTS_SCREENED
from services.correlate.store.events import ask_digests, known_digests, note_events
from services.correlate.store.messages import partition_markers
from services.correlate.tables import consumer_offset
from shared.contracts.events import Event
from shared.contracts.topics import SIGHTINGS
from shared.platform.database.engine import Database
from shared.platform.database.offsets import advance_offsets
from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.messages import Batch, Message
from shared.platform.kafka.producer import Producer
from shared.platform.kafka.together import Together

log = structlog.get_logger()

CONSUMER: Final = "screen"


@dataclass(slots=True)
class Question:
    """Which of these events were screened before, and under what content."""

    ids: set[UUID]
    digests: dict[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """A batch that is done, and what was screened of it."""

    batch: Batch
    events: Sequence[Event]


class Screening:
    """Handles batches of the events topic.

    Effect before mark: every sighting is acknowledged before the offset moves, so a crash repeats some; they carry
    deterministic ids. An id that was screened before is not screened again: its sightings were acknowledged then.
    """

    def __init__(
        self,
        feed: IndexFeed,
        producer: Producer,
        database: Database,
        *,
        slice_seconds: float,
        list_wait_seconds: float,
    ) -> None:
        self._feed = feed
        self._producer = producer
        self._database = database
        self._judging = Judging(feed, slice_seconds)
        self._list_wait_seconds = list_wait_seconds
        self._together = Together(self._commit)

    async def handle(self, batch: Batch) -> None:
        """Judge a batch, send what it gives, move the offset.

        Raises PoisonError for every event that cannot be read or judged, or contradicts an earlier one.
        """
        runs = read(batch.records)
        await self._leave_out_known(runs)
        await self._until_listed(0)
        for run in runs:
            await self._send(await self._judging.messages(run.events))
            if run.marker is not None:
                await self._until_listed(run.marker.list_version)
                partitions = await self._producer.partitions(SIGHTINGS)
                await self._send(partition_markers(run.marker.list_version, batch.partition, partitions))
        await self._together.take(Mark(batch, [one.event for run in runs for one in run.events]))

    async def _leave_out_known(self, runs: Sequence[Run]) -> None:
        ids = {one.event.event_id for run in runs for one in run.events}
        if ids:
            question = Question(ids)
            await self._together.take(question)
            unknown(runs, question.digests)

    async def _until_listed(self, list_version: int) -> None:
        try:
            async with asyncio.timeout(self._list_wait_seconds):
                await self._feed.reached(list_version)
        except TimeoutError:
            raise ListBehindError(f"the list is not at {list_version} yet") from None

    async def _send(self, messages: Sequence[Message]) -> None:
        """Return once all are acknowledged; nothing that follows, a marker above all, may overtake one that was not."""
        for error in await self._producer.send_many(messages) if messages else ():
            if error is not None:
                raise error

    async def _commit(self, taken: Sequence[Question | Mark]) -> None:
        """Move the offsets of what is done, and answer what others ask: in one transaction, if they meet."""
        questions = [one for one in taken if isinstance(one, Question)]
        marks = [one for one in taken if isinstance(one, Mark)]
        asked = set().union(*(question.ids for question in questions))
        if marks:
            digests = await self._note(marks, asked)
        else:
            digests = await known_digests(self._database, asked)
        for question in questions:
            question.digests = {each: digests[each] for each in question.ids & digests.keys()}

    async def _note(self, marks: Sequence[Mark], asked: Collection[UUID]) -> dict[UUID, str]:
        screened = [event for mark in marks for event in mark.events]
        async with self._database.pipeline() as pipe:
            advance = await advance_offsets(pipe, consumer_offset, CONSUMER, [mark.batch for mark in marks])
            await note_events(pipe, screened)
            answer = await ask_digests(pipe, asked) if asked else None
            await advance.confirm()
            digests = await answer.pairs() if answer else {}
        EVENTS_SCREENED.inc(len(screened))
        return digests


class ScreenWorker:
    """The consumer of the events topic, begun once the list has been read to its end."""

    name = "screen"

    def __init__(self, feed: IndexFeed, consumer: PartitionedConsumer) -> None:
        self._feed = feed
        self._consumer = consumer

    async def run(self, stop: asyncio.Event) -> None:
        """Wait for the list, then consume until `stop`."""
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(self._feed.ready.wait()), group.create_task(stop.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
        if not stop.is_set():
            await self._consumer.run(stop)
