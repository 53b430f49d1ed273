"""Who answers slowly or not at all holds up nobody else."""

import asyncio
import socket
import time
from typing import Any

from aiohttp import web

from tests.support.notify import Receipt, Receiver, Station, alert_message, station, until
from tests.support.raw_endpoint import raw_endpoint, read_request


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
        await until(lambda: notify.rows("SELECT 1 FROM notify.attempt WHERE status IS NULL"), 5)
    durations = await notify.rows("SELECT duration_ms FROM notify.attempt WHERE status IS NULL")
    assert all(1900 <= row.duration_ms <= 2500 for row in durations)


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
            await until(lambda: notify.rows("SELECT 1 FROM notify.attempt WHERE status IS NULL"), 5)
        silent.setblocking(False)
        assert silent.recv(512)
    reasons = {row.reason for row in await notify_rows(migrated_url, "SELECT reason FROM notify.attempt WHERE status IS NULL")}
    assert reasons == {"the endpoint could not be reached"}


async def notify_rows(url: str, query: str) -> Any:
    async with station(url) as opened:
        return await opened.rows(query)


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
