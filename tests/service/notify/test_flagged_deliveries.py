import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from services.notify.redelivery import NotSentAgainError
from shared.contracts.alerts import AlertMessage
from tests.support.notify import Receipt, Receiver, Station, alert_message

ASKED: dict[str, Any] = {
    "requested_action": "ARREST",
    "executed_action": "ARREST",
    "headline": {"es": "DETENER: persona", "en": "ARREST: person"},
}


def revisions(*flagged_by: tuple[str, ...], nations: tuple[str, ...] = ("GT", "SV")) -> list[AlertMessage]:
    """An alert, each of its revisions flagged by these nations."""
    first = alert_message(nations=nations, flagged_by=flagged_by[0], **ASKED)
    more = [
        alert_message(
            identity=first.data.id, revision=number, kind="alert.revised", nations=nations, flagged_by=nations_, **ASKED
        )
        for number, nations_ in enumerate(flagged_by[1:], start=2)
    ]
    return [first, *more]


def said(receiver: Receiver) -> list[tuple[int, str, str]]:
    told: list[dict[str, Any]] = [json.loads(receipt.body)["data"] for receipt in receiver.receipts]
    return [(one["revision"], one["executed_action"], one["headline"]["es"].partition(":")[0]) for one in told]


async def test_a_flagging_nation_gets_a_report_and_the_others_what_is_requested(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url, "SV")
    async with Receiver() as guatemala, notify.dispatching():
        await notify.subscribe(guatemala.url, "GT")
        for message in revisions((), ("SV",), ()):
            await notify.arrive(message)
            await notify.settled()
        assert said(guatemala) == [(number, "ARREST", "DETENER") for number in (1, 2, 3)]
    assert said(receiver) == [
        (1, "ARREST", "DETENER"),
        (2, "INFORM_ONLY", "INFORMAR, no se ejecuta en este territorio"),
        (3, "ARREST", "DETENER"),
    ]
    forms = await notify.rows("SELECT form, reasons FROM notify.delivery WHERE partner = 'SV' ORDER BY revision")
    assert [row.form for row in forms] == ["full", "flagged", "full"]
    assert "SV has flagged the entry: for information only" in forms[1].reasons


async def test_what_still_waits_and_asks_for_more_is_not_sent_once_the_flag_is_known(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url, "SV")
    await notify.subscribe(receiver.url, "GT")
    for message in revisions((), ("SV",), ("SV",)):
        await notify.arrive(message)
    async with notify.dispatching():
        await notify.settled()
    reports = [(number, action) for number, action, _ in said(receiver) if action == "INFORM_ONLY"]
    assert reports == [(3, "INFORM_ONLY")]
    assert [number for number, action, _ in said(receiver) if action == "ARREST"] == [3]
    assert await notify.states() == {"withheld": 1, "superseded": 3, "delivered": 2}


async def test_one_in_flight_is_not_tried_again_and_the_report_comes_after_it(notify: Station, receiver: Receiver) -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def hold_then_fail(_request: web.Request, receipt: Receipt) -> web.StreamResponse:
        if json.loads(receipt.body)["data"]["revision"] > 1:
            return web.Response()
        arrived.set()
        await let_go.wait()
        return web.Response(status=500)

    receiver.answer = hold_then_fail
    await notify.subscribe(receiver.url, "SV")
    first, second = revisions((), ("SV",))
    async with notify.dispatching():
        await notify.arrive(first)
        await arrived.wait()
        await notify.arrive(second)
        let_go.set()
        await notify.settled()
    assert [action for _, action, _ in said(receiver)] == ["ARREST", "INFORM_ONLY"]
    assert await notify.states() == {"withheld": 1, "delivered": 1}


async def test_what_waits_as_a_report_is_taken_back_like_the_rest_and_who_may_have_it_is_told(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url, "SV")
    [first] = revisions(("SV",))
    [other] = revisions(("SV",))
    await notify.arrive(first)
    await notify.arrive(alert_message(identity=first.data.id, revision=2, nations=("GT",), kind="alert.revised"))
    assert await notify.states() == {"withheld": 1}
    async with notify.dispatching():
        await notify.arrive(other)
        await notify.settled()
        await notify.arrive(alert_message(identity=other.data.id, revision=2, nations=("GT",), kind="alert.revised"))
        await notify.settled()
    assert [json.loads(receipt.body)["type"] for receipt in receiver.receipts] == ["alert.opened", "alert.withdrawn"]


async def test_what_asked_for_more_is_not_sent_again_to_a_nation_that_has_flagged_since(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url, "SV")
    async with notify.dispatching():
        for message in revisions((), ("SV",)):
            await notify.arrive(message)
            await notify.settled()
        with pytest.raises(NotSentAgainError, match="flagged the entry since"):
            await notify.redelivery.send_again(UUID(receiver.ids[0]), "SV")
        await notify.redelivery.send_again(UUID(receiver.ids[1]), "SV")
        await receiver.wait_for(3)
        await notify.settled()
    assert receiver.receipts[1].body == receiver.receipts[2].body
