"""The outbox: messages committed in the same transaction as what they tell of, sent afterwards by a relay."""

from collections.abc import Sequence

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    func,
    insert,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.kafka.messages import Message

OutboxMessage = Message


def outbox_table(metadata: MetaData, name: str = "outbox") -> Table:
    """The table of messages not yet sent. A sent one is deleted, so the table stays small; it is swept often."""
    table = Table(
        name,
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("topic", Text, nullable=False),
        Column("partition", Integer),
        Column("key", LargeBinary),
        Column("value", LargeBinary),
        Column("header_names", ARRAY(Text), nullable=False),
        Column("header_values", ARRAY(LargeBinary), nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("refused", Text, comment="Why the broker will never take it; such a row stays for a person to look at."),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
    )
    Index(f"ix_{name}_refused", table.c.id, postgresql_where=table.c.refused.is_not(None))
    return table


async def post(connection: AsyncConnection, table: Table, messages: Sequence[Message]) -> None:
    """Put messages into the outbox, in this transaction. Those of one key leave in the order of their commits.

    Transactions that post for one key and could run at the same time must take a lock of that key first: only then is there
    an order between them.
    """
    if messages:
        await connection.execute(insert(table), [_row(message) for message in messages])


def _row(message: Message) -> dict[str, object]:
    return {
        "topic": message.topic,
        "partition": message.partition,
        "key": message.key,
        "value": message.value,
        "header_names": [name for name, _ in message.headers],
        "header_values": [value for _, value in message.headers],
    }


def message_of(row: "Row[tuple[object, ...]]") -> Message:
    """A row of the table as the message it is."""
    headers = [(name, bytes(value)) for name, value in zip(row.header_names, row.header_values, strict=True)]
    return Message(row.topic, row.value, row.key, headers, row.partition)
