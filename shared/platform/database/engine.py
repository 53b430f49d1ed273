"""The database of a process: small separate pools, deadlines on everything, errors of our own.

A server that goes silent in the middle of a query costs the caller the deadline, not a task or a connection for ever: the
deadline runs here, and the connection is closed without waiting for an answer.
"""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator
from typing import Any, Final, Literal, Self

import psycopg
import structlog
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.platform.database.failures import CommitUnknownError, DatabaseAwayError, translated
from shared.platform.database.lines import Lines
from shared.platform.database.pipeline import Driver, Pipe, Values, driver_of, piped
from shared.platform.database.settings import DatabaseSettings

log = structlog.get_logger()

Pool = Literal["loops", "api", "health", "relay"]
_DRIVER: Final = "postgresql+psycopg"
_HEALTH_SECONDS: Final = 1.0
_CANCEL_GRACE_SECONDS: Final = 0.5
_ROLLBACK_SECONDS: Final = 1.0
_PLANNING: Final = " -c timezone=UTC -c plan_cache_mode=force_custom_plan"
"""Each execution is planned for the table as it is: a plan kept from when it was empty reads the whole of it for ever."""
_LINES: Final = (
    " -c timezone=UTC -c synchronous_commit=off -c plan_cache_mode=force_generic_plan"
    " -c enable_seqscan=off -c enable_bitmapscan=off -c enable_mergejoin=off -c enable_hashjoin=off"
)
"""Statements of the hot paths are planned once: planning each took as long as doing it. They look a few rows up by an index, and a
plan that may do nothing else is as good on the empty table as on the full one."""
_STANDSTILL_SECONDS: Final = 1.0
"""How much later than we the server ends a pipelined transaction. To it one that waits for our next statement is not idle, so that
`idle_in_transaction_session_timeout` would leave a process that stands still its locks for ever."""


def driver_url(url: str) -> URL:
    """The URL with the driver we use."""
    return make_url(url).set(drivername=_DRIVER)


class Database:
    """Pools by use, so that a flood of requests starves neither workers nor health checks. Close it, or use `async with`."""

    def __init__(self, settings: DatabaseSettings, *, application_name: str = "atalaya") -> None:
        self._settings = settings
        sizes: dict[Pool, int] = {"loops": settings.pool_loops, "api": settings.pool_api, "health": 1, "relay": 1}
        self._engines = {pool: self._engine(size, f"{application_name}-{pool}") for pool, size in sizes.items()}
        self._lines = Lines(
            functools.partial(open_line, settings, f"{application_name}-lines"), settings.lines, settings.pool_timeout_seconds
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; what is under way ends with an error."""
        await self._lines.close()
        for engine in self._engines.values():
            await engine.dispose()

    def engine(self, pool: Pool = "api") -> AsyncEngine:
        """The engine of a pool, for what `transaction` does not cover."""
        return self._engines[pool]

    @contextlib.asynccontextmanager
    async def line(self, pool: Pool) -> AsyncIterator[Driver]:
        """A connection of the driver's without a transaction, for one that holds something in its session; the caller sets the deadlines."""
        async with _line(self._engines[pool].execution_options(isolation_level="AUTOCOMMIT")) as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def transaction(self, pool: Pool = "api", *, deadline_seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits when left without an exception.

        Raises DatabaseAwayError (nothing was committed), CommitUnknownError (cut while it committed: it may have been) or
        DataRefusedError (never will be). No network call belongs inside.
        """
        seconds = deadline_seconds or self._settings.transaction_deadline_seconds
        committing = False
        try:
            async with _deadline(seconds), _connection(self._engines[pool]) as connection:
                with translated():
                    await connection.begin()
                    yield connection
                committing = True
                with translated():
                    await connection.commit()
                committing = False
        except DatabaseAwayError as error:
            if committing:
                raise CommitUnknownError(str(error)) from error
            raise
        except TimeoutError as error:
            raise (CommitUnknownError if committing else DatabaseAwayError)("no answer before the deadline") from error

    @contextlib.asynccontextmanager
    async def pipeline(self, *, deadline_seconds: float | None = None) -> AsyncIterator[Pipe]:
        """A transaction whose statements need not wait for one another; otherwise as `transaction`. For workers' hot paths.

        Its commit does not wait for the disk. What a worker commits with its offset is lost with it or not at all, when the server
        crashes, and comes again from Kafka under the same ids.
        """
        seconds = deadline_seconds or self._settings.transaction_deadline_seconds
        committing = False
        try:
            async with _deadline(seconds), self._lines.line() as connection, piped(connection) as pipe:
                yield pipe
                committing = True
                await pipe.commit()
                committing = False
        except DatabaseAwayError as error:
            if committing:
                raise CommitUnknownError(str(error)) from error
            raise
        except TimeoutError as error:
            raise (CommitUnknownError if committing else DatabaseAwayError)("no answer before the deadline") from error

    async def fetch(self, statement: str, values: Values | None = None) -> list[tuple[Any, ...]]:
        """The rows of one statement that is its own transaction, of the kind that `pipeline` is; raises as `transaction` does."""
        try:
            async with _deadline(self._settings.transaction_deadline_seconds), self._lines.line() as connection:
                with translated():
                    return await (await connection.execute(statement.encode(), values)).fetchall()
        except TimeoutError as error:
            raise DatabaseAwayError("no answer before the deadline") from error

    @contextlib.asynccontextmanager
    async def session(self, pool: Pool = "api", *, deadline_seconds: float | None = None) -> AsyncIterator[AsyncSession]:
        """A session in such a transaction; what it loaded stays readable after the commit."""
        async with (
            self.transaction(pool, deadline_seconds=deadline_seconds) as connection,
            AsyncSession(bind=connection, expire_on_commit=False) as session,
        ):
            yield session
            with translated():
                await session.flush()

    async def check(self) -> str | None:
        """For readiness: None while the database answers."""
        try:
            async with self.transaction("health", deadline_seconds=_HEALTH_SECONDS) as connection:
                await connection.execute(text("SELECT 1"))
        except DatabaseAwayError:
            return "the database does not answer"
        return None

    def _engine(self, size: int, name: str) -> AsyncEngine:
        settings = self._settings
        return create_async_engine(
            driver_url(settings.url.get_secret_value()),
            pool_size=size,
            max_overflow=0,
            pool_timeout=settings.pool_timeout_seconds,
            pool_pre_ping=False,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args=connect_args(settings, name),
        )


async def open_line(settings: DatabaseSettings, application_name: str) -> Driver:
    """A connection for pipelined transactions."""
    url = driver_url(settings.url.get_secret_value()).set(drivername="postgresql").render_as_string(hide_password=False)
    longest = round((settings.transaction_deadline_seconds + _STANDSTILL_SECONDS) * 1000)
    given: dict[str, Any] = connect_args(settings, application_name, f"{_LINES} -c transaction_timeout={longest}")
    return await psycopg.AsyncConnection.connect(url, autocommit=True, **given)


def connect_args(settings: DatabaseSettings, application_name: str, planning: str = _PLANNING) -> dict[str, object]:
    """What libpq and the server are told about deadlines and plans."""
    limits = {
        "statement_timeout": settings.statement_timeout_seconds,
        "idle_in_transaction_session_timeout": settings.idle_in_transaction_seconds,
    }
    return {
        "application_name": application_name,
        "connect_timeout": settings.connect_timeout_seconds,
        "options": " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()) + planning,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": round(settings.tcp_user_timeout_seconds * 1000),
    }


@contextlib.asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    """Cancel after so many seconds, and once more soon after.

    At the first cancellation the driver asks the server to end the query and waits for its word up to ten seconds; at the
    second it closes the connection.
    """
    async with asyncio.timeout(seconds + _CANCEL_GRACE_SECONDS), asyncio.timeout(seconds):
        yield


@contextlib.asynccontextmanager
async def _connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool. After an error or a cancellation it is thrown away rather than asked to roll back."""
    with translated():
        connection = await engine.connect()
    try:
        yield connection
    except BaseException:
        await _discard(connection)
        raise
    else:
        await connection.close()


@contextlib.asynccontextmanager
async def _line(engine: AsyncEngine) -> AsyncIterator[Driver]:
    """The driver's own connection out of the pool. After an error or a cancellation it is thrown away."""
    with translated():
        connection = await engine.connect()
    try:
        driver = await driver_of(connection)
        yield driver
        if driver.closed:
            await connection.invalidate()
    except BaseException:
        await connection.invalidate()
        raise
    finally:
        await connection.close()


async def _discard(connection: AsyncConnection) -> None:
    """Roll back if the server answers at once, else close the socket under it; either way the pool has its place back."""
    try:
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await connection.rollback()
            await connection.close()
    except BaseException as error:
        log.warning("database.connection_discarded", error=type(error).__name__)
        await connection.invalidate()
        await connection.close()
        if not isinstance(error, Exception):
            raise
