"""Sending: acknowledged by all in-sync replicas, in order, with a deadline of our own."""

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import RecordMetadata

from shared.platform.kafka.errors import BrokerUnavailableError, MessageTooLargeError, OutcomeUnknownError
from shared.platform.kafka.lane import ProducerLane
from shared.platform.kafka.limits import TopicLimits
from shared.platform.kafka.messages import Message
from shared.platform.kafka.metrics import PRODUCE_FAILED, PRODUCE_SECONDS, PRODUCED
from shared.platform.settings import KafkaSettings

SendError = OutcomeUnknownError | BrokerUnavailableError | MessageTooLargeError

_BATCH_OVERHEAD = 61 + 36
"""Header of a record batch (61 bytes) and the most that one record's lengths and deltas take (Kafka message format v2)."""
_HEADER_OVERHEAD = 10


class Producer(Protocol):
    """Where messages go out."""

    async def send(self, message: Message) -> None:
        """Return once all in-sync replicas have the message.

        Raises `OutcomeUnknownError` (it may be there: send it again under the same id), `BrokerUnavailableError` (it is
        not there) or `MessageTooLargeError`; one of them at the latest after the send deadline of the settings.
        """
        ...

    async def send_many(self, messages: Sequence[Message]) -> list[SendError | None]:
        """Send all, pipelined, in order per partition; the outcome of each, None where it is acknowledged.

        After the first that could not be handed over the rest is `BrokerUnavailableError`: nothing overtakes it.
        """
        ...

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has; `BrokerUnavailableError` when nobody says so in time."""
        ...


class KafkaProducer:
    """`Producer` over aiokafka. `async with` it; a broker that is away at the start is no error, sends then say so."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._limits = TopicLimits(settings)
        self._lanes: dict[int, ProducerLane] = {}
        self._keepers = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._keepers.__aenter__()
        self._lane(self._settings.max_batch_bytes)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Flush and close within the stop deadline."""
        for lane in self._lanes.values():
            lane.close()
        await self._keepers.__aexit__(None, None, None)

    def ready(self) -> str | None:
        """A readiness check: whether a broker has accepted this producer."""
        return None if all(lane.connected for lane in self._lanes.values()) else "no connection to the broker"

    async def send(self, message: Message) -> None:
        """See `Producer`."""
        (error,) = await self.send_many((message,))
        if error is not None:
            raise error

    async def send_many(self, messages: Sequence[Message]) -> list[SendError | None]:
        """See `Producer`."""
        started = time.perf_counter()
        outcomes = await _Sending(self, messages).run(self._settings.send_deadline_seconds)
        PRODUCE_SECONDS.observe(time.perf_counter() - started)
        _count(messages, outcomes)
        return outcomes

    async def partitions(self, topic: str) -> int:
        """See `Producer`."""
        lane = self._lane(self._settings.max_batch_bytes)
        try:
            async with asyncio.timeout(self._settings.send_deadline_seconds):
                producer = await lane.producer()
                return len(await producer.partitions_for(self._settings.topic(topic)))
        except (TimeoutError, KafkaError) as error:
            raise BrokerUnavailableError(f"the partitions of {topic} are not known") from error

    async def lane_for(self, topic: str) -> tuple[ProducerLane, int]:
        """The lane of a topic and the topic's limit in bytes. A batch must fit the topic too, not only each message."""
        limit = self._limits.known(topic)
        if limit is None:
            limit = await self._limits.of(topic)
        return self._lane(min(limit, self._settings.max_batch_bytes)), limit

    def failed(self, topic: str, lane: ProducerLane, producer: AIOKafkaProducer, error: BaseException) -> SendError:
        """Translate the failure of a message that was handed over, and give up the producer that failed it."""
        lane.broken(producer)
        if isinstance(error, MessageSizeTooLargeError):
            self._limits.forget(topic)
            return BrokerUnavailableError(f"{topic} has got a smaller limit")
        if isinstance(error, TopicAuthorizationFailedError):
            return BrokerUnavailableError(f"the broker lets us not write to {topic}")
        return OutcomeUnknownError(f"{topic} did not acknowledge: {type(error).__name__}")

    def topic(self, name: str) -> str:
        """The topic's name at the broker."""
        return self._settings.topic(name)

    def _lane(self, batch_bytes: int) -> ProducerLane:
        if batch_bytes not in self._lanes:
            lane = self._lanes[batch_bytes] = ProducerLane(self._settings, batch_bytes)
            self._keepers.create_task(lane.keep(), name=f"producer-{batch_bytes}")
        return self._lanes[batch_bytes]


_Handed = tuple[asyncio.Future[RecordMetadata], ProducerLane, AIOKafkaProducer]


class _Sending:
    """One call of `send_many`."""

    def __init__(self, port: KafkaProducer, messages: Sequence[Message]) -> None:
        self._port = port
        self._messages = messages
        self._handed: list[_Handed | SendError] = []

    async def run(self, deadline_seconds: float) -> list[SendError | None]:
        try:
            async with asyncio.timeout(deadline_seconds):
                await self._hand_over()
                for handed in self._handed:
                    if isinstance(handed, tuple) and not handed[0].done():
                        await asyncio.wait((handed[0],))
        except TimeoutError:
            pass
        missing = len(self._messages) - len(self._handed)
        return [self._outcome(index) for index in range(len(self._handed))] + [
            BrokerUnavailableError("the broker took no more messages in time") for _ in range(missing)
        ]

    async def _hand_over(self) -> None:
        name, route, topic = None, None, ""
        for message in self._messages:
            try:
                if message.topic != name:
                    name, topic = message.topic, self._port.topic(message.topic)
                    route = None
                if route is None or not route[0].uses(route[2]):
                    lane, limit = await self._port.lane_for(message.topic)
                    route = lane, limit, await lane.producer()
                lane, limit, producer = route
                size = _size(message)
                if size > limit:
                    self._handed.append(MessageTooLargeError(message.topic, size, limit))
                    continue
                future = await producer.send(
                    topic, message.value, message.key, partition=message.partition, headers=list(message.headers)
                )
                self._handed.append((future, lane, producer))
            except (KafkaTimeoutError, UnknownTopicOrPartitionError):
                return
            except KafkaError as error:
                if route is not None:
                    self._port.failed(message.topic, route[0], route[2], error)
                return

    def _outcome(self, index: int) -> SendError | None:
        handed = self._handed[index]
        if not isinstance(handed, tuple):
            return handed
        future, lane, producer = handed
        topic = self._messages[index].topic
        if not future.done():
            future.add_done_callback(_observe)
            return OutcomeUnknownError(f"{topic} did not acknowledge in time")
        error = None if future.cancelled() else future.exception()
        return None if error is None else self._port.failed(topic, lane, producer, error)


def _observe(future: asyncio.Future[RecordMetadata]) -> None:
    """Look at an outcome that nobody waits for any more, so that it is not reported as forgotten."""
    if not future.cancelled():
        future.exception()


def _size(message: Message) -> int:
    size = _BATCH_OVERHEAD + len(message.key or b"") + len(message.value or b"")
    for name, value in message.headers:
        size += _HEADER_OVERHEAD + len(name) + len(value or b"")
    return size


def _count(messages: Sequence[Message], outcomes: Sequence[SendError | None]) -> None:
    tally: dict[tuple[str, type[SendError] | None], int] = {}
    for message, outcome in zip(messages, outcomes, strict=True):
        mark = (message.topic, None if outcome is None else type(outcome))
        tally[mark] = tally.get(mark, 0) + 1
    for (topic, kind), number in tally.items():
        if kind is None:
            PRODUCED.labels(topic).inc(number)
        else:
            PRODUCE_FAILED.labels(topic, kind.__name__).inc(number)
