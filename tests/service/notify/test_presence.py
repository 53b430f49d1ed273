import asyncio
from datetime import timedelta

from services.notify.store import senders
from services.notify.store.queue import claim
from tests.support.notify import Receiver, Station, alert_message, station, until

LEASE = timedelta(seconds=60)


async def hold(notify: Station, holder: int) -> int:
    """Claim everything as the process `holder` would."""
    async with notify.database.pipeline() as pipe:
        token = senders.new_token(holder)
        return len(await claim(pipe, token=token, lease=LEASE, rooms={}, room=100, batch=100))


async def test_what_a_killed_process_held_is_sent_by_another_long_before_its_leases_end(
    notify: Station, receiver: Receiver
) -> None:
    await notify.subscribe(receiver.url)
    await notify.arrive(*(alert_message() for _ in range(10)))
    holder = senders.new_holder()
    async with notify.database.line("relay") as killed:
        await senders.enter(killed, holder)
        assert await hold(notify, holder) == 10
        await killed.close()
    async with notify.dispatching():
        await receiver.wait_for(10, seconds=5)
        await notify.settled()
    assert len(set(receiver.ids)) == len(receiver.ids) == 10


async def test_what_a_living_process_holds_is_left_to_it(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    await notify.arrive(*(alert_message() for _ in range(10)))
    address = notify.database.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    holder = senders.new_holder()
    async with station(address) as other, other.database.line("relay") as living:
        await senders.enter(living, holder)
        assert await hold(notify, holder) == 10
        async with notify.dispatching():
            await asyncio.sleep(2)
        await senders.leave(living, holder)
    assert receiver.ids == []


async def test_a_process_that_only_lost_its_session_keeps_what_it_holds(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    address = notify.database.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with station(address) as other, other.dispatching(), notify.dispatching():

        async def both_are_there() -> bool:
            return len(await notify.rows("SELECT 1 FROM notify.sender")) == 2

        await until(both_are_there)
        for _ in range(3):
            await notify.arrive(*(alert_message() for _ in range(50)))
            await notify.rows("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1")
            await asyncio.sleep(0.7)
        await notify.settled()
        assert await notify.rows("SELECT 1 FROM notify.sender WHERE gone_at IS NOT NULL") == []
    assert len(receiver.ids) == len(set(receiver.ids)) == 150
    assert await notify.rows("SELECT 1 FROM notify.sender") == []


async def test_a_sender_that_ended_is_forgotten_after_a_lease(notify: Station) -> None:
    holder = senders.new_holder()
    async with notify.database.line("relay") as killed:
        await senders.enter(killed, holder)
        await killed.close()
    async with notify.database.line("relay") as living:
        for _ in range(2):
            await senders.take_over(living, timedelta(0), LEASE)
        assert len(await notify.rows("SELECT 1 FROM notify.sender WHERE gone_at IS NOT NULL")) == 1
        await asyncio.sleep(0.02)
        await senders.take_over(living, timedelta(0), timedelta(0))
    assert await notify.rows("SELECT 1 FROM notify.sender") == []
