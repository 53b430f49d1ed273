import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from pydantic import SecretStr
from sqlalchemy import MetaData, func, select

from shared.platform.database.engine import Database
from shared.platform.database.outbox import OutboxMessage, outbox_table, post, post_through
from shared.platform.database.relay import OutboxRelay
from shared.platform.database.settings import DatabaseSettings
from shared.platform.errors import PoisonError, TransientError
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.kafka.topics import TopicSpec, apply_topics
from shared.platform.settings import KafkaSettings

metadata = MetaData()
outbox = outbox_table(metadata)


class Broker:
    """Takes messages in order; `refuse` says what happens to a message instead."""

    def __init__(self) -> None:
        self.log: list[OutboxMessage] = []
        self.refuse: dict[bytes, Exception] = {}
        self.open = asyncio.Event()
        self.open.set()

    async def send_many(self, messages: Sequence[OutboxMessage]) -> list[Exception | None]:
        await self.open.wait()
        outcomes = [self.refuse.get(message.value or b"") for message in messages]
        self.log += [message for message, outcome in zip(messages, outcomes, strict=True) if outcome is None]
        return outcomes

    def values(self, key: bytes | None = None) -> list[bytes | None]:
        return [message.value for message in self.log if key is None or message.key == key]


def message(number: int, key: bytes = b"k") -> OutboxMessage:
    return OutboxMessage("alerts", b"%d" % number, key, [("ce_id", b"\x00\xff"), ("traceparent", b"00-1")], None)


@pytest.fixture
def settings(database_url: str) -> DatabaseSettings:
    return DatabaseSettings(
        url=SecretStr(database_url), outbox_batch=10, outbox_poll_seconds=0.05, outbox_lease_check_seconds=0.1
    )


@pytest.fixture
async def database(settings: DatabaseSettings) -> AsyncIterator[Database]:
    async with Database(settings) as made:
        async with made.transaction() as connection:
            await connection.run_sync(metadata.create_all)
        yield made


@contextlib.asynccontextmanager
async def relaying(*relays: OutboxRelay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for relay in relays:
            group.create_task(relay.run(stop))
        try:
            yield
        finally:
            stop.set()


async def waiting(database: Database) -> int:
    async with database.transaction() as connection:
        return (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()


async def test_what_is_committed_leaves_whole_and_in_order_and_what_is_not_stays(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()
    relay = OutboxRelay(database, outbox, broker, settings, name="r")

    async def give_up() -> None:
        async with database.transaction() as connection:
            await post(connection, outbox, [message(99)])
            raise LookupError

    with pytest.raises(LookupError):
        await give_up()
    async with database.transaction() as connection:
        await post(connection, outbox, [message(number) for number in range(35)])

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with relaying(relay):
        await eventually(all_left)
    assert broker.log == [message(number) for number in range(35)]


async def test_a_message_leaves_at_once_when_the_relay_is_woken(
    settings: DatabaseSettings, database: Database, eventually: Any
) -> None:
    broker = Broker()
    sleepy = settings.model_copy(update={"outbox_poll_seconds": 60.0})
    relay = OutboxRelay(database, outbox, broker, sleepy, name="r")

    async def first_left() -> bool:
        return b"1" in broker.values()

    async def second_left() -> bool:
        return b"2" in broker.values()

    async with database.transaction() as connection:
        await post(connection, outbox, [message(1)])
    async with relaying(relay):
        await eventually(first_left)
        async with database.transaction() as connection:
            await post(connection, outbox, [message(2)])
        relay.wake()
        await eventually(second_left)
        relay.wake()


async def test_a_slow_writer_whose_ids_are_older_than_those_already_sent_is_not_skipped(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()

    async def fast_left() -> bool:
        return broker.values(b"fast") == [b"2"]

    async def slow_left() -> bool:
        return broker.values(b"slow") == [b"1"]

    async with relaying(OutboxRelay(database, outbox, broker, settings, name="r")):
        async with database.transaction() as slow:
            await post(slow, outbox, [message(1, b"slow")])
            async with database.transaction() as fast:
                await post(fast, outbox, [message(2, b"fast")])
            await eventually(fast_left)
            assert broker.values(b"slow") == []
        await eventually(slow_left)


async def test_only_one_of_two_copies_relays_and_the_other_takes_over(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with Database(settings) as elsewhere:
        first, second = (OutboxRelay(base, outbox, broker, settings, name="r") for base in (database, elsewhere))
        async with relaying(second):
            async with relaying(first):
                for start in range(0, 100, 10):
                    async with database.transaction() as connection:
                        await post(connection, outbox, [message(number) for number in range(start, start + 10)])
                await eventually(all_left)
            async with database.transaction() as connection:
                await post(connection, outbox, [message(100)])
            await eventually(all_left)
    assert broker.values() == [b"%d" % number for number in range(101)]


async def test_a_relay_killed_between_acknowledgement_and_deletion_sends_again_and_keeps_the_order(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()
    async with database.transaction() as connection:
        await post(connection, outbox, [message(number) for number in range(5)])

    class DyingBroker(Broker):
        async def send_many(self, messages: Sequence[OutboxMessage]) -> list[Exception | None]:
            await broker.send_many(messages)
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await OutboxRelay(database, outbox, DyingBroker(), settings, name="r").run(asyncio.Event())

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with relaying(OutboxRelay(database, outbox, broker, settings, name="r")):
        await eventually(all_left)
    assert broker.values() == [b"%d" % number for number in range(5)] * 2


async def test_a_message_the_broker_never_takes_stays_with_its_reason_and_holds_up_nobody(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()
    broker.refuse[b"1"] = PoisonError("too large for its topic")
    async with database.transaction() as connection:
        await post(connection, outbox, [message(number) for number in range(3)])

    async def others_left() -> bool:
        return await waiting(database) == 1

    async with relaying(OutboxRelay(database, outbox, broker, settings, name="r")):
        await eventually(others_left)
    assert broker.values() == [b"0", b"2"]
    async with database.transaction() as connection:
        assert (await connection.execute(select(outbox.c.refused))).scalar_one() == "too large for its topic"


async def test_while_the_broker_is_away_nothing_is_lost_and_afterwards_the_order_holds(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()
    broker.refuse[b"1"] = TransientError("away")
    async with database.transaction() as connection:
        await post(connection, outbox, [message(0), message(1), message(2), message(3, b"other")])

    async def others_left() -> bool:
        return await waiting(database) == 2

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with relaying(OutboxRelay(database, outbox, broker, settings, name="r")):
        await eventually(others_left)
        del broker.refuse[b"1"]
        await eventually(all_left)
    assert broker.values(b"other") == [b"3"]
    assert broker.values(b"k")[-2:] == [b"1", b"2"]


async def test_a_database_that_goes_away_stops_the_relay_only_for_so_long(wire: Any, database: Database, eventually: Any) -> None:
    line, url = wire
    broker = Broker()
    settings = DatabaseSettings(url=SecretStr(url), outbox_poll_seconds=0.05, outbox_lease_check_seconds=0.1)

    async def left(value: bytes) -> bool:
        return value in broker.values()

    async with Database(settings) as through, relaying(OutboxRelay(through, outbox, broker, settings, name="r")):
        for number in range(3):
            async with database.transaction() as connection:
                await post(connection, outbox, [message(number)])
            await eventually(lambda number=number: left(b"%d" % number))
            line.cut()


async def test_a_message_posted_through_a_pipe_is_the_same_message(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    posted = [
        OutboxMessage("alerts", b"\x00\xff{}", b"k\x00", [("ce_id", b"\x00\xff"), ("ce_id", b"again"), ("empty", b"")], 3),
        OutboxMessage("watchlist", None, None, [], None),
        *(message(number) for number in range(20)),
    ]
    broker = Broker()
    async with database.pipeline() as pipe:
        await post_through(pipe, outbox, posted)

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with relaying(OutboxRelay(database, outbox, broker, settings, name="r")):
        await eventually(all_left)
    assert broker.log == posted


async def test_the_outbox_reaches_a_real_topic_in_order(
    database: Database, settings: DatabaseSettings, kafka: str, topic_prefix: str, eventually: Any
) -> None:
    kafka_settings = KafkaSettings(bootstrap_servers=kafka, topic_prefix=topic_prefix)
    await apply_topics(
        kafka_settings,
        [TopicSpec("alerts", partitions=2, retention=timedelta(days=1), compacted=False, tombstones_kept=timedelta(days=1),
                   max_message_bytes=1_048_576, log_append_time=True)],
    )  # fmt: skip

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with database.transaction() as connection:
        await post(connection, outbox, [message(number, b"ab"[number % 2 : number % 2 + 1]) for number in range(50)])
    async with KafkaProducer(kafka_settings) as producer, relaying(OutboxRelay(database, outbox, producer, settings, name="r")):
        await eventually(all_left)
    consumer = AIOKafkaConsumer(f"{topic_prefix}alerts", bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        records = [await consumer.getone() for _ in range(50)]
    finally:
        await consumer.stop()
    for key, start in ((b"a", 0), (b"b", 1)):
        assert [record.value for record in records if record.key == key] == [b"%d" % number for number in range(start, 50, 2)]
    assert dict(records[0].headers) == {"ce_id": b"\x00\xff", "traceparent": b"00-1"}


async def test_what_is_urgent_overtakes_what_waits_and_lets_it_go_on(
    database: Database, settings: DatabaseSettings, eventually: Any
) -> None:
    broker = Broker()
    many = [OutboxMessage("list", b"%d" % number, b"k", [], None) for number in range(30)]
    urgent = [message(number) for number in range(100, 120)]
    async with database.transaction() as connection:
        await post(connection, outbox, many)
        await post(connection, outbox, urgent)

    async def all_left() -> bool:
        return await waiting(database) == 0

    async with relaying(OutboxRelay(database, outbox, broker, settings, name="r", urgent="alerts")):
        await eventually(all_left)
    batches = [broker.log[at : at + 10] for at in range(0, 50, 10)]
    assert [sum(one.topic == "alerts" for one in batch) for batch in batches] == [8, 8, 4, 0, 0]
    assert [one for one in broker.log if one.topic == "alerts"] == urgent
    assert [one for one in broker.log if one.topic == "list"] == many


async def test_what_is_urgent_is_found_without_reading_what_waits_before_it(
    database: Database, settings: DatabaseSettings
) -> None:
    own = MetaData()
    table = outbox_table(own, "large_outbox", urgent="alerts")
    relay = OutboxRelay(database, table, Broker(), settings, name="r", urgent="alerts")
    async with database.transaction() as connection:
        await connection.run_sync(own.create_all)
        await connection.exec_driver_sql(
            "INSERT INTO large_outbox (topic, key, value, header_names, header_values) "
            "SELECT CASE WHEN n > 20000 THEN 'alerts' ELSE 'list' END, 'k', 'v', '{}', '{}' FROM generate_series(1, 20005) AS n"
        )
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ANALYZE large_outbox")
        plan = (
            await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {relay.reads}", {"limit": 10, "urgent": 8})
        ).scalar_one()
    assert _most_rows(plan[0]["Plan"]) <= 20


def _most_rows(node: dict[str, Any]) -> float:
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return max([read, *(_most_rows(child) for child in node.get("Plans", ()))])
