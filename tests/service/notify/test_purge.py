from services.notify.purge import Purge
from tests.support.notify import Receiver, Station, alert_message

OLDER = "now() - interval '401 days'"


async def test_what_is_settled_and_past_its_retention_goes_and_all_else_stays(notify: Station, receiver: Receiver) -> None:
    purge = Purge(notify.database, notify.settings, notify.clock)
    await notify.subscribe(receiver.url)
    async with notify.dispatching():
        await notify.arrive(alert_message())
        await notify.settled()
    await notify.arrive(alert_message())
    assert await purge.once() == 0
    await notify.rows(f"UPDATE notify.delivery SET created_at = {OLDER} RETURNING 1")
    await notify.rows(f"UPDATE notify.delivery SET settled_at = {OLDER} WHERE settled_at IS NOT NULL RETURNING 1")
    await notify.rows(f"UPDATE notify.alert_revision SET received_at = {OLDER} RETURNING 1")
    assert await purge.once() == 1
    assert await notify.states() == {"waiting": 1}
    assert await notify.rows("SELECT 1 FROM notify.attempt") == []
    await purge.once()
    kept = await notify.rows("SELECT a.alert_id = q.alert_id AS due FROM notify.alert_revision a, notify.queue q")
    assert [row.due for row in kept] == [True]
