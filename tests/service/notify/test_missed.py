"""What a partner missed is settled as expired and told in one summary."""

import json
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import text

from services.notify.missed import Deadlines
from tests.support.notify import AT, Receipt, Receiver, Station, alert_message


def deadlines(notify: Station) -> Deadlines:
    return Deadlines(notify.database, notify.settings, notify.clock, notify.dispatcher.wake)


def summaries(receiver: Receiver) -> list[dict[str, Any]]:
    said = [json.loads(receipt.body) for receipt in receiver.receipts]
    return [one["data"] for one in said if one["type"] == "alerts.missed"]


async def test_a_partner_that_was_paused_gets_one_summary_of_what_it_missed_and_no_late_alert(
    notify: Station, receiver: Receiver
) -> None:
    subscription, _ = await notify.subscribe(receiver.url)
    await notify.registry.change(subscription, None, {"state": "paused"})
    late = [alert_message(expires_at=AT, severity="high") for _ in range(30)]
    await notify.arrive(*late, alert_message())
    await deadlines(notify).once()
    assert await notify.states() == {"expired": 30, "waiting": 1}
    assert receiver.receipts == []
    await notify.registry.change(subscription, None, {"state": "active"})
    async with notify.dispatching():
        for _ in range(3):
            await deadlines(notify).once()
            await notify.settled()
    [summary] = summaries(receiver)
    assert summary["count"] == 30
    assert {one["id"] for one in summary["alerts"]} == {str(message.data.id) for message in late}
    assert {(one["revision"], one["severity"]) for one in summary["alerts"]} == {(1, "high")}
    assert len(receiver.receipts) == 2


async def test_the_next_summary_tells_only_what_was_missed_since(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    first, second = alert_message(expires_at=AT), alert_message(expires_at=AT)
    async with notify.dispatching():
        for message in (first, second):
            await notify.arrive(message)
            await notify.settled()
            await deadlines(notify).once()
            await notify.settled()
    one, other = summaries(receiver)
    assert [alert["id"] for alert in one["alerts"]] == [str(first.data.id)]
    assert [alert["id"] for alert in other["alerts"]] == [str(second.data.id)]


async def test_a_summary_that_nobody_took_is_made_again_with_all_that_was_missed(notify: Station, receiver: Receiver) -> None:
    refused = True

    async def refuse(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=500 if refused else 200)

    receiver.answer = refuse
    await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await notify.arrive(alert_message(expires_at=AT))
        await notify.settled()
        await deadlines(notify).once()
        await notify.settled()
        assert await notify.states() == {"expired": 1, "failed": 1}
        refused = False
        await notify.arrive(alert_message(expires_at=AT))
        await notify.settled()
        await deadlines(notify).once()
        await notify.settled()
    assert summaries(receiver)[-1]["count"] == 2


async def test_a_summary_tells_of_no_alert_that_its_partner_may_no_longer_see(notify: Station, receiver: Receiver) -> None:
    subscription, _ = await notify.subscribe(receiver.url)
    narrowed, kept = alert_message(expires_at=AT), alert_message(expires_at=AT)
    await notify.registry.change(subscription, None, {"state": "paused"})
    await notify.arrive(narrowed, kept)
    await deadlines(notify).once()
    await notify.registry.change(subscription, None, {"state": "active"})
    await deadlines(notify).once()
    await notify.arrive(
        alert_message(identity=narrowed.data.id, revision=2, kind="alert.revised", nations=("GT",), expires_at=AT)
    )
    await deadlines(notify).once()
    async with notify.dispatching():
        await notify.settled()
    [summary] = summaries(receiver)
    assert [one["id"] for one in summary["alerts"]] == [str(kept.data.id)]
    assert str(narrowed.data.id) not in "".join(receipt.body.decode() for receipt in receiver.receipts)


async def test_nobody_is_told_of_what_it_may_not_see_and_of_nothing_there_is_no_summary(
    notify: Station, receiver: Receiver
) -> None:
    subscription, _ = await notify.subscribe(receiver.url)
    one = alert_message(expires_at=AT)
    await notify.registry.change(subscription, None, {"state": "paused"})
    await notify.arrive(one)
    await deadlines(notify).once()
    await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.revised", nations=("GT",), expires_at=AT))
    await notify.registry.change(subscription, None, {"state": "active"})
    async with notify.dispatching():
        await deadlines(notify).once()
        await notify.settled()
    assert receiver.receipts == []


async def test_an_alert_of_which_a_later_revision_came_was_not_missed(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    one = alert_message(expires_at=AT)
    async with notify.dispatching():
        await notify.arrive(one)
        await notify.settled()
        await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.revised"))
        await notify.settled()
        await deadlines(notify).once()
        await notify.settled()
    assert receiver.revisions == [2]
    assert summaries(receiver) == []
    assert await notify.states() == {"superseded": 1, "delivered": 1}


async def test_what_may_not_be_told_hides_nothing_that_may(
    notify: Station, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notify.missed._MOST_TOLD", 2)
    subscription, _ = await notify.subscribe(receiver.url)
    await notify.registry.change(subscription, None, {"state": "paused"})
    narrowed = [alert_message(expires_at=AT) for _ in range(4)]
    await notify.arrive(*narrowed)
    await deadlines(notify).once()
    for one in narrowed:
        await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.revised", nations=("GT",), expires_at=AT))
    kept = alert_message(expires_at=AT)
    await notify.arrive(kept)
    await notify.registry.change(subscription, None, {"state": "active"})
    async with notify.dispatching():
        for _ in range(4):
            await deadlines(notify).once()
            await notify.settled()
    assert [one["id"] for summary in summaries(receiver) for one in summary["alerts"]] == [str(kept.data.id)]


async def test_what_is_seen_late_is_told_all_the_same(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await notify.arrive(alert_message(expires_at=AT))
        await notify.settled()
        await deadlines(notify).once()
        await notify.settled()
        await notify.arrive(alert_message(expires_at=AT))
        await notify.settled()
        async with notify.database.transaction() as connection:
            await connection.execute(
                text("UPDATE notify.delivery SET settled_at = settled_at - interval '1 hour' WHERE summary_id IS NULL")
            )
        await deadlines(notify).once()
        await notify.settled()
    assert [one["count"] for one in summaries(receiver)] == [1, 1]


async def test_an_alert_that_was_withdrawn_since_is_not_told(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    one = alert_message(expires_at=AT)
    async with notify.dispatching():
        await notify.arrive(one)
        await notify.settled()
        await notify.arrive(alert_message(identity=one.data.id, revision=2, kind="alert.withdrawn", expires_at=AT))
        await deadlines(notify).once()
        await notify.settled()
    assert receiver.receipts == []
    assert await notify.states() == {"superseded": 1}
