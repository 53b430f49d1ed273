"""Where a partition starts: at its stored offset, at the earliest record when none is stored, nowhere when that is gone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from shared.platform.kafka.messages import OffsetStore

_DEADLINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Read from `start`; `stored` is what the store holds."""

    stored: int | None
    start: int


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """The stored offset is not in the topic: records were deleted before they were handled, or the topic is another one."""

    stored: int
    first: int
    end: int

    def __str__(self) -> str:
        return f"stored offset {self.stored} is out of the topic's range {self.first} to {self.end}"


async def find_places(
    consumer: AIOKafkaConsumer, store: OffsetStore | None, names: Mapping[str, str], partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, Place | OutOfRange]:
    """The place of each partition; `TransientError`, TimeoutError or KafkaError when it cannot be had now.

    `names` maps the broker's topic names to ours; without a store the group's own offsets count.
    """
    async with asyncio.timeout(_DEADLINE_SECONDS):
        stored = await _stored(consumer, store, names, partitions)
        first: dict[TopicPartition, int] = await consumer.beginning_offsets(list(partitions))
        end: dict[TopicPartition, int] = await consumer.end_offsets(list(partitions))
    return {tp: _place(stored[tp], first[tp], end[tp]) for tp in partitions}


def _place(stored: int | None, first: int, end: int) -> Place | OutOfRange:
    if stored is None:
        return Place(None, first)
    return Place(stored, stored) if first <= stored <= end else OutOfRange(stored, first, end)


async def _stored(
    consumer: AIOKafkaConsumer, store: OffsetStore | None, names: Mapping[str, str], partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, int | None]:
    if store is None:
        return {tp: await consumer.committed(tp) for tp in partitions}
    found: dict[TopicPartition, int | None] = {}
    for topic in {tp.topic for tp in partitions}:
        loaded = await store.load(names[topic], sorted(tp.partition for tp in partitions if tp.topic == topic))
        found |= {tp: loaded.get(tp.partition) for tp in partitions if tp.topic == topic}
    return found
