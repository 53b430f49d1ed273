"""What is on the topics, and whether everything has been worked off: read from the broker and the stored offsets, changing nothing."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.cli.running import System
from shared.contracts.topics import ALERTS, EVENTS, RAW_SEIZURES, SIGHTINGS, TOPICS

Ends = Mapping[TopicPartition, int]
SCHEMAS = {EVENTS: "correlate", SIGHTINGS: "correlate", ALERTS: "notify"}
"""Which schema holds how far a topic has been worked off."""
WATCHED = frozenset({RAW_SEIZURES, *SCHEMAS})


@dataclass
class Watch:
    """Reads how far each topic goes and how far it was consumed."""

    system: System
    prefix: str
    consumer: AIOKafkaConsumer
    admin: AIOKafkaAdminClient
    began: dict[str, int] = field(default_factory=dict)

    async def ends(self) -> Ends:
        """The next offset of every partition of the topics on the road."""
        found: Ends = await self.consumer.end_offsets(self.consumer.assignment())
        return found

    async def mark(self) -> None:
        """Count from here."""
        self.began = self._sums(await self.ends())

    async def counts(self) -> dict[str, int]:
        """Records since the mark, by topic without prefix."""
        now = self._sums(await self.ends())
        return {topic: count - self.began.get(topic, 0) for topic, count in now.items()}

    def _sums(self, ends: Ends) -> dict[str, int]:
        sums: dict[str, int] = {}
        for partition, end in ends.items():
            topic = partition.topic.removeprefix(self.prefix)
            sums[topic] = sums.get(topic, 0) + end
        return sums

    async def is_worked_off(self, ends: Ends) -> bool:
        """Every record below `ends` was consumed, and its effects are committed."""
        done = await self._stored() | await self._committed()
        return all(done.get(partition, 0) >= end for partition, end in ends.items())

    async def _stored(self) -> dict[TopicPartition, int]:
        done = {}
        async with await psycopg.AsyncConnection.connect(self.system.database, connect_timeout=5) as connection:
            for topic, schema in SCHEMAS.items():
                table = psycopg.sql.Identifier(schema, "consumer_offset")
                query = psycopg.sql.SQL("SELECT partition, max(next_offset) FROM {} WHERE topic = %s GROUP BY partition").format(
                    table
                )
                name = self.prefix + topic
                rows = await (await connection.execute(query, (name,))).fetchall()
                done.update({TopicPartition(name, partition): offset for partition, offset in rows})
        return done

    async def _committed(self) -> dict[TopicPartition, int]:
        """How far the raw topic was consumed: by the group that got furthest."""
        done: dict[TopicPartition, int] = {}
        for group, *_ in await self.admin.list_consumer_groups():
            for partition, offset in (await self.admin.list_consumer_group_offsets(group)).items():
                done[partition] = max(done.get(partition, 0), offset.offset)
        return done


@contextlib.asynccontextmanager
async def watching(system: System, prefix: str) -> AsyncIterator[Watch]:
    """A watch over a running system."""
    consumer = AIOKafkaConsumer(bootstrap_servers=system.kafka, enable_auto_commit=False)
    admin = AIOKafkaAdminClient(bootstrap_servers=system.kafka)
    async with contextlib.AsyncExitStack() as stack:
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        watched = [
            TopicPartition(prefix + topic.name, partition)
            for topic in TOPICS
            if topic.name in WATCHED
            for partition in range(topic.partitions)
        ]
        consumer.assign(watched)
        consumer.pause(*watched)
        await admin.start()
        stack.push_async_callback(admin.close)
        yield Watch(system, prefix, consumer, admin)


NOT_NOW = (KafkaError, psycopg.Error, OSError, TimeoutError)
"""What a watch meets while something is being started anew; it looks again."""
