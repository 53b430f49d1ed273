"""Writers of the list queue for one row; readers do not stand in that queue."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from prometheus_client import REGISTRY
from sqlalchemy import text

from tests.support.correlate_station import Opened, Station, eventually

ACTORS = "/v1/watchlist/actors"
WRITERS = 8
"""As many as the API's pool has connections."""

_WAIT_FOR_THE_ROW = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() "
    "AND application_name = 'atalaya-correlate-api'"
)


def listing(number: int) -> dict[str, object]:
    return {
        "kind": "vehicle",
        "source": "own",
        "source_id": str(number),
        "identifiers": {"plate": f"C{number:03}BCD", "country": "GT"},
        "handling": {"releasable_to": ["GT"]},
    }


@contextlib.asynccontextmanager
async def somebody_changes_the_list(correlate: Station) -> AsyncIterator[None]:
    async with correlate.database.transaction("loops") as connection:
        await connection.execute(text("SELECT version FROM correlate.list_version FOR UPDATE"))
        yield


async def all_wait(correlate: Station) -> None:
    """Until every writer waits, for the row or for its turn to wait for it."""

    async def waiting() -> bool:
        for_the_row = await correlate.count(_WAIT_FOR_THE_ROW)
        return for_the_row + (REGISTRY.get_sample_value("atalaya_list_writers_waiting") or 0) >= WRITERS

    await eventually(waiting, seconds=10)


async def test_a_read_is_answered_while_as_many_writers_wait_as_there_are_connections(opened: Opened) -> None:
    async with opened(roles="api") as correlate, asyncio.TaskGroup() as group:
        gt = await correlate.key("GT")
        assert correlate.settings.database.pool_api == WRITERS
        async with somebody_changes_the_list(correlate):
            made = [
                group.create_task(correlate.client.post(ACTORS, headers=gt, json=listing(number))) for number in range(WRITERS)
            ]
            await all_wait(correlate)
            async with asyncio.timeout(1.5):
                read = await correlate.get("/v1/alerts", gt)
            assert not any(one.done() for one in made)
        answers = [await one for one in made]
        versions = await correlate.rows("SELECT list_version FROM correlate.entry_version ORDER BY 1")
    assert read.status_code == 200
    assert [one.status_code for one in answers] == [201] * WRITERS
    assert [row[0] for row in versions] == list(range(1, WRITERS + 1))


async def test_who_waits_too_long_for_the_list_is_told_to_come_again_and_nothing_was_done(opened: Opened) -> None:
    async with opened(roles="api", change_wait_seconds=0.3) as correlate, asyncio.TaskGroup() as group:
        gt = await correlate.key("GT")
        line = {**gt, "Content-Type": "application/x-ndjson"}
        async with somebody_changes_the_list(correlate):
            made = [
                group.create_task(correlate.client.post(ACTORS, headers=gt, json=listing(number))) for number in range(WRITERS)
            ]
            answers = [await one for one in made]
            imported = await correlate.client.post(
                f"{ACTORS}/bulk", headers=line, content=b'{"kind": "person", "names": [{"full": "A B"}]}'
            )
        again = await correlate.client.post(ACTORS, headers=gt, json=listing(0))
        versions = await correlate.count("SELECT count(*) FROM correlate.entry_version")
    assert {one.status_code for one in answers} == {503}
    assert all(int(one.headers["retry-after"]) >= 1 for one in answers)
    assert {one.json()["detail"] for one in answers} == {"Others are changing the list; nothing of this was done. Send it again."}
    assert imported.json()["errors"][0]["code"] == "unavailable"
    assert (again.status_code, versions) == (201, 1)
