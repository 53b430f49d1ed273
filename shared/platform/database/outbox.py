"""The outbox: messages committed in the same transaction as what they tell of, sent afterwards by a relay."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import orjson
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
    Table,
    Text,
    func,
    insert,
    literal,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.database.pipeline import Pipe
from shared.platform.kafka.messages import Message

OutboxMessage = Message


def outbox_table(metadata: MetaData, name: str = "outbox", *, urgent: str | None = None) -> Table:
    """The table of messages not yet sent. A sent one is deleted, so the table stays small; it is swept often.

    Those of the `urgent` topic have an index of their own: they are found at once behind a million others.
    """
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
    if urgent is not None:
        Index(f"ix_{name}_urgent", table.c.id, postgresql_where=table.c.topic == literal(urgent))
    return table


async def post(connection: AsyncConnection, table: Table, messages: Sequence[Message]) -> None:
    """Put messages into the outbox, in this transaction. Those of one key leave in the order of their commits.

    Transactions that post for one key and could run at the same time must take a lock of that key first: only then is there
    an order between them.
    """
    if messages:
        await connection.execute(insert(table), [_row(message) for message in messages])


async def post_through(pipe: Pipe, table: Table, messages: Sequence[Message]) -> None:
    """As `post`, in a pipe's transaction."""
    if messages:
        headers = [_headers(message) for message in messages]
        values = {
            "topics": [message.topic for message in messages],
            "partitions": [message.partition for message in messages],
            "keys": [message.key for message in messages],
            "values": [message.value for message in messages],
            "headers": headers,
        }
        await pipe.send(_post(table.fullname), values)


def _headers(message: Message) -> str:
    return orjson.dumps([[name, None if value is None else value.hex()] for name, value in message.headers]).decode()


@cache
def _post(table: str) -> str:
    """Headers go as JSON, value in hexadecimal: PostgreSQL takes no array of arrays of different lengths apart."""
    return f"""
        INSERT INTO {table} (topic, partition, key, value, header_names, header_values)
        SELECT topic, partition, key, value,
               ARRAY(SELECT one ->> 0 FROM json_array_elements(headers::json) WITH ORDINALITY AS h (one, n) ORDER BY n),
               ARRAY(SELECT decode(one ->> 1, 'hex') FROM json_array_elements(headers::json) WITH ORDINALITY AS h (one, n) ORDER BY n)
        FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(keys)s::bytea[], %(values)s::bytea[], %(headers)b::text[])
             WITH ORDINALITY AS given (topic, partition, key, value, headers, place)
        ORDER BY place
    """  # noqa: S608 - the name of a table of ours


def _row(message: Message) -> dict[str, object]:
    return {
        "topic": message.topic,
        "partition": message.partition,
        "key": message.key,
        "value": message.value,
        "header_names": [name for name, _ in message.headers],
        "header_values": [value for _, value in message.headers],
    }


COLUMNS: Final = "id, topic, partition, key, value, header_names, header_values"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the outbox."""

    id: int
    message: Message

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """From a row of `COLUMNS`."""
        identity, topic, partition, key, value, names, values = row
        return cls(identity, Message(topic, value, key, list(zip(names, values, strict=True)), partition))
