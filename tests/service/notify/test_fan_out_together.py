import asyncio

import pytest

from services.notify.consumer import CONSUMER, AlertHandler
from services.notify.tables import consumer_offset
from shared.contracts.codec import encode
from shared.platform.database.offsets import load_offsets
from shared.platform.errors import LostPartitionError, PoisonError
from shared.platform.kafka.messages import Batch
from tests.support.notify import RawRecord, Receiver, Station, alert_message

TOPIC = "atalaya.alerts"


def batch(partition: int, *values: bytes, expected: int | None = None) -> Batch:
    start = expected or 0
    records = [RawRecord(start + number, value) for number, value in enumerate(values)]
    return Batch(TOPIC, partition, records, expected_offset=expected, next_offset=start + len(records))


async def offsets(notify: Station, partitions: int) -> dict[int, int]:
    async with notify.database.transaction() as connection:
        return await load_offsets(connection, consumer_offset, consumer=CONSUMER, topic=TOPIC, partitions=range(partitions))


async def all_at_once(handler: AlertHandler, batches: list[Batch]) -> list[BaseException | None]:
    async def one(which: Batch) -> BaseException | None:
        try:
            await handler.handle(which)
        except (LostPartitionError, PoisonError) as error:
            return error
        return None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(which)) for which in batches]
    return [task.result() for task in tasks]


async def test_many_partitions_at_once_are_each_committed_with_their_offset(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    handler = AlertHandler(notify.database, notify.clock, notify.dispatcher)
    batches = [batch(partition, *(encode(alert_message()) for _ in range(3))) for partition in range(6)]
    async with notify.dispatching():
        assert await all_at_once(handler, batches) == [None] * 6
        await receiver.wait_for(18)
        await notify.settled()
    assert await offsets(notify, 6) == dict.fromkeys(range(6), 3)
    assert await notify.states() == {"delivered": 18}
    assert len(set(receiver.ids)) == 18


async def test_a_partition_that_was_lost_takes_no_other_down_and_leaves_nothing(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    handler = AlertHandler(notify.database, notify.clock, notify.dispatcher)
    batches = [batch(partition, encode(alert_message()), expected=5 if partition == 2 else None) for partition in range(4)]
    async with notify.dispatching():
        outcomes = await all_at_once(handler, batches)
        await notify.settled()
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), LostPartitionError, type(None)]
    assert await offsets(notify, 4) == {0: 1, 1: 1, 3: 1}
    assert await notify.states() == {"delivered": 3}
    assert len(receiver.receipts) == 3


async def test_a_bad_record_is_refused_before_anything_is_changed(notify: Station) -> None:
    handler = AlertHandler(notify.database, notify.clock, notify.dispatcher)
    with pytest.raises(PoisonError) as caught:
        await handler.handle(batch(0, encode(alert_message()), b'{"type": "alert.opened", "data": {"headline": "a name"}}'))
    assert list(caught.value.records) == [1]
    assert "name" not in str(caught.value.records)
    assert await offsets(notify, 1) == {}


async def test_one_that_is_cancelled_does_not_take_the_others_with_it(notify: Station) -> None:
    handler = AlertHandler(notify.database, notify.clock, notify.dispatcher)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(handler.handle(batch(0, encode(alert_message()))))
        others = [group.create_task(handler.handle(batch(partition, encode(alert_message())))) for partition in (1, 2)]
        await asyncio.sleep(0)
        first.cancel()
    assert all(task.exception() is None for task in others)
    assert {1, 2} <= set(await offsets(notify, 3))
