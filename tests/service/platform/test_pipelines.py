"""What goes wrong around a pipe: a slow line, a process that stands still, a server that goes after it has committed."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import Column, Integer, MetaData, Table, Text

from services.correlate.store.bulk import document, put
from shared.platform.database.engine import Database, open_line
from shared.platform.database.failures import DatabaseAwayError
from shared.platform.database.lines import Lines
from shared.platform.database.pipeline import piped
from shared.platform.database.settings import DatabaseSettings
from shared.platform.errors import PoisonError

metadata = MetaData()
notes = Table("note", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("said", Text))


def settings_for(url: str, **changes: float) -> DatabaseSettings:
    return DatabaseSettings(url=SecretStr(url), **changes)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(settings_for(database_url)) as made:
        async with made.transaction() as connection:
            await connection.run_sync(metadata.create_all)
        yield made


async def ids(database: Database) -> list[int]:
    return [row[0] for row in await database.fetch("SELECT id FROM note ORDER BY id")]


async def test_what_the_line_takes_only_bit_by_bit_is_committed_all_the_same(wire: tuple[Any, str], database: Database) -> None:
    line, url = wire
    async with Database(settings_for(url, transaction_deadline_seconds=10)) as through, through.pipeline() as pipe:
        await (await pipe.send("SELECT 1")).rows()
        line.silence()
        asyncio.get_running_loop().call_later(0.5, line.restore)
        await pipe.send("INSERT INTO note (id, said) VALUES (1, %(said)s)", {"said": "x" * 32_000_000})
    assert await database.fetch("SELECT length(said) FROM note") == [(32_000_000,)]


async def test_a_process_that_stands_still_in_a_pipe_loses_its_transaction_and_its_locks(
    database: Database, database_url: str
) -> None:
    connection = await open_line(settings_for(database_url, transaction_deadline_seconds=0.1), "still")

    async def go_on() -> None:
        async with piped(connection) as pipe:
            await (await pipe.send("INSERT INTO note (id) VALUES (1) RETURNING id")).rows()
            await database.fetch("INSERT INTO note (id) VALUES (1) RETURNING id")
            await pipe.commit()

    async with asyncio.timeout(10):
        with pytest.raises(DatabaseAwayError):
            await go_on()
    await connection.close()
    assert await ids(database) == [1]


@pytest.mark.parametrize("noticed", [False, True])
async def test_a_server_that_goes_right_after_the_commit_undoes_nothing_and_nobody_is_told_so(
    database: Database, database_url: str, eventually: Any, noticed: bool
) -> None:
    connection = await open_line(settings_for(database_url), "killed")

    async def gone(pid: int) -> bool:
        return not await database.fetch("SELECT 1 FROM pg_stat_activity WHERE pid = %(pid)s", {"pid": pid})

    async with piped(connection) as pipe:
        await pipe.send("INSERT INTO note (id) VALUES (1)")
        pid = connection.info.backend_pid
        await pipe.commit()
        await database.fetch("SELECT pg_terminate_backend(%(pid)s)", {"pid": pid})
        await eventually(lambda: gone(pid))
        if noticed:
            with contextlib.suppress(psycopg.OperationalError):
                for _ in range(5):
                    connection.pgconn.consume_input()
            assert connection.broken
    await connection.close()
    assert await ids(database) == [1]


async def test_a_line_whose_prepared_statements_were_taken_away_may_pass_at_the_next_try(database: Database) -> None:
    for _ in range(10):
        await database.fetch("SELECT id FROM note WHERE id = 7")

    async def forget() -> None:
        async with database.pipeline() as pipe:
            await pipe.send("DEALLOCATE ALL")
            await (await pipe.send("SELECT id FROM note WHERE id = 7")).rows()

    with pytest.raises(DatabaseAwayError):
        await forget()
    assert await database.fetch("SELECT id FROM note WHERE id = 7") == []


async def test_a_table_that_changed_under_a_prepared_statement_may_pass_at_the_next_try(database: Database) -> None:
    async def read() -> list[tuple[Any, ...]]:
        async with database.pipeline() as pipe:
            await pipe.send("INSERT INTO note (id) VALUES (1) ON CONFLICT DO NOTHING")
            return await (await pipe.send("SELECT * FROM note")).rows()

    for _ in range(10):
        assert await read() == [(1, None)]
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE note ADD COLUMN more integer")
    with pytest.raises(DatabaseAwayError):
        await read()
    assert await read() == [(1, None, None)]


@pytest.mark.parametrize(
    "said",
    ["a\0b", "\ud800", document('{"a": "\ud800"}'), document("{"), 2**70],
    ids=["nul", "half", "half inside", "cut", "huge"],
)
async def test_a_row_that_postgresql_cannot_hold_never_will_pass(database: Database, said: object) -> None:
    with pytest.raises(PoisonError):
        async with database.pipeline() as pipe:
            await put(pipe, notes, [{"id": 1, "said": said}], replace=True)
    assert await ids(database) == []


async def test_a_row_of_a_kind_that_json_has_not_is_a_bug_and_stays_one(database: Database) -> None:
    with pytest.raises(TypeError):
        async with database.pipeline() as pipe:
            await put(pipe, notes, [{"id": 1, "said": {1, 2}}], replace=True)


async def lines_of(database: Database) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'cancelled-lines'"
    return int((await database.fetch(query))[0][0])


class Countdown:
    """Cancels a task at its n-th step."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def __call__(self, task: "asyncio.Task[None]") -> None:
        self._steps -= 1
        if self._steps <= 0:
            task.cancel()
        elif not task.done():
            asyncio.get_running_loop().call_soon(self, task)


@pytest.mark.parametrize("commits", [True, False])
async def test_a_task_that_is_cancelled_anywhere_leaves_all_or_nothing_and_every_place_free(
    database: Database, database_url: str, eventually: Any, commits: bool
) -> None:
    async with Database(settings_for(database_url, lines=2), application_name="cancelled") as own:

        async def write(number: int) -> None:
            async with own.pipeline() as pipe:
                first = await pipe.send("INSERT INTO note (id) VALUES (%(id)s) RETURNING id", {"id": number})
                await first.rows()
                second = await pipe.send("INSERT INTO note (id) VALUES (%(id)s) RETURNING id", {"id": -number})
                if not commits:
                    await second.rows()
            committed.add(number)

        committed: set[int] = set()
        number = 0
        whole = False
        while not whole:
            number += 1
            async with asyncio.TaskGroup() as group:
                task = group.create_task(write(number))
                Countdown(number)(task)
            whole = number > 150 and number in committed
            assert number < 3000
        async with asyncio.timeout(5), own.pipeline() as one, own.pipeline() as other:
            await (await one.send("SELECT 1")).rows()
            await (await other.send("SELECT 1")).rows()
        found = set(await ids(database))
        assert committed <= found
        assert {-one for one in found} == found

    async def none_is_left() -> bool:
        return await lines_of(database) == 0

    await eventually(none_is_left)


@pytest.mark.parametrize(("keep_seconds", "connections"), [(60.0, 1), (0.0, 3)])
async def test_a_line_is_opened_anew_when_it_is_old_since_its_plans_are_of_its_first_days(
    database_url: str, keep_seconds: float, connections: int
) -> None:
    lines = Lines(functools.partial(open_line, settings_for(database_url), "old"), 1, 1.0, keep_seconds)
    seen: set[int] = set()
    for _ in range(3):
        async with lines.line() as line:
            seen.add(line.info.backend_pid)
    await lines.close()
    assert len(seen) == connections
