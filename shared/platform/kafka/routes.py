"""From a topic to the producer that takes its messages now."""

import asyncio
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import RecordMetadata
from prometheus_client import Counter

from shared.platform.kafka.errors import BrokerUnavailableError, MessageTooLargeError, OutcomeUnknownError
from shared.platform.kafka.lane import ProducerLane
from shared.platform.kafka.limits import TopicLimits
from shared.platform.kafka.messages import Message
from shared.platform.kafka.metrics import PRODUCED
from shared.platform.kafka.packing import Packer
from shared.platform.settings import KafkaSettings

SendError = OutcomeUnknownError | BrokerUnavailableError | MessageTooLargeError
NOT_TAKEN = (KafkaTimeoutError, UnknownTopicOrPartitionError)
"""The client says so before it has taken the message."""

_BATCH_OVERHEAD = 61 + 36
"""Header of a record batch (61 bytes) and the most that one record's lengths and deltas take (Kafka message format v2)."""
_HEADER_OVERHEAD = 10
_LIMIT_KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Route:
    """Takes messages of one topic while its producer is the lane's."""

    name: str
    """The topic's name at the broker."""
    topic: str
    limit: int
    lane: ProducerLane
    producer: AIOKafkaProducer
    produced: Counter
    until: float
    """When the topic's limit is to be asked for again, by the loop's clock."""

    @property
    def open(self) -> bool:
        """Whether the producer is still in use and the limit known."""
        return self.lane.uses(self.producer) and asyncio.get_running_loop().time() < self.until

    def too_large(self, message: Message) -> MessageTooLargeError | None:
        """What is wrong with the size of a message. It is counted uncompressed, at its upper bound."""
        size = _BATCH_OVERHEAD + len(message.key or b"") + len(message.value or b"")
        for name, value in message.headers:
            size += _HEADER_OVERHEAD + len(name) + len(value or b"")
        return MessageTooLargeError(self.topic, size, self.limit) if size > self.limit else None

    async def packer(self) -> Packer:
        """For many messages; what it raises is what `hand_over` raises."""
        return await Packer.to(self.producer, self.name)

    async def hand_over(self, message: Message) -> asyncio.Future[RecordMetadata]:
        """Give it to the client; the future is its outcome. `NOT_TAKEN`, or a KafkaError of a producer that broke."""
        future: asyncio.Future[RecordMetadata] = await self.producer.send(
            self.name, message.value, message.key, partition=message.partition, headers=list(message.headers)
        )
        return future


class Routes:
    """The lanes by the size of their batches: a batch must fit its topic too, not only each message."""

    def __init__(self, settings: KafkaSettings, keepers: asyncio.TaskGroup) -> None:
        self._settings = settings
        self._keepers = keepers
        self._limits = TopicLimits(settings)
        self._lanes: dict[int, ProducerLane] = {}
        self._known: dict[str, Route] = {}

    @property
    def connected(self) -> bool:
        """Whether every lane has a producer."""
        return all(lane.connected for lane in self._lanes.values())

    async def to(self, topic: str) -> Route:
        """The route to a topic; waits for a producer as long as the caller's deadline lets it."""
        route = self._known.get(topic)
        if route is not None and route.open:
            return route
        if route is not None and route.lane.uses(route.producer):
            self._limits.forget(topic)
        limit = await self._limits.of(topic)
        lane = self.lane(min(limit, self._settings.max_batch_bytes))
        producer = await lane.producer()
        until = asyncio.get_running_loop().time() + _LIMIT_KEPT_SECONDS
        route = Route(self._settings.topic(topic), topic, limit, lane, producer, PRODUCED.labels(topic), until)
        self._known[topic] = route
        return route

    def lane(self, batch_bytes: int | None = None) -> ProducerLane:
        """The lane for batches of a size, by default the settings'; started when it is first asked for."""
        size = batch_bytes or self._settings.max_batch_bytes
        if size not in self._lanes:
            lane = self._lanes[size] = ProducerLane(self._settings, size)
            self._keepers.create_task(lane.keep(), name=f"producer-{size}")
        return self._lanes[size]

    def failed(self, route: Route, error: BaseException) -> SendError:
        """Translate the failure of a message that was handed over, and give up the producer that failed it."""
        route.lane.broken(route.producer)
        if isinstance(error, MessageSizeTooLargeError):
            self._limits.forget(route.topic)
            return BrokerUnavailableError(f"{route.topic} has got a smaller limit")
        if isinstance(error, TopicAuthorizationFailedError):
            return BrokerUnavailableError(f"the broker lets us not write to {route.topic}")
        return OutcomeUnknownError(f"{route.topic} did not acknowledge: {type(error).__name__}")

    def late(self, route: Route) -> OutcomeUnknownError:
        """Translate the silence after a message was handed over."""
        route.lane.late(route.producer)
        return OutcomeUnknownError(f"{route.topic} did not acknowledge in time")

    def close(self) -> None:
        """Let every lane flush and end."""
        for lane in self._lanes.values():
            lane.close()
