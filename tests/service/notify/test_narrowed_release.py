import asyncio
import json

from aiohttp import web

from services.notify.redelivery import NotSentAgainError
from tests.support.notify import Receipt, Receiver, Station, alert_message, station

SECRET = "what only Guatemala may read"


def narrowed(identity, revision=2, nations=("GT",)):  # noqa: ANN001, ANN201 - an AlertMessage
    headline = {"es": SECRET, "en": SECRET}
    return alert_message(identity=identity, revision=revision, nations=nations, kind="alert.revised", headline=headline)


async def test_who_may_no_longer_see_an_alert_gets_a_withdrawal_without_any_content(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    async with Receiver() as guatemala, notify.dispatching():
        await notify.subscribe(guatemala.url, "GT")
        await notify.arrive(first)
        await notify.settled()
        await notify.arrive(narrowed(first.data.id))
        await notify.settled()
        assert SECRET in guatemala.receipts[1].body.decode()
    assert len(receiver.receipts) == 2
    said = json.loads(receiver.receipts[1].body)
    assert (said["type"], said["data"]) == ("alert.withdrawn", {"id": str(first.data.id), "revision": 2})
    [row] = await notify.rows("SELECT reasons FROM notify.delivery WHERE form = 'notice'")
    assert row.reasons == ["an originator does not release it to SV", "TLP:AMBER"]


async def test_after_the_withdrawal_later_revisions_say_nothing_until_it_is_released_again(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    async with notify.dispatching():
        for message in (first, narrowed(first.data.id, 2), narrowed(first.data.id, 3), narrowed(first.data.id, 4, ("GT", "SV"))):
            await notify.arrive(message)
            await notify.settled()
    assert [json.loads(receipt.body)["data"]["revision"] for receipt in receiver.receipts] == [1, 2, 4]


async def test_what_still_waited_is_withheld_and_who_saw_nothing_is_told_nothing(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    await notify.arrive(first)
    await notify.arrive(narrowed(first.data.id))
    assert await notify.states() == {"withheld": 1}
    async with notify.dispatching():
        other = alert_message()
        await notify.arrive(other)
        await receiver.wait_for(1)
        await notify.settled()
    assert [json.loads(receipt.body)["data"]["id"] for receipt in receiver.receipts] == [str(other.data.id)]


async def test_both_revisions_in_one_batch_show_nothing_either(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    async with notify.dispatching():
        await notify.arrive(first, narrowed(first.data.id))
        await notify.settled()
    assert receiver.receipts == []


async def test_one_in_flight_is_not_tried_again_and_the_notice_comes_after_it(notify: Station, receiver: Receiver) -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def hold_then_fail(_request: web.Request, receipt: Receipt) -> web.StreamResponse:
        if json.loads(receipt.body)["data"]["revision"] == 2:
            return web.Response()
        arrived.set()
        await let_go.wait()
        return web.Response(status=500)

    receiver.answer = hold_then_fail
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    async with notify.dispatching():
        await notify.arrive(first)
        await arrived.wait()
        await notify.arrive(narrowed(first.data.id))
        await asyncio.sleep(0.3)
        assert len(receiver.receipts) == 1
        let_go.set()
        await notify.settled()
    assert [json.loads(receipt.body)["type"] for receipt in receiver.receipts] == ["alert.opened", "alert.withdrawn"]
    assert await notify.states() == {"withheld": 1, "delivered": 1}


async def test_a_withdrawn_alert_is_told_whole_to_who_may_see_it_and_to_nobody_who_never_had_it(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    async with Receiver() as late, notify.dispatching():
        await notify.arrive(first)
        await notify.settled()
        await notify.subscribe(late.url, "SV")
        await notify.arrive(alert_message(identity=first.data.id, revision=2, kind="alert.withdrawn", state="withdrawn"))
        await notify.settled()
        assert late.receipts == []
    said = json.loads(receiver.receipts[1].body)
    assert (said["type"], said["data"]["state"]) == ("alert.withdrawn", "withdrawn")


async def test_an_alert_taken_back_from_a_partner_is_not_redelivered_to_it(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url, "SV")
    first = alert_message()
    async with notify.dispatching():
        await notify.arrive(first)
        await notify.settled()
        delivery = receiver.ids[0]
        await notify.redelivery.send_again(delivery, "SV")
        await receiver.wait_for(2)
        await notify.settled()
        await notify.arrive(narrowed(first.data.id))
        await notify.settled()
        try:
            await notify.redelivery.send_again(delivery, "SV")
        except NotSentAgainError as error:
            assert str(error) == "The alert was withdrawn from this partner."  # noqa: PT017 - the sentence is what is shown
        else:
            raise AssertionError
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]


async def test_one_claimed_and_waiting_for_its_turn_is_not_sent_after_it_was_taken_back(migrated_url: str) -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def hold(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        arrived.set()
        await let_go.wait()
        return web.Response()

    async with (
        station(migrated_url, slots_per_subscription=1, stale_seconds=0.05) as notify,
        Receiver(answer=hold) as slow,
        notify.dispatching(),
    ):
        await notify.subscribe(slow.url, "SV")
        messages = [alert_message() for _ in range(3)]
        await notify.arrive(*messages)
        await arrived.wait()
        assert all(row.token for row in await notify.rows("SELECT token FROM notify.queue"))
        first = json.loads(slow.receipts[0].body)["data"]["id"]
        waiting = [message.data.id for message in messages if str(message.data.id) != first]
        await notify.arrive(narrowed(waiting[0]))
        await asyncio.sleep(0.1)
        let_go.set()
        await notify.settled()
        assert (await notify.states())["withheld"] == 1
    said = {json.loads(receipt.body)["data"]["id"] for receipt in slow.receipts if b"alert.opened" in receipt.body}
    assert said == {first, str(waiting[1])}
