import asyncio
import uuid

from aiohttp import web

from services.notify.domain.plan import Form
from services.notify.fanout import Arrived, Spread, spread
from services.notify.store.alerts import NewDelivery, add_deliveries, ask_endpoints, endpoints_of
from tests.support.notify import Receipt, Receiver, Station, alert_message, claimed, station


async def test_one_that_ends_during_a_fan_out_leaves_nothing_waiting(notify: Station) -> None:
    subscription, _ = await notify.subscribe("http://127.0.0.1:9/")
    async with asyncio.TaskGroup() as group, notify.database.pipeline() as pipe:
        assert subscription in await endpoints_of(await ask_endpoints(pipe))
        ending = group.create_task(notify.registry.end(subscription, "SV"))
        await asyncio.sleep(0.3)
        made = Spread()
        now, lease = notify.clock.now(), notify.dispatcher.lease
        await spread(pipe, [Arrived(alert_message())], now, notify.dispatcher.reserve, lease, made)
        assert not ending.done()
    assert await notify.rows("SELECT 1 FROM notify.queue") == []
    assert await notify.states() == {"cancelled": 1}


async def test_after_its_end_no_delivery_is_written_for_one(notify: Station) -> None:
    subscription, _ = await notify.subscribe("http://127.0.0.1:9/")
    alert = alert_message().data
    late = NewDelivery(uuid.uuid4(), subscription, "SV", alert.id, 1, Form.FULL, ())
    await notify.registry.end(subscription, "SV")
    async with notify.database.pipeline() as pipe:
        assert await (await add_deliveries(pipe, [late], notify.clock.now())).rows() == []
    assert await notify.states() == {}


def test_what_was_not_written_is_not_sent_and_its_place_is_given_back() -> None:
    first, second = claimed(), claimed()
    made = Spread(leased=[first, second])
    made.take_out({first.id})
    assert (made.leased, made.void) == ([second], [first])


async def test_an_end_and_an_answer_of_410_meet_without_a_deadlock(notify: Station) -> None:
    async def gone(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=410)

    async with Receiver(answer=gone) as endpoint, notify.dispatching():
        for _ in range(5):
            await notify.subscribe(endpoint.url)
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(notify.arrive(*(alert_message() for _ in range(4))))
        await notify.settled()
    assert set(await notify.states()) <= {"gone", "cancelled"}


async def test_one_claimed_and_waiting_for_its_turn_is_not_sent_after_the_end(migrated_url: str) -> None:
    arrived, let_go = asyncio.Event(), asyncio.Event()

    async def hold(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        arrived.set()
        await let_go.wait()
        return web.Response()

    async with Receiver(answer=hold) as slow, station(migrated_url, slots_per_subscription=1, stale_seconds=0.05) as notify:
        async with notify.dispatching():
            subscription, _ = await notify.subscribe(slow.url)
            await notify.arrive(*(alert_message() for _ in range(3)))
            await arrived.wait()
            await notify.registry.end(subscription, "SV")
            await asyncio.sleep(0.1)
            let_go.set()
            await asyncio.sleep(0.5)
        assert len(slow.receipts) == 1
        assert await notify.states() == {"cancelled": 3}
