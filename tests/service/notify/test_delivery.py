import asyncio
import json
from uuid import UUID

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from services.notify.consumer import AlertHandler
from services.notify.domain.subscription import Format
from shared.contracts.codec import encode
from shared.contracts.identity import webhook_id
from shared.platform.errors import LostPartitionError
from shared.platform.kafka.messages import Batch
from tests.support.notify import RawRecord, Receipt, Receiver, Station, alert_message, until


async def test_a_webhook_verifies_and_says_what_the_alert_says(notify: Station, receiver: Receiver) -> None:
    subscription, secret = await notify.subscribe(receiver.url)
    message = alert_message()
    async with notify.dispatching():
        await notify.arrive(message)
        await receiver.wait_for(1)
        await notify.settled()
    receipt = receiver.receipts[0]
    said = Webhook(secret).verify(receipt.body, receipt.headers)
    assert said["type"] == "alert.opened"
    assert said["data"]["id"] == str(message.data.id)
    assert said["data"]["handling"]["releasable_to"] == ["GT", "SV"]
    assert receipt.id == str(webhook_id(message.data.id, 1, subscription))
    assert await notify.states() == {"delivered": 1}


async def test_another_secret_does_not_verify(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    _, other = await notify.subscribe("http://127.0.0.1:9/", "GT")
    async with notify.dispatching():
        await notify.arrive(alert_message(nations=("SV",)))
        await receiver.wait_for(1)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(receiver.receipts[0].body, receiver.receipts[0].headers)


async def test_a_delivery_is_retried_under_one_id_with_fresh_signatures_until_it_is_taken(
    notify: Station, receiver: Receiver
) -> None:
    async def fail_twice(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=500 if len(receiver.receipts) < 3 else 200)

    receiver.answer = fail_twice
    _, secret = await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await notify.arrive(alert_message())
        await receiver.wait_for(3)
        await notify.settled()
    assert len(set(receiver.ids)) == 1
    for receipt in receiver.receipts:
        Webhook(secret).verify(receipt.body, receipt.headers)
    attempts = await notify.rows("SELECT status, reason FROM notify.attempt ORDER BY at")
    assert [row.status for row in attempts] == [500, 500, 200]
    assert await notify.states() == {"delivered": 1}


async def test_a_delivery_fails_for_good_after_the_last_attempt_of_the_table(notify: Station, receiver: Receiver) -> None:
    async def refuse(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=503, text="no\r\nmore\x1b[31m")

    receiver.answer = refuse
    await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await notify.arrive(alert_message())
        await notify.settled()
    assert len(receiver.receipts) == 1 + len(notify.settings.retry_seconds)
    assert await notify.states() == {"failed": 1}
    excerpts = {row.excerpt for row in await notify.rows("SELECT excerpt FROM notify.attempt")}
    assert excerpts == {"no\\r\\nmore\\x1b[31m"}


async def test_retry_after_lengthens_the_pause(notify: Station, receiver: Receiver) -> None:
    async def later(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        first = len(receiver.receipts) == 1
        return web.Response(status=429, headers={"Retry-After": "1"}) if first else web.Response()

    receiver.answer = later
    await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await notify.arrive(alert_message())
        await notify.settled()
    first, second = receiver.receipts
    assert second.at - first.at >= 0.95


async def test_410_ends_the_subscription_and_cancels_what_waits_for_it(notify: Station, receiver: Receiver) -> None:
    async def gone(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=410)

    receiver.answer = gone
    subscription, _ = await notify.subscribe(receiver.url)
    one = alert_message()
    async with notify.dispatching():
        await notify.arrive(one)
        await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.revised"))
        await notify.settled()
        await notify.arrive(alert_message())
    assert len(receiver.receipts) == 1
    assert await notify.states() == {"gone": 1, "cancelled": 1}
    row, _ = await notify.registry.subscription(subscription, None)
    assert (row.state, row.state_reason) == ("ended", "the endpoint answered 410")


async def test_a_revision_never_arrives_before_the_one_before_it_is_settled(notify: Station, receiver: Receiver) -> None:
    let_go = asyncio.Event()

    async def keep_the_first(_request: web.Request, receipt: Receipt) -> web.StreamResponse:
        if json.loads(receipt.body)["data"]["revision"] == 1:
            await let_go.wait()
        return web.Response(status=200)

    receiver.answer = keep_the_first
    await notify.subscribe(receiver.url)
    first = alert_message()
    async with notify.dispatching():
        await notify.arrive(first)
        await receiver.wait_for(1)
        await notify.arrive(alert_message(identity=first.data.id, revision=2, kind="alert.revised"))
        await asyncio.sleep(0.3)
        assert receiver.revisions == [1]
        let_go.set()
        await notify.settled()
    assert receiver.revisions == [1, 2]
    assert await notify.states() == {"delivered": 2}


async def test_a_new_subscription_does_not_get_old_alerts(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    old, new = alert_message(), alert_message()
    async with Receiver() as late, notify.dispatching():
        await notify.arrive(old)
        await receiver.wait_for(1)
        await notify.subscribe(late.url)
        await notify.arrive(new)
        await late.wait_for(1)
        await notify.settled()
        assert [json.loads(receipt.body)["data"]["id"] for receipt in late.receipts] == [str(new.data.id)]


async def test_what_came_twice_from_the_topic_is_delivered_once(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    message = alert_message()
    async with notify.dispatching():
        await notify.arrive(message, message)
        await notify.settled()
        await notify.arrive(message)
        await notify.settled()
    assert len(receiver.receipts) == 1


async def test_cloudevents_are_structured_and_carry_the_webhook_id(notify: Station, receiver: Receiver) -> None:
    _, secret = await notify.subscribe(receiver.url, form=Format.CLOUDEVENTS)
    message = alert_message()
    async with notify.dispatching():
        await notify.arrive(message)
        await receiver.wait_for(1)
    receipt = receiver.receipts[0]
    event = Webhook(secret).verify(receipt.body, receipt.headers)
    assert receipt.headers["content-type"] == "application/cloudevents+json"
    assert (event["specversion"], event["id"], event["type"]) == ("1.0", receipt.id, "atalaya.alert.opened.v1")
    assert event["data"]["id"] == str(message.data.id)


async def test_both_secrets_verify_while_one_is_rotated(notify: Station, receiver: Receiver) -> None:
    subscription, old = await notify.subscribe(receiver.url)
    _, new = await notify.registry.rotate(subscription, "SV")
    async with notify.dispatching():
        await notify.arrive(alert_message())
        await receiver.wait_for(1)
    for secret in (old, new):
        Webhook(secret).verify(receiver.receipts[0].body, receiver.receipts[0].headers)


async def test_a_paused_subscription_gets_what_it_missed_when_it_is_active_again(notify: Station, receiver: Receiver) -> None:
    subscription, _ = await notify.subscribe(receiver.url)
    await notify.registry.change(subscription, "SV", {"state": "paused"})
    async with notify.dispatching():
        await notify.arrive(alert_message(), alert_message())
        await asyncio.sleep(0.3)
        assert receiver.receipts == []
        await notify.registry.change(subscription, "SV", {"state": "active"})
        await receiver.wait_for(2)


async def test_an_exercise_reaches_its_subscription_alone(notify: Station, receiver: Receiver) -> None:
    subscription, _ = await notify.subscribe(receiver.url)
    async with Receiver() as other, notify.dispatching():
        await notify.subscribe(other.url)
        row, _ = await notify.registry.subscription(subscription, "SV")
        delivery = await notify.redelivery.send_exercise(row)
        await receiver.wait_for(1)
        await notify.settled()
        assert other.receipts == []
    assert receiver.ids == [str(delivery)]
    assert json.loads(receiver.receipts[0].body)["data"]["exercise"] is True


async def test_it_says_it_is_not_ready_until_it_has_looked_for_deliveries(notify: Station) -> None:
    assert "dispatcher" in await notify.readiness.faults()
    async with notify.dispatching():

        async def ready() -> bool:
            return not await notify.readiness.faults()

        await until(ready)


async def test_a_first_revision_goes_out_without_a_claim_and_a_dead_sender_loses_nothing(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await until(lambda: notify.dispatcher.reserve(UUID(int=1)) is not None)
        await notify.arrive(alert_message())
        [row] = await notify.rows("SELECT token, due_at > now() AS leased FROM notify.queue") or [None]
        assert row is None or (row.token is not None and row.leased)
        await receiver.wait_for(1)
        await notify.settled()
    await notify.arrive(alert_message())
    [row] = await notify.rows("SELECT token, due_at <= now() AS due FROM notify.queue")
    assert (row.token, row.due) == (None, True)


async def test_when_the_commit_fails_nothing_is_sent_and_the_places_are_free_again(notify: Station, receiver: Receiver) -> None:
    subscription, _ = await notify.subscribe(receiver.url)
    handler = AlertHandler(notify.database, notify.clock, notify.dispatcher)
    record = RawRecord(0, encode(alert_message()))
    async with notify.dispatching():
        await until(lambda: notify.dispatcher.reserve(UUID(int=1)) is not None)
        for _ in range(20):
            with pytest.raises(LostPartitionError):
                await handler.handle(Batch("atalaya.alerts", 0, [record], expected_offset=7, next_offset=8))
        assert notify.dispatcher.reserve(subscription) is not None
        await handler.handle(Batch("atalaya.alerts", 0, [record], expected_offset=None, next_offset=1))
        await receiver.wait_for(1)
        await notify.settled()
        with pytest.raises(LostPartitionError):
            await handler.handle(Batch("atalaya.alerts", 0, [record], expected_offset=None, next_offset=1))
    assert len(receiver.receipts) == 1
    assert await notify.states() == {"delivered": 1}
