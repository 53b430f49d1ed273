"""Next offsets of consumers, kept beside their effects and moved by compare-and-swap.

A consumer that lost its partition to another finds another offset than the one it read from and fails its whole transaction,
effects and all.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from shared.platform.database.engine import Database
from shared.platform.errors import LostPartitionError

__all__ = ["LostPartitionError", "SqlOffsetStore", "advance_offset", "load_offsets", "offset_table"]


def offset_table(metadata: MetaData, name: str = "consumer_offset") -> Table:
    """The table of next offsets. It is small and hot: room in each page for new versions, and swept often."""
    return Table(
        name,
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("advanced_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
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


async def advance_offset(
    connection: AsyncConnection, table: Table, *, consumer: str, topic: str, partition: int, expected: int | None, new: int
) -> None:
    """Move one offset; raises LostPartitionError when it is not `expected` (None: not there), and the transaction must end."""
    statement: ReturningInsert[tuple[int]] | ReturningUpdate[tuple[int]]
    if expected is None:
        row = {"consumer": consumer, "topic": topic, "partition": partition, "next_offset": new}
        statement = postgresql.insert(table).values(row).on_conflict_do_nothing().returning(table.c.partition)
    else:
        place = (table.c.consumer == consumer, table.c.topic == topic, table.c.partition == partition)
        moved = update(table).where(*place, table.c.next_offset == expected)
        statement = moved.values(next_offset=new, advanced_at=func.now()).returning(table.c.partition)
    if (await connection.execute(statement)).first() is None:
        raise LostPartitionError(f"{consumer}: partition {partition} of {topic} is no longer at {expected}")


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
