"""An import that is stopped at any moment leaves the old list or the new one, and is done when it is asked for again."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
import pytest

from tests.support.correlate_http import served
from tests.support.correlate_station import Opened, Station, eventually
from tests.support.imports import LINES, Sender, ndjson, person

KEPT, GONE, NEW = 300, 20, 900

_CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, 'atalaya-correlate')
"""


@pytest.fixture
async def correlate(opened: Opened) -> AsyncIterator[Station]:
    async with opened(roles="api", imports={"slice_rows": 20, "page_rows": 10}) as running:
        yield running


def first_edition() -> list[dict[str, object]]:
    return [person(number) for number in range(KEPT + GONE)]


def second_edition() -> list[dict[str, object]]:
    """A third changed, a few gone, many new."""
    kept = [person(number, f"Otro {number}" if number % 3 == 0 else None) for number in range(KEPT)]
    return [*kept, *(person(f"new-{number}") for number in range(NEW))]


async def shape(correlate: Station) -> tuple[int, int, int, int]:
    """How many entries there are, how many have a second version, how many have ended, and how many versions nobody can have."""
    (row,) = await correlate.rows(
        "SELECT count(*) AS every, count(*) FILTER (WHERE version > 1) AS changed, count(*) FILTER (WHERE ended_at IS NOT NULL) AS ended,"
        " (SELECT version FROM correlate.list_version) - (SELECT count(*) FROM correlate.entry_version)"
        " + (SELECT version FROM correlate.list_version) - (SELECT max(to_version) FROM correlate.list_change) AS astray FROM correlate.entry"
    )
    return row.every, row.changed, row.ended, row.astray


OLD = (KEPT + GONE, 0, 0, 0)
DONE = (KEPT + GONE + NEW, KEPT // 3 + GONE, GONE, 0)


async def test_an_import_whose_connections_are_cut_is_done_whole_or_not_at_all(correlate: Station) -> None:
    sender = Sender(correlate, await correlate.key("GT"))
    await sender.take(first_edition())
    own = await sender.staged(second_edition())
    seen, answers = set(), set[int]()
    for thousandths in (5, 15, 30, 50, 80, 120, 180, 260, 400, 600):
        async with asyncio.TaskGroup() as group:
            commit = group.create_task(sender.commit(own))
            await asyncio.wait([commit], timeout=thousandths / 1000)
            await _cut(correlate)
        answers.add(commit.result().status_code)
        seen.add(await shape(correlate))
        assert seen <= {OLD, DONE}
    assert OLD in seen, "one was cut before it was done"
    assert answers <= {200, 503}
    done = await _done(sender, own)
    assert (done.json()["state"], await shape(correlate)) == ("done", DONE)


async def test_a_client_that_goes_away_does_not_stop_a_commit_half_way(correlate: Station) -> None:
    sender = Sender(correlate, await correlate.key("GT"))
    await sender.take(first_edition())
    own = await sender.staged(second_edition())
    async with served(correlate) as service, httpx.AsyncClient(base_url=service, timeout=0.03) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"/v1/watchlist/imports/{own}/commit", headers=sender.headers)
        assert await shape(correlate) in {OLD, DONE}
        done = await sender.commit(own)
    assert (done.status_code, done.json()["state"], await shape(correlate)) == (200, "done", DONE)


async def test_rows_that_a_crash_of_the_server_took_are_missed_and_ended_nobody_and_are_sent_again(correlate: Station) -> None:
    sender = Sender(correlate, await correlate.key("GT"))
    await sender.take(first_edition())
    own = await sender.staged(second_edition())
    await sender.difference(own)
    await correlate.rows(
        "WITH drafts AS (DELETE FROM correlate.list_import_draft), steps AS (DELETE FROM correlate.list_import_step) SELECT 1"
    )
    for answer in (await sender.ask("GET", f"/{own}/difference"), await sender.commit(own, accept_removals=True)):
        assert (answer.status_code, answer.json()["code"], answer.json()["rows"]) == (409, "rows_missing", 0)
    late = await sender.ask("POST", f"/{own}/drafts", LINES, params={"first": 7}, content=ndjson(second_edition()[7:]))
    assert (late.status_code, late.json()["rows"]) == (409, 0)
    assert await shape(correlate) == OLD
    await sender.send(own, second_edition())
    assert ((await sender.commit(own)).status_code, await shape(correlate)) == (200, DONE)


async def _done(sender: Sender, own: str) -> httpx.Response:
    """The commit asked for as a client does: `later` is asked again, for connections that were cut while they rested in the pool."""

    async def answered() -> httpx.Response | None:
        answer = await sender.commit(own)
        assert answer.status_code in {200, 503}
        return answer if answer.status_code == HTTPStatus.OK else None

    answer: httpx.Response = await eventually(answered, seconds=10)
    return answer


async def _cut(correlate: Station) -> None:
    """End every connection that correlate has."""
    async with correlate.database.engine().connect() as connection:
        await connection.exec_driver_sql(_CUT)
