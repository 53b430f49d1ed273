import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

from services.notify.domain.subscription import Format
from services.notify.webhooks import LONGEST_EXCERPT, Webhooks
from shared.platform.errors import TransientError
from tests.support.notify import Receipt, Receiver, Station, alert_message, notify_settings, station, until

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextlib.asynccontextmanager
async def raw_endpoint(handle: Handle) -> AsyncIterator[str]:
    """An endpoint below HTTP, so that it can break the rules."""
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handle(reader, writer)
        finally:
            writer.close()
            at_work.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for task in at_work:
            task.cancel()
        await until(lambda: not at_work)


async def read_request(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
    return headers, await reader.readexactly(int(headers["content-length"]))


async def test_one_that_drips_its_answer_is_cut_off_and_holds_up_nobody(notify: Station, receiver: Receiver) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.2)

    async with raw_endpoint(drip) as url, notify.dispatching():
        await notify.subscribe(url)
        await notify.subscribe(receiver.url)
        started = time.perf_counter()
        await notify.arrive(*(alert_message() for _ in range(30)))
        await receiver.wait_for(30, 2)
        assert time.perf_counter() - started < notify.settings.total_seconds
        await until(lambda: _has_rows(notify, "SELECT 1 FROM notify.attempt WHERE status IS NULL"), 5)
    durations = await notify.rows("SELECT duration_ms FROM notify.attempt WHERE status IS NULL")
    assert all(1900 <= row.duration_ms <= 2500 for row in durations)


async def _has_rows(notify: Station, query: str) -> bool:
    return bool(await notify.rows(query))


async def test_one_that_takes_the_message_and_closes_gets_it_again_under_the_same_id(notify: Station) -> None:
    seen: list[str] = []

    async def take_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        headers, _ = await read_request(reader)
        seen.append(headers["webhook-id"])
        if len(seen) > 3:
            writer.write(ANSWER)

    async with raw_endpoint(take_and_close) as url, notify.dispatching():
        await notify.subscribe(url)
        await notify.arrive(alert_message())
        await notify.settled()
    assert len(seen) == 4
    assert len(set(seen)) == 1
    attempts = await notify.rows("SELECT status, reason FROM notify.attempt ORDER BY at")
    assert [row.status for row in attempts] == [None, None, None, 204]
    assert attempts[0].reason == "the connection ended without an answer"
    assert await notify.states() == {"delivered": 1}


async def test_a_kept_connection_that_the_peer_has_closed_costs_no_delay(notify: Station) -> None:
    taken: list[str] = []
    dropped: list[str] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        headers, _ = await read_request(reader)
        taken.append(headers["webhook-id"])
        writer.write(ANSWER)
        headers, _ = await read_request(reader)
        dropped.append(headers["webhook-id"])

    async with (
        raw_endpoint(answer_once) as url,
        station_like(notify, retry_seconds=(30,)) as patient,
        patient.dispatching(),
    ):
        await patient.subscribe(url)
        for _ in range(6):
            await patient.arrive(alert_message())
            await patient.settled(3)
    assert len(set(taken)) == 6
    assert dropped
    assert set(dropped) <= set(taken)
    assert await notify.states() == {"delivered": 6}


@contextlib.asynccontextmanager
async def station_like(notify: Station, **more: Any) -> AsyncIterator[Station]:
    address = notify.database.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with station(address, **more) as opened:
        yield opened


async def test_a_slow_partner_does_not_delay_the_others(notify: Station, receiver: Receiver) -> None:
    let_go = asyncio.Event()

    async def hang(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        await let_go.wait()
        return web.Response()

    async with Receiver(answer=hang) as slow, notify.dispatching():
        for _ in range(5):
            await notify.subscribe(slow.url)
        await notify.subscribe(receiver.url)
        delays = []
        for number in range(40):
            started = time.perf_counter()
            await notify.arrive(alert_message())
            await receiver.wait_for(number + 1, 2)
            delays.append(receiver.receipts[-1].at - started)
        assert sorted(delays)[len(delays) // 2] < 0.25
        in_hand = await notify.rows("SELECT subscription_id, count(*) AS n FROM notify.queue WHERE token IS NOT NULL GROUP BY 1")
        assert in_hand
        assert all(row.n <= notify.settings.slots_per_subscription for row in in_hand)
        let_go.set()


async def test_ten_names_whose_name_server_is_silent_stop_nobody(migrated_url: str, receiver: Receiver) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        nameserver = f"127.0.0.1:{silent.getsockname()[1]}"
        async with station(migrated_url, dns_servers=(nameserver,), dns_seconds=1.5) as notify, notify.dispatching():
            for number in range(10):
                await notify.subscribe(f"https://endpoint{number}.example/hook")
            await notify.subscribe(receiver.url)
            started = time.perf_counter()
            await notify.arrive(*(alert_message() for _ in range(20)))
            await receiver.wait_for(20, 1.4)
            assert time.perf_counter() - started < 1.4
            await until(lambda: _has_rows(notify, "SELECT 1 FROM notify.attempt WHERE status IS NULL"), 5)
        silent.setblocking(False)
        assert silent.recv(512)
    reasons = {row.reason for row in await notify_rows(migrated_url, "SELECT reason FROM notify.attempt WHERE status IS NULL")}
    assert reasons == {"the endpoint could not be reached"}


async def notify_rows(url: str, query: str) -> Any:
    async with station(url) as opened:
        return await opened.rows(query)


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
        await until(lambda: _has_rows(notify, "SELECT 1 FROM notify.delivery WHERE state = 'failed'"))
    reasons = await notify.rows("SELECT DISTINCT reason FROM notify.attempt WHERE status IS NULL")
    assert [row.reason for row in reasons] == ["it could not be sent for a fault on our side"]


async def test_requests_that_were_cut_off_leave_no_slot_behind(receiver: Receiver) -> None:
    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await asyncio.Event().wait()

    async with raw_endpoint(hang) as url, Webhooks(notify_settings(total_seconds=0.2)) as webhooks:
        for _ in range(10):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(webhooks.post(url, b"{}", {})) for _ in range(20)]
            assert {task.result().reason for task in tasks} == {"no whole answer in time"}
        assert (await webhooks.post(receiver.url, b"{}", {})).status == 204


async def test_cut_off_from_the_database_it_goes_on_where_it_was(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    messages = [alert_message() for _ in range(300)]
    async with notify.dispatching():
        await notify.arrive(*messages)
        for count in (20, 100, 200):
            await receiver.wait_for(count)
            with contextlib.suppress(TransientError):
                await notify.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
        await until(lambda: len(set(receiver.ids)) == 300, 20)
        await until(lambda: _has_none_waiting(notify), 20)
    assert await notify.states() == {"delivered": 300}


async def _has_none_waiting(notify: Station) -> bool:
    try:
        return not await notify.rows("SELECT 1 FROM notify.queue LIMIT 1")
    except TransientError:
        return False


async def test_one_that_answers_too_slowly_for_what_was_claimed_ahead_still_gets_everything_once(migrated_url: str) -> None:
    async def quick_then_slow(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        if len(endpoint.receipts) > 30:
            await asyncio.sleep(0.2)
        return web.Response()

    async with (
        Receiver(answer=quick_then_slow) as endpoint,
        station(migrated_url, total_seconds=1, lease_seconds=4, slots_per_subscription=4, claim_ahead=40) as notify,
    ):
        await notify.subscribe(endpoint.url)
        await notify.arrive(*(alert_message() for _ in range(160)))
        async with notify.dispatching():
            await notify.settled(30)
        assert len(endpoint.ids) == len(set(endpoint.ids)) == 160
        assert await notify.states() == {"delivered": 160}
