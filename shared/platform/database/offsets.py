"""Next offsets of consumers, kept beside their effects and moved by compare-and-swap.

A consumer that lost its partition to another finds another offset than the one it read from and fails its whole transaction,
effects and all.
"""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, Uuid, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.database.engine import Database
from shared.platform.database.pipeline import Answer, Pipe
from shared.platform.errors import LostPartitionError
from shared.platform.kafka.messages import Batch

__all__ = ["Advance", "LostPartitionError", "SqlOffsetStore", "advance_offsets", "load_offsets", "offset_table"]


def offset_table(metadata: MetaData, name: str = "consumer_offset") -> Table:
    """The table of next offsets. It is small and hot: room in each page for new versions, and swept often.

    `topic_id` says which topic of that name an offset belongs to, null where that is not known yet.
    """
    return Table(
        name,
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("advanced_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("topic_id", Uuid, nullable=True),
        postgresql_with={"fillfactor": 50, "autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
    )


async def load_offsets(
    connection: AsyncConnection, table: Table, *, consumer: str, topic: str, partitions: Sequence[int]
) -> dict[int, int]:
    """The stored next offset of these partitions; one that never committed is absent."""
    query = select(table.c.partition, table.c.next_offset).where(
        table.c.consumer == consumer, table.c.topic == topic, table.c.partition.in_(partitions)
    )
    return {row.partition: row.next_offset for row in await connection.execute(query)}


class Advance:
    """Offsets on their way to be moved."""

    def __init__(self, answer: Answer, consumer: str, batches: Sequence[Batch]) -> None:
        self._answer = answer
        self._consumer = consumer
        self._batches = batches

    async def confirm(self) -> None:
        """Raise LostPartitionError unless every one stood where it was expected; the transaction must end then."""
        moved = {(topic, partition) for topic, partition in await self._answer.rows()}
        for batch in self._batches:
            if (batch.topic, batch.partition) not in moved:
                raise LostPartitionError(
                    f"{self._consumer}: partition {batch.partition} of {batch.topic} is no longer at {batch.expected_offset}"
                )


async def advance_offsets(pipe: Pipe, table: Table, consumer: str, batches: Sequence[Batch]) -> Advance:
    """Move the offsets of these batches, one of each partition, in the pipe's transaction: from `expected_offset` (None: not there)."""
    ordered = sorted(batches, key=lambda batch: (batch.topic, batch.partition))
    values = {
        "consumer": consumer,
        "topics": [batch.topic for batch in ordered],
        "partitions": [batch.partition for batch in ordered],
        "expected": [batch.expected_offset for batch in ordered],
        "new": [batch.next_offset for batch in ordered],
        "ids": [batch.topic_id for batch in ordered],
    }
    return Advance(await pipe.send(_advance(table.fullname), values), consumer, ordered)


@cache
def _advance(table: str) -> str:
    return f"""
        WITH given AS (
            SELECT * FROM unnest(%(topics)b::text[], %(partitions)b::int[], %(expected)b::bigint[], %(new)b::bigint[], %(ids)b::uuid[])
            AS given (topic, partition, expected, new, topic_id)
        ), moved AS (
            UPDATE {table} held SET next_offset = given.new, advanced_at = now() FROM given
            WHERE held.consumer = %(consumer)s AND held.topic = given.topic AND held.partition = given.partition
              AND held.next_offset = given.expected
            RETURNING held.topic, held.partition
        ), made AS (
            INSERT INTO {table} (consumer, topic, partition, next_offset, topic_id)
            SELECT %(consumer)s, topic, partition, new, topic_id FROM given WHERE expected IS NULL
            ON CONFLICT DO NOTHING
            RETURNING topic, partition
        )
        SELECT topic, partition FROM moved UNION ALL SELECT topic, partition FROM made
    """  # noqa: S608 - the name of a table of ours


class SqlOffsetStore:
    """The stored offsets of one consumer, as the consumer loop asks for them."""

    def __init__(self, database: Database, table: Table, consumer: str) -> None:
        self._database = database
        self._table = table
        self._consumer = consumer

    async def load(self, topic: str, partitions: Sequence[int]) -> dict[int, int | None]:
        """The next offset of each of these partitions, None where none is stored; raises TransientError when it is away."""
        async with self._database.transaction("loops") as connection:
            found = await load_offsets(connection, self._table, consumer=self._consumer, topic=topic, partitions=partitions)
        return {partition: found.get(partition) for partition in partitions}

    async def identify(self, topic: str, topic_id: UUID, partitions: Sequence[int]) -> set[int]:
        """Those whose offset belongs to another topic of that name; where none is noted yet, this one is. Raises as `load` does."""
        held = self._table.c
        these = (held.consumer == self._consumer, held.topic == topic, held.partition.in_(partitions))
        async with self._database.transaction("loops") as connection:
            await connection.execute(update(self._table).where(*these, held.topic_id.is_(None)).values(topic_id=topic_id))
            others = await connection.execute(select(held.partition).where(*these, held.topic_id != topic_id))
            return set(others.scalars())
