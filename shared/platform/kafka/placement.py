"""Where a partition starts: at its stored offset, at the earliest record when none is stored, nowhere when that is gone.

A topic that was deleted and made anew has the old one's name and counts from 0 again: what is stored for the old one says nothing about it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import UnknownTopicOrPartitionError
from aiokafka.structs import TopicPartition

from shared.platform.kafka.messages import IdentifyingStore, OffsetStore
from shared.platform.kafka.topic_ids import topic_ids

_DEADLINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Read from `start`; `stored` is what the store holds."""

    stored: int | None
    start: int
    topic_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """The stored offset is not in the topic: records were deleted before they were handled, or the topic is another one."""

    stored: int
    first: int
    end: int

    def __str__(self) -> str:
        return f"stored offset {self.stored} is out of the topic's range {self.first} to {self.end}"


@dataclass(frozen=True, slots=True)
class AnotherTopic:
    """The stored offset is of a topic that is there no more."""

    stored: int

    def __str__(self) -> str:
        return f"stored offset {self.stored} is of another topic of this name: it was made anew"


Nowhere: TypeAlias = OutOfRange | AnotherTopic
"""Why an operator must look before the partition is read."""
_Stored: TypeAlias = dict[TopicPartition, int | None]


async def find_places(
    consumer: AIOKafkaConsumer, store: OffsetStore | None, names: Mapping[str, str], partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, Place | Nowhere]:
    """The place of each partition; `TransientError`, TimeoutError or KafkaError when it cannot be had now.

    `names` maps the broker's topic names to ours; without a store the group's own offsets count.
    """
    async with asyncio.timeout(_DEADLINE_SECONDS):
        stored = await _stored(consumer, store, names, partitions)
        first: dict[TopicPartition, int] = await consumer.beginning_offsets(list(partitions))
        end: dict[TopicPartition, int] = await consumer.end_offsets(list(partitions))
        ids, others = await _identified(consumer, store, names, stored)
    return {tp: _place(stored[tp], first[tp], end[tp], ids.get(tp.topic), another=tp in others) for tp in partitions}


def _place(stored: int | None, first: int, end: int, topic_id: UUID | None, *, another: bool) -> Place | Nowhere:
    if stored is None:
        return Place(None, first, topic_id)
    if not first <= stored <= end:
        return OutOfRange(stored, first, end)
    return AnotherTopic(stored) if another else Place(stored, stored, topic_id)


async def _identified(
    consumer: AIOKafkaConsumer, store: OffsetStore | None, names: Mapping[str, str], stored: _Stored
) -> tuple[dict[str, UUID | None], set[TopicPartition]]:
    """The ids of the topics, and the partitions whose stored offset is of another one; Kafka forgets a group's offsets with the topic."""
    if not isinstance(store, IdentifyingStore):
        return {}, set()
    topics = {tp.topic for tp in stored}
    ids = await topic_ids(consumer._client, topics)  # noqa: SLF001 - the client tells no ids
    if not topics <= ids.keys():
        raise UnknownTopicOrPartitionError(", ".join(sorted(topics - ids.keys())))
    others: set[TopicPartition] = set()
    for topic, topic_id in ids.items():
        held = sorted(tp.partition for tp, offset in stored.items() if tp.topic == topic and offset is not None)
        if topic_id is not None and held:
            others |= {TopicPartition(topic, number) for number in await store.identify(names[topic], topic_id, held)}
    return ids, others


async def _stored(
    consumer: AIOKafkaConsumer, store: OffsetStore | None, names: Mapping[str, str], partitions: Sequence[TopicPartition]
) -> _Stored:
    if store is None:
        return {tp: await consumer.committed(tp) for tp in partitions}
    found: _Stored = {}
    for topic in {tp.topic for tp in partitions}:
        loaded = await store.load(names[topic], sorted(tp.partition for tp in partitions if tp.topic == topic))
        found |= {tp: loaded.get(tp.partition) for tp in partitions if tp.topic == topic}
    return found
