"""Puts messages into the batches that the client has open, with one outcome for a batch instead of one for each message."""

import asyncio
import copy

from aiokafka import AIOKafkaProducer
from aiokafka.errors import ProducerClosed, UnknownTopicOrPartitionError
from aiokafka.structs import RecordMetadata, TopicPartition

from shared.platform.kafka.messages import Message

Outcome = asyncio.Future[RecordMetadata]


class Packer:
    """Packs messages of one topic, in order for each partition, where the client's own `send` would put them.

    `send` looks at the metadata and makes a future for every message; that takes longer than packing it. The client has no
    public means for this: its `send_batch` waits until the batch before has left.
    """

    def __init__(self, producer: AIOKafkaProducer, topic: str, partitions: set[int]) -> None:
        self._producer = producer
        self._accumulator = producer._message_accumulator  # noqa: SLF001 - see above
        self._topic = topic
        self._partitions = {number: TopicPartition(topic, number) for number in partitions}

    @classmethod
    async def to(cls, producer: AIOKafkaProducer, topic: str) -> "Packer":
        """A packer for a topic as it is now; raises UnknownTopicOrPartitionError."""
        return cls(producer, topic, await producer.client._wait_on_metadata(topic))  # noqa: SLF001 - as `send` does

    async def pack(self, message: Message) -> Outcome:
        """The outcome of the batch that the message is in; waits while the partition's batch is full, as long as the caller lets it."""
        place = self._place(message)
        outcome = self._packed(message, place)
        while outcome is None:
            await self._drained(place)
            outcome = self._packed(message, place)
        return outcome

    def _place(self, message: Message) -> TopicPartition:
        number = message.partition
        if number is None:
            number = self._producer._partition(self._topic, None, message.key, message.value, message.key, message.value)  # noqa: SLF001 - as `send` does
        found = self._partitions.get(number)
        if found is None:
            raise UnknownTopicOrPartitionError
        return found

    def _packed(self, message: Message, place: TopicPartition) -> Outcome | None:
        """None where the batch is full."""
        accumulator = self._accumulator
        if accumulator._closed:  # noqa: SLF001 - see above
            raise ProducerClosed
        if accumulator._exception is not None:  # noqa: SLF001 - see above
            raise copy.copy(accumulator._exception)  # noqa: SLF001 - see above
        waiting = accumulator._batches.get(place)  # noqa: SLF001 - see above
        batch = waiting[-1] if waiting else accumulator._append_batch(accumulator.create_builder(), place)  # noqa: SLF001 - see above
        packed = batch._builder.append(timestamp=None, key=message.key, value=message.value, headers=list(message.headers))  # noqa: SLF001 - see above
        outcome: Outcome | None = None if packed is None else batch.future
        return outcome

    async def _drained(self, place: TopicPartition) -> None:
        """Return once the full batch of a partition has left."""
        wake = self._accumulator.waiter()
        if not wake.done():
            wake.set_result(None)
        waiting = self._accumulator._batches.get(place)  # noqa: SLF001 - see above
        if waiting:
            await waiting[-1].wait_drain()
