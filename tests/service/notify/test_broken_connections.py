"""Connections that end where they should not: the message goes again under the same id, and nothing is left behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from services.notify.webhooks import Webhooks
from shared.platform.errors import TransientError
from tests.support.notify import Receiver, Station, alert_message, notify_settings, station, until
from tests.support.raw_endpoint import ANSWER, raw_endpoint, read_request


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
