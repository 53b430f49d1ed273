import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, func, insert, select, text
from sqlmodel import Field, SQLModel
from sqlmodel import select as choose

from shared.platform.database.engine import Database
from shared.platform.database.failures import CommitUnknownError, DatabaseAwayError, DataRefusedError
from shared.platform.database.offsets import LostPartitionError, advance_offsets, load_offsets, offset_table
from shared.platform.database.settings import DatabaseSettings
from shared.platform.errors import PoisonError, TransientError
from shared.platform.kafka.messages import Batch

metadata = MetaData()
offsets = offset_table(metadata)
notes = Table(
    "note", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("said", Text), Column("n", BigInteger)
)


class Pebble(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    colour: str


def settings_for(url: str, **changes: float) -> DatabaseSettings:
    return DatabaseSettings(url=SecretStr(url), **changes)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(settings_for(database_url)) as made:
        async with made.transaction() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.run_sync(SQLModel.metadata.create_all, tables=[Pebble.__table__])
        yield made


async def count(database: Database) -> int:
    async with database.transaction() as connection:
        return (await connection.execute(select(func.count()).select_from(notes))).scalar_one()


async def test_what_was_done_in_a_transaction_is_there_after_it(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(insert(notes), [{"id": 1, "said": "a"}, {"id": 2, "said": "b"}])
    assert await count(database) == 2


async def test_an_exception_leaves_nothing_behind(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(notes), [{"id": 1}])
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await count(database) == 0


async def test_a_session_commits_and_what_it_loaded_stays_readable(database: Database) -> None:
    async with database.session() as session:
        pebble = Pebble(colour="grey")
        session.add(pebble)
    assert pebble.id is not None
    async with database.session() as session:
        assert (await session.exec(choose(Pebble))).one().colour == "grey"


async def test_a_session_left_by_an_exception_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.session() as session:
            session.add(Pebble(colour="red"))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with database.session() as session:
        assert (await session.exec(choose(Pebble))).all() == []


async def test_a_violated_constraint_never_will_pass(database: Database) -> None:
    async def twice() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(notes), [{"id": 1, "said": "secret"}])
            await connection.execute(insert(notes), [{"id": 1, "said": "secret"}])

    with pytest.raises(DataRefusedError) as caught:
        await twice()
    assert isinstance(caught.value, PoisonError)
    assert (caught.value.sqlstate, caught.value.constraint) == ("23505", "note_pkey")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("row", [{"id": 1, "said": "a\0b"}, {"id": 1, "said": "\ud800"}, {"id": 1, "n": 2**63}, {"id": 2**40}])
async def test_a_value_postgresql_cannot_hold_never_will_pass(database: Database, row: dict[str, object]) -> None:
    with pytest.raises(PoisonError):
        async with database.transaction() as connection:
            await connection.execute(insert(notes), [row])
    assert await count(database) == 0


async def test_a_wrong_statement_is_a_bug_and_stays_one(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as caught:
        async with database.transaction() as connection:
            await connection.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, TransientError | PoisonError)


async def test_a_deadlock_may_pass(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(insert(notes), [{"id": 1}, {"id": 2}])
    both = asyncio.Barrier(2)
    outcomes: list[type[Exception] | None] = []

    async def lock(first: int, second: int) -> None:
        try:
            async with database.transaction() as connection:
                await connection.execute(text(f"UPDATE note SET said = 'x' WHERE id = {first}"))
                await both.wait()
                await connection.execute(text(f"UPDATE note SET said = 'x' WHERE id = {second}"))
            outcomes.append(None)
        except DatabaseAwayError as error:
            outcomes.append(type(error))

    async with asyncio.TaskGroup() as group:
        group.create_task(lock(1, 2))
        group.create_task(lock(2, 1))
    assert sorted(outcomes, key=str) == [DatabaseAwayError, None]


async def test_requests_that_take_every_connection_do_not_starve_the_workers(database_url: str) -> None:
    settings = settings_for(database_url, pool_api=2, pool_timeout_seconds=0.3)
    async with Database(settings) as database, database.transaction(), database.transaction():
        with pytest.raises(DatabaseAwayError):
            async with database.transaction():
                pass
        async with database.transaction("loops") as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar() == 1
        assert await database.check() is None


async def test_a_server_that_goes_silent_in_mid_query_costs_the_deadline_and_no_connection(wire: tuple[Any, str]) -> None:
    line, url = wire
    settings = settings_for(url, pool_api=2, transaction_deadline_seconds=1.0)
    async with Database(settings) as database:

        async def ask() -> None:
            async with database.transaction() as connection:
                await connection.execute(text("SELECT 1"))
                line.silence()
                await connection.execute(text("SELECT 2"))

        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(DatabaseAwayError):
                await ask()
            assert time.monotonic() - started < 4
            line.restore()
            async with database.transaction() as one, database.transaction() as other:
                assert (await one.execute(text("SELECT 3"))).scalar() == 3
                assert (await other.execute(text("SELECT 4"))).scalar() == 4


async def test_a_server_that_goes_silent_under_a_pipe_costs_the_deadline_and_no_connection(wire: tuple[Any, str]) -> None:
    line, url = wire
    async with Database(settings_for(url, lines=2, transaction_deadline_seconds=1.0)) as database:

        async def ask(*, commits: bool) -> None:
            async with database.pipeline() as pipe:
                assert await (await pipe.send("SELECT 1")).rows() == [(1,)]
                line.silence()
                answer = await pipe.send("SELECT 2")
                if not commits:
                    await answer.rows()

        for commits in (False, True, False):
            started = time.monotonic()
            with pytest.raises(CommitUnknownError if commits else DatabaseAwayError):
                await ask(commits=commits)
            assert time.monotonic() - started < 4
            line.restore()
            async with database.pipeline() as one, database.pipeline() as other:
                assert await (await one.send("SELECT 3")).rows() == [(3,)]
                assert await (await other.send("SELECT 4")).rows() == [(4,)]


async def test_what_a_pipe_was_given_is_there_after_it_and_in_its_order(database: Database) -> None:
    async with database.pipeline() as pipe:
        await pipe.send("INSERT INTO note (id, said) VALUES (1, 'a')")
        seen = await pipe.send("SELECT said FROM note")
        await pipe.send("UPDATE note SET said = 'b'")
    assert await seen.rows() == [("a",)]
    assert await database.fetch("SELECT said FROM note WHERE id = %(id)s", {"id": 1}) == [("b",)]


@pytest.mark.parametrize("looks", [False, True])
async def test_a_statement_that_fails_in_a_pipe_leaves_nothing_of_it_whether_anybody_looks_or_not(
    database: Database, looks: bool
) -> None:
    async def fail() -> None:
        async with database.pipeline() as pipe:
            await pipe.send("INSERT INTO note (id) VALUES (1)")
            twice = await pipe.send("INSERT INTO note (id) VALUES (1) RETURNING id")
            if looks:
                await twice.rows()
            await pipe.send("INSERT INTO note (id) VALUES (2)")

    with pytest.raises(DataRefusedError) as caught:
        await fail()
    assert (caught.value.sqlstate, caught.value.constraint) == ("23505", "note_pkey")
    assert await count(database) == 0


async def test_a_failure_that_was_swallowed_is_no_commit(database: Database) -> None:
    async def fail() -> None:
        async with database.pipeline() as pipe:
            await pipe.send("INSERT INTO note (id) VALUES (1)")
            with contextlib.suppress(DataRefusedError):
                await (await pipe.send("SELECT 1 / 0")).rows()

    with pytest.raises(TransientError):
        await fail()
    assert await count(database) == 0


async def test_several_offsets_move_together_or_the_lost_one_is_named(database: Database) -> None:
    async def move(*batches: Batch) -> None:
        async with database.pipeline() as pipe:
            await (await advance_offsets(pipe, offsets, "track", batches)).confirm()

    await move(Batch("t", 0, (), expected_offset=None, next_offset=5), Batch("t", 1, (), expected_offset=None, next_offset=6))
    with pytest.raises(LostPartitionError, match="partition 1 of t"):
        await move(Batch("t", 0, (), expected_offset=5, next_offset=9), Batch("t", 1, (), expected_offset=None, next_offset=9))
    with pytest.raises(LostPartitionError, match="partition 1 of t"):
        await move(Batch("t", 0, (), expected_offset=5, next_offset=9), Batch("t", 1, (), expected_offset=5, next_offset=9))
    async with database.transaction() as connection:
        assert await load_offsets(connection, offsets, consumer="track", topic="t", partitions=[0, 1]) == {0: 5, 1: 6}


async def test_a_silent_database_fails_the_readiness_check_in_time(wire: tuple[Any, str]) -> None:
    line, url = wire
    async with Database(settings_for(url)) as database:
        assert await database.check() is None
        line.silence()
        assert await database.check() == "the database does not answer"
        line.restore()
        assert await database.check() is None


async def test_a_cancelled_task_gives_its_connection_back(database_url: str, eventually: Any) -> None:
    async with Database(settings_for(database_url, pool_api=1)) as database:

        async def sleep() -> None:
            async with database.transaction() as connection:
                await connection.execute(text("SELECT pg_sleep(10)"))

        async def asleep() -> bool:
            async with database.transaction("loops") as connection:
                query = text("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(10)' AND state = 'active'")
                return (await connection.execute(query)).scalar_one() == 1

        for _ in range(5):
            async with asyncio.TaskGroup() as group:
                task = group.create_task(sleep())
                await eventually(asleep)
                task.cancel()
            async with database.transaction() as connection:
                assert (await connection.execute(text("SELECT 1"))).scalar() == 1


async def test_a_connection_cut_while_it_commits_says_unknown_and_the_offset_row_says_which(
    wire: tuple[Any, str], database: Database
) -> None:
    line, url = wire
    batch = Batch("t", 0, (), expected_offset=None, next_offset=7)
    async with Database(settings_for(url)) as through:

        async def handle(note: int, cut_after: bytes | None) -> None:
            async with through.pipeline() as pipe:
                await pipe.send("INSERT INTO note (id) VALUES (%(id)s)", {"id": note})
                await (await advance_offsets(pipe, offsets, "track", [batch])).confirm()
                line.cut_after = cut_after

        with pytest.raises(CommitUnknownError):
            await handle(1, b"COMMIT")
        async with database.transaction() as connection:
            assert await load_offsets(connection, offsets, consumer="track", topic="t", partitions=[0]) == {0: 7}
        assert await count(database) == 1
        with pytest.raises(LostPartitionError):
            await handle(2, None)
    assert await count(database) == 1
