"""Answers that break the rules, are too long, or want something back."""

import asyncio

from aiohttp import web

from services.notify.domain.subscription import Format
from services.notify.webhooks import LONGEST_EXCERPT, Webhooks
from tests.support.notify import Receipt, Receiver, Station, alert_message, notify_settings, until
from tests.support.raw_endpoint import raw_endpoint, read_request


async def test_cookies_are_not_given_back(receiver: Receiver) -> None:
    async def bake(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(headers={"Set-Cookie": "track=1; Path=/"})

    receiver.answer = bake
    async with Webhooks(notify_settings()) as webhooks:
        for _ in range(3):
            assert (await webhooks.post(receiver.url, b"{}", {})).status == 200
    assert all("cookie" not in receipt.headers for receipt in receiver.receipts)


async def test_an_answer_of_ten_megabytes_is_not_read(receiver: Receiver) -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10000000\r\n\r\n")
        for _ in range(10_000):
            writer.write(b"x" * 1000)
            await writer.drain()
            sent += 1000

    async with raw_endpoint(flood) as url, Webhooks(notify_settings()) as webhooks:
        answer = await webhooks.post(url, b"{}", {})
        assert answer.status == 200
        assert answer.excerpt == b"x" * LONGEST_EXCERPT
        again = await webhooks.post(receiver.url, b"{}", {})
        assert again.status == 204
    assert sent < 9_000_000


async def test_it_asks_for_no_compression_and_says_who_it_is(receiver: Receiver) -> None:
    async with Webhooks(notify_settings()) as webhooks:
        await webhooks.post(receiver.url, b"{}", {"content-type": "application/json"})
    headers = receiver.receipts[0].headers
    assert (headers["accept-encoding"], headers["user-agent"]) == ("identity", "atalaya-notify")


async def test_an_answer_that_is_no_http_is_an_attempt_without_an_answer(receiver: Receiver) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        await writer.drain()

    async with raw_endpoint(babble) as url, Webhooks(notify_settings()) as webhooks:
        answer = await webhooks.post(url, b"{}", {})
    assert answer.status is None
    assert receiver.receipts == []


async def test_an_answer_that_breaks_the_reading_of_it_ends_no_process(notify: Station, receiver: Receiver) -> None:
    async def never(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"})

    async with Receiver(answer=never) as hostile, notify.dispatching():
        await notify.subscribe(hostile.url)
        await notify.arrive(alert_message())
        await hostile.wait_for(2)
        await notify.subscribe(receiver.url)
        await notify.arrive(alert_message())
        await receiver.wait_for(1)


async def test_an_alert_that_cannot_be_rendered_is_a_failed_attempt_and_holds_up_nobody(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe("http://127.0.0.1:9/", form=Format.CLOUDEVENTS)
    await notify.subscribe(receiver.url)
    await notify.arrive(alert_message())
    await notify.rows("UPDATE notify.alert_revision SET body = 'no alert' RETURNING 1")
    async with notify.dispatching():
        await receiver.wait_for(1)
        await until(lambda: notify.rows("SELECT 1 FROM notify.delivery WHERE state = 'failed'"))
    reasons = await notify.rows("SELECT DISTINCT reason FROM notify.attempt WHERE status IS NULL")
    assert [row.reason for row in reasons] == ["it could not be sent for a fault on our side"]
