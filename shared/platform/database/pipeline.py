"""Statements sent one behind the other without waiting for each other's answers, so that a transaction costs two or three round trips.

The statements are PostgreSQL as the driver takes it, `%(name)s` for a value; `%(name)b` sends it in binary form, which spares an array
of texts its escapes.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeAlias, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import send
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.database.failures import DatabaseAwayError, translated

Driver: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]
Values: TypeAlias = Mapping[str, object]


class Answer:
    """What one statement will have answered."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: psycopg.AsyncCursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    async def rows(self) -> list[tuple[Any, ...]]:
        """Its rows, once the server has come to it; raises what it or one before it failed with."""
        with translated():
            return await self._cursor.fetchall()

    async def pairs(self) -> dict[Any, Any]:
        """As `rows`, of a statement with two columns: the second by the first."""
        return {key: value for key, value in await self.rows()}  # noqa: C416 - the rows' lengths are not known to mypy


class Pipe:
    """One transaction. The server takes its statements in their order, each sees what those before it did."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Driver) -> None:
        self._connection = connection

    async def send(self, statement: str, values: Values | None = None) -> Answer:
        """Hand a statement over; whether it went well is known when an answer is read, at the latest when the transaction ends."""
        with translated():
            return Answer(await self._connection.execute(statement.encode(), values))

    async def durable(self) -> None:
        """Let this transaction's commit wait for the disk: for what no offset brings again, and others are told of once it is seen."""
        await self.send("SET LOCAL synchronous_commit = on")


class Piped(Pipe):
    """A pipe of its own transaction."""

    __slots__ = ("_pipeline", "committed")

    def __init__(self, connection: Driver, pipeline: psycopg.AsyncPipeline) -> None:
        super().__init__(connection)
        self._pipeline = pipeline
        self.committed = False

    async def commit(self) -> None:
        """The last statement; raises unless the server says that it has committed."""
        with translated():
            ended = await self._connection.execute(b"COMMIT")
            await self._pipeline.sync()
        if ended.statusmessage != "COMMIT":
            raise DatabaseAwayError("the transaction had failed before its end")
        self.committed = True


async def through(connection: AsyncConnection) -> Pipe:
    """The transaction of a connection of SQLAlchemy's as a pipe, for statements that both kinds need; each is then waited for."""
    return Pipe(await driver_of(connection))


async def driver_of(connection: AsyncConnection) -> Driver:
    """The driver's own connection below one of SQLAlchemy's."""
    return cast("Driver", (await connection.get_raw_connection()).driver_connection)


@contextlib.asynccontextmanager
async def piped(connection: Driver) -> AsyncIterator[Piped]:
    """A transaction on a connection that commits by itself otherwise. Left by an exception, the connection is of no more use.

    A connection that is lost behind the commit is closed, and nobody is told that the transaction failed.
    """
    pipeline = _Gathering(connection)
    pipe = Piped(connection, pipeline)
    connection._pipeline = pipeline  # noqa: SLF001 - what `connection.pipeline()` does with the driver's own
    try:
        with translated():
            async with pipeline:
                try:
                    await pipe.send("BEGIN")
                    yield pipe
                except asyncio.CancelledError:
                    # The pipeline would wait for the rest of the answers, of a server that may be silent.
                    await connection.close()
                    raise
    except DatabaseAwayError:
        await connection.close()
        if not pipe.committed:
            raise
    finally:
        connection._pipeline = None  # noqa: SLF001 - see above


class _Gathering(psycopg.AsyncPipeline):
    """Sends what was gathered when an answer is wanted. The driver's own sends each statement by itself, and has the server woken for each.

    It also waits for answers while the socket has not taken the whole of the last statement, which then never comes to its end; and it asks
    the server once more at the end of a pipe that has had all its answers, when a failure would say that what is committed is not.
    """

    def _communicate_gen(self) -> PQGen[None]:
        yield from ()

    def _fetch_gen(self, *, flush: bool) -> PQGen[None]:
        if self.command_queue:
            yield from super()._communicate_gen()
            yield from send(self.pgconn)
        yield from super()._fetch_gen(flush=flush)

    def _exit_gen(self) -> PQGen[None]:
        if self.command_queue or self.result_queue:
            yield from super()._exit_gen()
