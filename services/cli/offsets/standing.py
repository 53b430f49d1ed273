"""How far each consumer is, beside what its topics hold."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import psycopg
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from psycopg import sql

from shared.contracts.topics import RAW_BORDER_CROSSINGS, RAW_SEIZURES
from shared.platform.kafka.client import open_consumer, retire
from shared.platform.kafka.topic_ids import topic_ids
from shared.platform.settings import KafkaSettings

SCHEMAS: Final = ("correlate", "notify")
INGEST: Final = "ingest"
"""Has no database: its offsets are its group's, in Kafka."""
_INGEST_TOPICS: Final = (RAW_BORDER_CROSSINGS, RAW_SEIZURES)
INGEST_GROUP: Final = "atalaya.ingest"


@dataclass(frozen=True, slots=True)
class Standing:
    """One consumer on one partition. `first` and `end` are what the topic holds now; None: there is no such partition."""

    consumer: str
    topic: str
    partition: int
    stored: int | None
    """The next offset to handle; None: nothing was handled yet, it starts at the first."""
    first: int | None
    end: int | None
    idle: timedelta | None = None
    """Since it last moved, where that is kept."""
    schema: str | None = None
    """Where the offset is stored; None: in Kafka."""
    another: bool = False
    """The offset is of a topic that is there no more; this one has its name."""
    topic_id: UUID | None = None
    """Which topic of that name is there now, where the broker tells them apart."""

    @property
    def handled(self) -> int | None:
        """The first record of this topic that was not handled; None: none was."""
        return None if self.another else self.stored

    @property
    def lag(self) -> int:
        """Records that wait."""
        if self.end is None or self.first is None:
            return 0
        return max(0, self.end - max(self.first, self.handled if self.handled is not None else self.first))

    @property
    def broken(self) -> str | None:
        """Why the partition halts: the topic holds the stored offset no more, never did, or is another one."""
        if self.first is None or self.end is None:
            return "the topic has no such partition"
        if self.stored is None or self.first <= self.stored <= self.end:
            return "it is of another topic of this name: the topic was made anew" if self.another else None
        if self.stored < self.first:
            return f"{self.first - self.stored} records were deleted before they were handled"
        return f"it is {self.stored - self.end} beyond the end: the topic was made anew, or lost its end"


async def standings(kafka: KafkaSettings, database: str | None) -> list[Standing]:
    """Every consumer's place on every partition; those in PostgreSQL only where its address is known.

    Raises KafkaError, OSError or TimeoutError where no broker answers, psycopg.Error where the database does not.
    """
    stored = [] if database is None else await _stored(database)
    consumer = await open_consumer(kafka, group=None)
    group = await open_consumer(kafka.model_copy(update={"group_instance_id": None}), group=INGEST_GROUP)
    try:
        places = [TopicPartition(kafka.topic(row.topic), row.partition) for row in stored]
        raw = [place for topic in _INGEST_TOPICS for place in await _partitions(consumer, kafka.topic(topic))]
        there = set(raw) | {place for topic in {place.topic for place in places} for place in await _partitions(consumer, topic)}
        first = await consumer.beginning_offsets(list(there)) if there else {}
        ends = await consumer.end_offsets(list(there)) if there else {}
        committed = {place: await group.committed(place) for place in raw}
        ids = await topic_ids(consumer._client, {place.topic for place in places}) if places else {}  # noqa: SLF001 - it tells no ids
    finally:
        await retire(group, kafka.stop_deadline_seconds)
        await retire(consumer, kafka.stop_deadline_seconds)
    cut = len(kafka.topic_prefix)
    return [
        *(Standing(INGEST, place.topic[cut:], place.partition, committed[place], first[place], ends[place]) for place in raw),
        *(
            row.standing(first.get(place), ends.get(place), ids.get(place.topic))
            for row, place in zip(stored, places, strict=True)
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    schema: str
    consumer: str
    topic: str
    partition: int
    stored: int
    idle: timedelta
    topic_id: UUID | None
    """None: it was not noted yet, and counts for the topic that is there."""

    def standing(self, first: int | None, end: int | None, now: UUID | None) -> Standing:
        another = now is not None and self.topic_id not in {None, now}
        return Standing(
            self.consumer,
            self.topic,
            self.partition,
            self.stored,
            first,
            end,
            self.idle,
            self.schema,
            another=another,
            topic_id=now,
        )


async def _stored(database: str) -> list[_Row]:
    found: list[_Row] = []
    async with await psycopg.AsyncConnection.connect(database, autocommit=True, connect_timeout=10) as connection:
        for schema in SCHEMAS:
            query = sql.SQL(
                "SELECT consumer, topic, partition, next_offset, clock_timestamp() - advanced_at,"
                # as JSON, since a schema that is not migrated yet has no such column
                " (to_jsonb(held) ->> 'topic_id')::uuid FROM {} held ORDER BY 1, 2, 3"
            ).format(sql.Identifier(schema, "consumer_offset"))
            try:
                rows = await (await connection.execute(query)).fetchall()
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                continue
            found += [_Row(schema, *row) for row in rows]
    return found


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """None for a topic that is not there."""
    known = consumer.partitions_for_topic(topic)
    if known is None:
        await consumer._client.add_topic(topic)  # noqa: SLF001 - the client learns of a topic by subscribing only
        known = consumer.partitions_for_topic(topic)
    return [TopicPartition(topic, number) for number in sorted(known or ())]
