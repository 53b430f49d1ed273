"""Members of a group that stand still, and that are started anew one after another."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from shared.platform.kafka.consumer import PartitionedConsumer
from shared.platform.kafka.errors import BrokerUnavailableError, OutcomeUnknownError
from shared.platform.kafka.messages import Message
from shared.platform.kafka.producer import KafkaProducer
from shared.platform.settings import KafkaSettings
from tests.service.kafka.conftest import MakeTopic
from tests.support.kafka_fakes import MemoryLedger, running, until


def member(settings: KafkaSettings, topic: str, ledger: MemoryLedger, name: str | None = None) -> PartitionedConsumer:
    named = settings.model_copy(update={"group_instance_id": name})
    return PartitionedConsumer(named, group="readers", topics=[topic], handle=ledger.handle, offsets=ledger, dead_letters=None)


async def fill(producer: KafkaProducer, topic: str, count: int, partitions: int = 1) -> None:
    assert not any(await producer.send_many([Message(topic, b"x", partition=number % partitions) for number in range(count)]))


async def test_a_process_that_stood_still_for_longer_than_its_session_works_on_and_does_nothing_twice(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things", partitions=2), MemoryLedger()
    short = settings.model_copy(update={"session_timeout_seconds": 6})
    await fill(producer, topic, 100, 2)
    async with running(member(short, topic, ledger), within=90):
        await until(lambda: len(ledger.seen) == 100)
        threading.Event().wait(9)  # the loop is blocked: no heartbeat, the group puts the member out
        await fill(producer, topic, 100, 2)
        await until(lambda: ledger.offsets == {(topic, 0): 100, (topic, 1): 100}, within=40)
    assert len(ledger.seen) == 200


async def test_a_named_member_that_is_started_anew_moves_nobody_s_partitions(
    settings: KafkaSettings, producer: KafkaProducer, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things", partitions=4), MemoryLedger()
    staying, leaving = member(settings, topic, ledger, "a"), member(settings, topic, ledger, "b")

    def assigned(consumer: PartitionedConsumer) -> int:
        session = consumer._session
        partitions = None if session is None else session._partitions
        return 0 if partitions is None or not partitions.assigned else len(partitions.runners)

    def generation() -> int:
        assert staying._session is not None
        assert staying._session._partitions is not None
        return staying._session._partitions.generation

    async with running(staying, within=90):
        async with running(leaving, within=60):
            await until(lambda: (assigned(staying), assigned(leaving)) == (2, 2), within=40)
            before = generation()
        for handled in (40, 80):
            again = member(settings, topic, ledger, "b")
            async with running(again, within=60):
                await until(lambda member=again: assigned(member) == 2, within=40)
                await fill(producer, topic, 40, 4)
                await until(lambda count=handled: len(ledger.seen) == count)
        assert generation() == before


@contextlib.asynccontextmanager
async def black_hole() -> AsyncIterator[str]:
    """An address that takes connections and says nothing."""
    ended = asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        ended.set()
        server.close()


async def test_a_broker_that_swallows_packets_delays_but_stops_neither_sending_nor_reading(
    settings: KafkaSettings, make_topic: MakeTopic
) -> None:
    topic, ledger = await make_topic("things"), MemoryLedger()
    async with black_hole() as silent:
        both = settings.model_copy(
            update={
                "bootstrap_servers": f"{silent},{settings.bootstrap_servers}",
                "request_timeout_seconds": 2.0,
                "send_deadline_seconds": 1.0,
            }
        )
        loop = asyncio.get_running_loop()
        async with KafkaProducer(both) as producer, running(member(both, topic, ledger), within=60):
            sent = False
            while not sent:
                started = loop.time()
                try:
                    await producer.send(Message(topic, b"x"))
                    sent = True
                except (BrokerUnavailableError, OutcomeUnknownError):
                    pass
                assert loop.time() - started < 2
            await until(lambda: len(ledger.seen) >= 1)


def test_a_silent_broker_can_hold_up_the_others_for_ten_seconds_at_most() -> None:
    with pytest.raises(ValidationError):
        KafkaSettings(request_timeout_seconds=10.5)
