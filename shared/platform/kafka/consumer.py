"""A worker that reads topics with its group's other members and hands each partition's records to a use case."""

import asyncio
import random
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError, KafkaError
from aiokafka.structs import TopicPartition

from shared.platform.kafka.client import open_consumer
from shared.platform.kafka.dead_letters import DeadLetters
from shared.platform.kafka.errors import LostPartitionError, SessionBrokenError, TransientError
from shared.platform.kafka.flood import SourceOf, Sources
from shared.platform.kafka.messages import Batch, Handler, OffsetStore
from shared.platform.kafka.metrics import RECONNECTS
from shared.platform.kafka.partitions import Subscription
from shared.platform.kafka.runner import Duties
from shared.platform.kafka.session import ConsumerSession
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings

log = structlog.get_logger()

_LONGEST_PAUSE_SECONDS = 5.0


class PartitionedConsumer:
    """Hands over every record of the topics at least once, in order per partition, from the stored offset on.

    The handler commits a batch's effects and its offset as one and raises `LostPartitionError` when the stored offset is
    not the expected one; so each batch takes effect once, whoever else believes to own the partition. What it raises
    decides: `TransientError`, the same batch again, other partitions go on; `PoisonError`, to the dead letters;
    anything else ends the worker. Without a store the group's offsets are committed after the handler returned: effects
    may then repeat.

    A partition whose stored offset is no longer in the topic, or that drains into the dead letters, halts: readiness says
    so until an operator has looked, as a fault, or with `halts_are_notes` as a note: a process with another door stays in service. With `source_of`
    one source alone halts nothing (see `flood`). An error of the client is answered with a new one, a few times in a row.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        group: str,
        topics: Sequence[str],
        handle: Handler,
        offsets: OffsetStore | None,
        dead_letters: DeadLetters | None,
        readiness: Readiness | None = None,
        source_of: SourceOf | None = None,
        halts_are_notes: bool = False,
    ) -> None:
        self.name = f"consumer {group}"
        self._settings = settings
        self._group = group
        self._topics = topics
        self._handle = handle
        self._offsets = offsets
        self._dead_letters = dead_letters
        self._halted: dict[TopicPartition, str] = {}
        self._session: ConsumerSession | None = None
        self._sources = None if source_of is None else Sources(settings, group, source_of)
        self._halts_are_notes = halts_are_notes
        if readiness is not None:
            readiness.register(self.name, self.ready)
            readiness.register_note(self.name, self.note)

    @property
    def halted(self) -> dict[tuple[str, int], str]:
        """Partitions that wait for an operator (by the broker's topic name), and why."""
        return {(tp.topic, tp.partition): reason for tp, reason in self._halted.items()}

    def ready(self) -> str | None:
        """A readiness check: None when every assigned partition is placed and worked on."""
        found = [] if self._halts_are_notes else self._halts()
        found += ["no connection to the broker"] if self._session is None else self._session.faults()
        return "; ".join(found) or None

    def note(self) -> str | None:
        """What operators should know while it is ready."""
        found = self._halts() if self._halts_are_notes else []
        floods = None if self._sources is None else self._sources.note_of_floods()
        return "; ".join([*found, *([floods] if floods else [])]) or None

    def _halts(self) -> list[str]:
        return [f"{topic}/{partition} halted: {reason}" for (topic, partition), reason in sorted(self.halted.items())]

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`; then finish the batches in hand and leave the group."""
        wake = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            waker = tasks.create_task(_wake_on(stop, wake))
            await self._sessions(stop, wake)
            waker.cancel()

    async def _sessions(self, stop: asyncio.Event, wake: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                consumer = await open_consumer(self._settings, group=self._group)
            except (KafkaConnectionError, OSError, TimeoutError) as error:
                log.warning("consumer.refused", group=self._group, error=type(error).__name__)
                await _pause(stop, _LONGEST_PAUSE_SECONDS / 2)
                continue
            session = self._session = ConsumerSession(consumer, self._subscription(consumer, wake), wake)
            try:
                await session.run(stop)
            except SessionBrokenError as error:
                failures = 1 if session.progressed else failures + 1
                RECONNECTS.labels(self._group).inc()
                log.warning("consumer.broken", group=self._group, error=str(error), failures=failures)
                if failures >= self._settings.reconnect_tries:
                    raise
                await _pause(stop, min(_LONGEST_PAUSE_SECONDS, 0.1 * 2**failures))
            finally:
                self._session = None

    def _subscription(self, consumer: AIOKafkaConsumer, wake: asyncio.Event) -> Subscription:
        handle = self._handle if self._offsets is not None else _committing(self._handle, consumer, self._settings)
        duties = Duties(self._group, self._settings, handle, self._dead_letters, wake.set, self._sources)
        return Subscription(self._settings, self._topics, self._offsets, duties, self._halted)


def _committing(handle: Handler, consumer: AIOKafkaConsumer, settings: KafkaSettings) -> Handler:
    """The handler, and after it the group's offset: effect before mark."""

    async def handle_and_commit(batch: Batch) -> None:
        if batch.records:
            await handle(batch)
        try:
            await consumer.commit({TopicPartition(settings.topic(batch.topic), batch.partition): batch.next_offset})
        except (CommitFailedError, IllegalStateError) as error:
            raise LostPartitionError from error
        except KafkaError as error:
            raise TransientError("the group's offset could not be committed") from error

    return handle_and_commit


async def _wake_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(random.uniform(seconds / 2, seconds)):
            await stop.wait()
    except TimeoutError:
        return
