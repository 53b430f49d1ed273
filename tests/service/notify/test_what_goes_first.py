"""What overtakes, what is overtaken, and what is not sent any more."""

import asyncio
import json
import uuid
from datetime import timedelta

from aiohttp import web

from services.notify.store.queue import claim
from tests.support.notify import AT, Receipt, Receiver, Station, alert_message, until


async def test_of_what_waits_of_an_alert_only_the_latest_revision_goes_out(notify: Station, receiver: Receiver) -> None:
    async def fail_the_first(_request: web.Request, receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=500 if json.loads(receipt.body)["data"]["revision"] == 1 else 200)

    receiver.answer = fail_the_first
    await notify.subscribe(receiver.url)
    first = alert_message()
    later = [alert_message(identity=first.data.id, revision=number, kind="alert.revised") for number in (2, 3)]
    async with notify.dispatching():
        await notify.arrive(first)

        async def waits_again() -> bool:
            return bool(await notify.rows("SELECT 1 FROM notify.queue WHERE attempts > 0 AND token IS NULL"))

        await until(waits_again)
        await notify.arrive(*later)
        await notify.settled()
    assert receiver.revisions[-1] == 3
    assert 2 not in receiver.revisions
    assert await notify.states() == {"superseded": 2, "delivered": 1}


async def test_a_critical_alert_goes_before_all_that_waits(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    await notify.arrive(*(alert_message() for _ in range(1500)))
    urgent = alert_message(severity="critical")
    async with notify.dispatching():
        await receiver.wait_for(20)
        await notify.arrive(urgent)
        await notify.settled()
    came = [json.loads(receipt.body)["data"]["id"] for receipt in receiver.receipts]
    assert len(came) == 1501
    assert came.index(str(urgent.data.id)) < 600


async def test_a_critical_alert_that_waits_itself_is_claimed_first(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    await notify.arrive(*(alert_message() for _ in range(300)))
    urgent = alert_message(severity="critical")
    await notify.arrive(urgent)
    async with notify.dispatching():
        await notify.settled()
    came = [json.loads(receipt.body)["data"]["id"] for receipt in receiver.receipts]
    assert came.index(str(urgent.data.id)) < 20


async def test_what_nobody_can_act_on_any_more_is_not_sent_and_said_to_have_expired(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    late, due = alert_message(expires_at=AT), alert_message()
    async with notify.dispatching():
        await notify.arrive(late, due)
        await notify.settled()
    assert [json.loads(receipt.body)["data"]["id"] for receipt in receiver.receipts] == [str(due.data.id)]
    assert await notify.states() == {"expired": 1, "delivered": 1}


async def test_the_end_of_an_alert_is_told_however_late_to_who_was_told_of_it(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    one = alert_message()
    async with notify.dispatching():
        await notify.arrive(one)
        await notify.settled()
        await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.closed", expires_at=AT))
        await notify.settled()
    assert receiver.revisions == [1, 2]


async def test_who_was_told_nothing_of_an_alert_is_told_nothing_of_its_end(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    one = alert_message()
    await notify.arrive(one)
    await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.closed"))
    async with notify.dispatching():
        await notify.arrive(alert_message())
        await notify.settled()
    assert len(receiver.receipts) == 1
    assert await notify.states() == {"expired": 1, "delivered": 1}


async def test_an_end_is_told_of_what_a_sender_took_in_the_meantime(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    one = alert_message()
    await notify.arrive(one)
    async with asyncio.TaskGroup() as group, notify.database.pipeline() as other:
        held = await claim(other, token=uuid.uuid4(), lease=timedelta(seconds=0.3), rooms={}, room=9, batch=9)
        assert len(held) == 1
        group.create_task(notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.closed")))
        await asyncio.sleep(0.2)
    async with notify.dispatching():
        await notify.settled()
    assert receiver.revisions == [1, 2]


async def test_an_alert_that_was_withdrawn_before_anybody_was_told_is_no_missed_one(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    one = alert_message()
    await notify.arrive(one)
    await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.withdrawn"))
    async with notify.dispatching():
        await notify.settled()
    assert receiver.receipts == []
    assert await notify.states() == {"superseded": 1}
