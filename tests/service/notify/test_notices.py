"""Notices reach the agency that they are for, as alerts reach nations, and nobody else learns of them."""

import json
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from services.notify.consumer import CONSUMER, NoticeHandler
from services.notify.redelivery import NotSentAgainError, UnknownDeliveryError
from services.notify.registry import ForeignAgencyError
from services.notify.tables import consumer_offset
from shared.contracts import topics
from shared.contracts.codec import encode
from shared.contracts.identity import webhook_id
from shared.platform.database.offsets import load_offsets
from shared.platform.errors import LostPartitionError, PoisonError
from shared.platform.kafka.messages import Batch
from tests.support.notify import RawRecord, Receipt, Receiver, Station, alert_message, notice
from tests.support.notify_door import WANTED, Door, made
from tests.support.notify_process import broker, headers, notify_process

ASKING = {**WANTED, "partner": "GT", "filter": {**WANTED["filter"], "notices": True}}


@pytest.fixture
def door(notify: Station) -> Door:
    return Door(notify)


async def test_a_notice_arrives_signed_at_its_agency_alone_and_once(notify: Station, receiver: Receiver) -> None:
    subscription, secret = await notify.subscribe(receiver.url, "GT", agency="GT-PNC")
    told = notice()
    async with Receiver() as others, notify.dispatching():
        for partner, agency in (("GT", "GT-SAT"), ("SV", "GT-PNC"), ("GT", None)):
            await notify.subscribe(others.url, partner, agency=agency)
        await notify.tell(told, told)
        await notify.settled()
        await notify.tell(told)
        await notify.settled()
        assert others.receipts == []
    [receipt] = receiver.receipts
    said = Webhook(secret).verify(receipt.body, receipt.headers)
    assert (said["type"], said["data"]["entry_id"]) == ("entry.review_due", str(told.entry_id))
    assert receipt.id == str(webhook_id(told.id, 1, subscription))
    [row] = await notify.rows("SELECT partner, agency, form, state, reasons FROM notify.delivery")
    assert tuple(row) == ("GT", "GT-PNC", "agency", "delivered", ["it is told to GT-PNC of GT"])


async def test_a_notice_is_retried_under_one_id_as_an_alert_is(notify: Station, receiver: Receiver) -> None:
    async def fail_twice(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=500 if len(receiver.receipts) < 3 else 200)

    receiver.answer = fail_twice
    await notify.subscribe(receiver.url, "GT", agency="GT-PNC")
    async with notify.dispatching():
        await notify.tell(notice())
        await receiver.wait_for(3)
        await notify.settled()
    assert len(set(receiver.ids)) == 1
    assert [row.status for row in await notify.rows("SELECT status FROM notify.attempt ORDER BY at")] == [500, 500, 200]


async def test_notices_and_their_offset_are_committed_as_one_and_what_is_none_changes_nothing(notify: Station) -> None:
    handler = NoticeHandler(notify.database, notify.clock, notify.dispatcher)
    await notify.subscribe("http://127.0.0.1:9/", "GT", agency="GT-PNC")

    def batch(*values: bytes, expected: int | None = None) -> Batch:
        records = [RawRecord((expected or 0) + number, value) for number, value in enumerate(values)]
        return Batch(topics.NOTICES, 0, records, expected_offset=expected, next_offset=(expected or 0) + len(values))

    await handler.handle(batch(encode(notice()), encode(notice())))
    with pytest.raises(LostPartitionError):
        await handler.handle(batch(encode(notice()), expected=1))
    with pytest.raises(PoisonError) as caught:
        await handler.handle(batch(encode(notice()), encode(alert_message()), expected=2))
    assert list(caught.value.records) == [3]
    assert await notify.states() == {"waiting": 2}
    async with notify.database.transaction() as connection:
        stored = await load_offsets(connection, consumer_offset, consumer=CONSUMER, topic=topics.NOTICES, partitions=range(3))
    assert stored == {0: 2}


async def test_who_asks_for_notices_is_bound_to_the_agency_of_its_key(door: Door) -> None:
    async with door.as_("GT", agency="GT-PNC") as client, door.as_("GT", "admin", agency="ops") as admin:
        assert (await made(client, partner="GT"))["agency"] is None
        mine = await made(client, **ASKING)
        assert (mine["agency"], mine["filter"]["notices"]) == ("GT-PNC", True)
        for body, code, pointer in (
            ({**ASKING, "agency": "GT-SAT"}, 403, "/agency"),
            ({**WANTED, "partner": "GT", "agency": "GT-PNC"}, 422, "/agency"),
        ):
            refused = await client.post("/v1/subscriptions", json=body)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (code, pointer)
        unnamed = await admin.post("/v1/subscriptions", json=ASKING)
        assert (unnamed.status_code, unnamed.json()["errors"][0]["code"]) == (422, "agency_unnamed")
        assert (await made(admin, **ASKING, agency="GT-SAT"))["agency"] == "GT-SAT"
        path = f"/v1/subscriptions/{mine['id']}"
        stopped = await client.patch(path, json={"filter": WANTED["filter"]})
        assert (stopped.json()["agency"], stopped.json()["filter"]["notices"]) == (None, False)
        assert (await client.patch(path, json={"filter": ASKING["filter"]})).json()["agency"] == "GT-PNC"


async def test_another_agency_of_the_nation_cannot_turn_its_notices_to_itself(notify: Station, door: Door) -> None:
    subscription, _ = await notify.subscribe("http://127.0.0.1:9/", "GT", agency="GT-PNC")
    path = f"/v1/subscriptions/{subscription}"
    async with door.as_("GT", agency="GT-SAT") as other, door.as_("GT", "admin", agency="ops") as admin:
        answers = [
            await other.patch(path, json={"url": "http://127.0.0.1:8/"}),
            await other.patch(path, json={"filter": ASKING["filter"]}),
            await other.patch(path, json={"filter": WANTED["filter"]}),
            await other.post(f"{path}/secrets"),
            await other.delete(path),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5
        assert (await other.get(path)).json()["url"] == "http://127.0.0.1:9/"
        assert (await admin.patch(path, json={"url": "http://127.0.0.1:8/"})).status_code == 200
    with pytest.raises(ForeignAgencyError):
        await notify.registry.change(subscription, "GT", {"state": "paused"})


async def test_the_log_shows_a_notice_to_its_agency_and_to_administrators_only(
    notify: Station, door: Door, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url, "GT", agency="GT-PNC")
    told = notice()
    async with notify.dispatching():
        await notify.tell(told)
        await notify.arrive(alert_message())
        await notify.settled()
    log = "/v1/deliveries"
    async with (
        door.as_("GT", agency="GT-PNC") as own,
        door.as_("GT", agency="GT-SAT") as other,
        door.as_("SV", agency="GT-PNC") as foreign,
        door.as_("SV", "admin", agency="ops") as admin,
    ):
        [shown] = [one for one in (await own.get(log)).json()["items"] if one["form"] == "agency"]
        assert (shown["notice_id"], shown["alert_id"]) == (str(told.id), None)
        forms = {who: sorted(one["form"] for one in (await who.get(log)).json()["items"]) for who in (own, other, foreign, admin)}
        assert forms == {own: ["agency", "full"], other: ["full"], foreign: [], admin: ["agency", "full"]}
        path = f"{log}/{shown['id']}"
        assert [(await who.get(path)).status_code for who in (own, other, foreign, admin)] == [200, 404, 404, 200]
        assert (await other.get(log, params={"alert": str(told.id)})).json()["items"] == []
        assert [(await who.post(f"{path}/redeliver")).status_code for who in (other, foreign)] == [404, 404]


async def test_a_notice_is_sent_again_while_its_subscription_gets_that_agencys_notices(
    notify: Station, receiver: Receiver
) -> None:
    subscription, _ = await notify.subscribe(receiver.url, "GT", agency="GT-PNC")
    async with notify.dispatching():
        await notify.tell(notice())
        await notify.settled()
        delivery = UUID(receiver.ids[0])
        with pytest.raises(UnknownDeliveryError):
            await notify.redelivery.send_again(delivery, "GT", "GT-SAT")
        await notify.redelivery.send_again(delivery, "GT", "GT-PNC")
        await receiver.wait_for(2)
        await notify.settled()
        await notify.registry.change(subscription, None, {"filter": {"notices": True}}, of="GT-SAT")
        with pytest.raises(NotSentAgainError, match="no longer gets the notices"):
            await notify.redelivery.send_again(delivery, None)
    assert receiver.ids == [str(delivery)] * 2


async def test_what_still_waits_for_an_agency_is_cancelled_when_its_subscription_is_anothers(
    notify: Station, receiver: Receiver
) -> None:
    subscription, _ = await notify.subscribe(receiver.url, "GT", agency="GT-PNC")
    await notify.tell(notice())
    await notify.arrive(alert_message())
    await notify.registry.change(subscription, None, {"filter": {"notices": True}}, of="GT-SAT")
    await notify.tell(notice(), notice(agency="GT-SAT"))
    async with notify.dispatching():
        await notify.settled()
    types = {json.loads(receipt.body)["data"].get("agency", "an alert") for receipt in receiver.receipts}
    assert types == {"an alert", "GT-SAT"}
    assert await notify.states() == {"cancelled": 1, "delivered": 2}


async def test_from_the_topic_to_the_agency_that_asked_over_http(
    kafka: str, topic_prefix: str, migrated_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    told = notice(agency="GT-TEST")
    async with broker(kafka, topic_prefix) as on_topics, notify_process(on_topics.settings, migrated_url, tmp_path) as process:
        token = await on_topics.key("GT", "subscriptions:manage")
        async with httpx.AsyncClient(base_url=process.url, headers=headers(token)) as client:
            answer = await client.post("/v1/subscriptions", json={**ASKING, "url": receiver.url})
            assert answer.status_code == 201, answer.text
            await on_topics.tell(told, notice())
            await receiver.wait_for(1)
            document = (await client.get("/openapi.json")).json()
    Webhook(answer.json()["secret"]).verify(receiver.receipts[0].body, receiver.receipts[0].headers)
    assert receiver.ids == [str(webhook_id(told.id, 1, answer.json()["id"]))]
    assert set(document["webhooks"]) == {"alert", "missed", "notice"}
