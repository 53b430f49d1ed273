"""Moving one consumer on one partition, with what it passes over kept in mind."""

from typing import Final

import psycopg
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from psycopg import sql

from services.cli.offsets.standing import INGEST_GROUP, Standing
from shared.contracts.topics import DEAD_LETTERS
from shared.platform.clock import SystemClock
from shared.platform.kafka.client import open_consumer, retire
from shared.platform.kafka.dead_letters import DeadLetter, TopicDeadLetters
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.settings import KafkaSettings

FIRST: Final = "first"
END: Final = "end"


class MoveRefusedError(Exception):
    """It was not moved; the sentence says why."""


def target(standing: Standing, to: str) -> int:
    """Where `first`, `end` or a number is on this partition; raises MoveRefusedError for what the topic does not hold."""
    if standing.first is None or standing.end is None:
        raise MoveRefusedError(f"{standing.topic} has no partition {standing.partition}.")
    if to in {FIRST, END}:
        return standing.first if to == FIRST else standing.end
    if not (to.isascii() and to.isdigit()) or not standing.first <= int(to) <= standing.end:
        raise MoveRefusedError(
            f"{standing.topic}/{standing.partition} holds {standing.first} to {standing.end}: say one of these, first or end."
        )
    return int(to)


def gap(standing: Standing, new: int) -> tuple[int, int] | None:
    """The first and the last of the records that this move passes over, deleted ones among them; None when there are none."""
    old = standing.handled if standing.handled is not None else standing.first or 0
    return (old, new - 1) if new > old else None


def told(standing: Standing, new: int) -> str:
    """What the move means."""
    where = f"{standing.consumer} on {standing.topic}/{standing.partition} moves from {standing.stored} to {new}"
    if (passed := gap(standing, new)) is not None:
        first, last = passed
        return (
            f"{where}: {last - first + 1} records, {first} to {last}, will not be handled; this is kept among the dead letters."
        )
    if standing.another:
        return f"{where}: all that the new topic holds is handled."
    return f"{where}: what was handled comes again, and is known by its ids."


async def move(kafka: KafkaSettings, database: str | None, standing: Standing, new: int) -> None:
    """Keep what is passed over among the dead letters, then move, if and only if it still stands where it stood.

    Raises MoveRefusedError where it does not, or where a consumer of the group is at work.
    """
    if (passed := gap(standing, new)) is not None:
        await _keep(kafka, standing, passed)
    if standing.schema is not None and database is not None:
        await _move_stored(database, standing, new)
    else:
        await _move_committed(kafka, standing, new)


async def _keep(kafka: KafkaSettings, standing: Standing, passed: tuple[int, int]) -> None:
    first, last = passed
    reason = f"{last - first + 1} records passed over by an operator"
    letter = DeadLetter(standing.topic, standing.partition, first, reason, key=None, value=None, kind="gap", last_offset=last)
    async with KafkaProducer(kafka) as producer:
        await TopicDeadLetters(producer, DEAD_LETTERS, service=standing.consumer, clock=SystemClock()).add([letter])


async def _move_stored(database: str, standing: Standing, new: int) -> None:
    statement = sql.SQL(
        "UPDATE {} SET next_offset = %s, topic_id = %s, advanced_at = now()"
        " WHERE consumer = %s AND topic = %s AND partition = %s AND next_offset = %s"
    ).format(sql.Identifier(standing.schema or "", "consumer_offset"))
    values = (new, standing.topic_id, standing.consumer, standing.topic, standing.partition, standing.stored)
    async with await psycopg.AsyncConnection.connect(database, connect_timeout=10) as connection:
        cursor = await connection.execute(statement, values)
        if cursor.rowcount != 1:
            raise MoveRefusedError(
                f"It has moved from {standing.stored} meanwhile: {standing.consumer} is at work. Nothing was changed."
            )


async def _move_committed(kafka: KafkaSettings, standing: Standing, new: int) -> None:
    """A group's offset can be set from outside only while the group has no members."""
    consumer = await open_consumer(kafka.model_copy(update={"group_instance_id": None}), group=INGEST_GROUP)
    place = TopicPartition(kafka.topic(standing.topic), standing.partition)
    try:
        consumer.assign([place])
        await consumer.commit({place: new})
    except KafkaError as error:
        sentence = f"The group's offset cannot be set ({type(error).__name__}): end every ingest first, then start it again."
        raise MoveRefusedError(sentence) from error
    finally:
        await retire(consumer, kafka.stop_deadline_seconds)
