import asyncio
import uuid
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from services.notify.store.queue import AttemptMade, Claimed, Result, claim, record
from tests.support.notify import AT, Receiver, Station, alert_message, station, until

LEASE = timedelta(seconds=30)


async def take(
    notify: Station, *, batch: int = 100, room: int = 100, lease: timedelta = LEASE, only: Collection[UUID] | None = None
) -> list[Claimed]:
    async with notify.database.pipeline() as pipe:
        return await claim(pipe, token=uuid.uuid4(), lease=lease, rooms={}, room=room, batch=batch, only=only)


async def write(notify: Station, *results: Result) -> int:
    async with notify.database.pipeline() as pipe:
        return await record(pipe, results, notify.clock.now())


def done(of: Claimed, state: str | None = "delivered", pause: timedelta = timedelta(0)) -> Result:
    attempt = AttemptMade(uuid.uuid4(), AT, 200, "HTTP 200", timedelta(milliseconds=3), "")
    return Result(of.id, of.token, of.subscription, state, pause, (attempt,))


async def test_many_claimers_share_the_queue_without_a_double_and_none_takes_more_than_asked(notify: Station) -> None:
    await notify.subscribe("http://127.0.0.1:9/")
    await notify.arrive(*(alert_message() for _ in range(200)))
    taken: list[Claimed] = []

    async def worker() -> None:
        while found := await take(notify, batch=7):
            assert len(found) <= 7
            taken.extend(found)

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(worker())
    assert len(taken) == 200
    assert len({one.id for one in taken}) == 200


async def test_a_claim_takes_no_more_of_a_subscription_than_it_has_room_for(notify: Station) -> None:
    full, _ = await notify.subscribe("http://127.0.0.1:9/")
    free, _ = await notify.subscribe("http://127.0.0.1:9/")
    await notify.arrive(*(alert_message() for _ in range(20)))
    async with notify.database.pipeline() as pipe:
        taken = await claim(pipe, token=uuid.uuid4(), lease=LEASE, rooms={full: 0}, room=5, batch=100)
    assert [one.subscription for one in taken] == [free] * 5


async def test_what_a_dead_dispatcher_held_is_due_again_when_its_lease_ends(notify: Station) -> None:
    await notify.subscribe("http://127.0.0.1:9/")
    await notify.arrive(*(alert_message() for _ in range(10)))
    held = await take(notify, lease=timedelta(milliseconds=300))
    assert await take(notify) == []
    again: list[Claimed] = []

    async def taken_over() -> bool:
        again.extend(await take(notify))
        return len(again) == len(held)

    await until(taken_over, 5)
    assert {one.id for one in again} == {one.id for one in held}


async def test_a_late_finisher_changes_no_row_but_its_attempt_is_in_the_log(notify: Station) -> None:
    await notify.subscribe("http://127.0.0.1:9/")
    await notify.arrive(alert_message())
    [late] = await take(notify, lease=timedelta(0))
    [current] = await take(notify)
    assert await write(notify, done(late)) == 0
    assert await write(notify, done(late, None)) == 0
    assert await notify.states() == {"waiting": 1}
    assert await write(notify, done(current)) == 1
    assert await notify.states() == {"delivered": 1}
    assert await write(notify, done(late, "failed")) == 0
    assert await notify.states() == {"delivered": 1}
    assert len(await notify.rows("SELECT 1 FROM notify.attempt")) == 4


async def test_writing_a_result_again_changes_nothing(notify: Station) -> None:
    await notify.subscribe("http://127.0.0.1:9/")
    await notify.arrive(alert_message())
    [mine] = await take(notify)
    result = done(mine)
    assert [await write(notify, result), await write(notify, result)] == [1, 0]
    [row] = await notify.rows("SELECT state, attempts FROM notify.delivery")
    assert (row.state, row.attempts) == ("delivered", 1)
    assert len(await notify.rows("SELECT 1 FROM notify.attempt")) == 1


async def test_a_dispatcher_that_stops_gives_back_what_it_did_not_start(notify: Station, receiver: Receiver) -> None:
    await notify.subscribe(receiver.url)
    await notify.arrive(*(alert_message() for _ in range(300)))
    async with notify.dispatching():
        await receiver.wait_for(5)
    left = len(await notify.rows("SELECT 1 FROM notify.queue"))
    assert left == 300 - len(set(receiver.ids))
    assert len(await take(notify, batch=300, room=300)) == left


async def test_two_dispatchers_send_everything_and_nothing_twice(notify: Station, receiver: Receiver) -> None:
    address = notify.database.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    await notify.subscribe(receiver.url)
    async with station(address) as other, other.dispatching(), notify.dispatching():
        await notify.arrive(*(alert_message() for _ in range(200)))
        await notify.settled()
    assert len(receiver.ids) == len(set(receiver.ids)) == 200
