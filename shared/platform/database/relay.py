"""The relay of an outbox: one at work among all copies of a service, in order for each key, at least once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import structlog
from sqlalchemy import Row, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform import metrics
from shared.platform.database.engine import Database
from shared.platform.database.failures import translated
from shared.platform.database.outbox import message_of
from shared.platform.database.settings import DatabaseSettings
from shared.platform.errors import PoisonError, TransientError
from shared.platform.kafka.messages import Message

log = structlog.get_logger()


class Sink(Protocol):
    """Where the messages go: the Kafka producer."""

    async def send_many(self, messages: Sequence[Message]) -> Sequence[Exception | None]:
        """Send all in order; the outcome of each, None where it is acknowledged."""
        ...


class OutboxRelay:
    """A worker. It takes what is not sent (never "what is newer": ids are given before the commit), waits for the
    acknowledgements, then deletes. Killed in between, it sends again: receivers know repeats by their ids.

    The copy at work holds an advisory lock on the very connection it reads and deletes through.
    """  # fmt: skip

    def __init__(self, database: Database, table: Table, sink: Sink, settings: DatabaseSettings, *, name: str) -> None:
        self.name = name
        self._database = database
        self._table = table
        self._sink = sink
        self._settings = settings
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Say that something was committed, so that it leaves now and not at the next look."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop`; what is being sent then is finished."""
        while not stop.is_set():
            try:
                async with self._leadership() as connection:
                    if connection is not None:
                        await self._relay(connection, stop)
            except TransientError as error:
                log.warning("outbox.deferred", relay=self.name, error=type(error).__name__)
            await self._pause(stop, self._settings.outbox_lease_check_seconds, wakes=False)

    @contextlib.asynccontextmanager
    async def _leadership(self) -> AsyncIterator[AsyncConnection | None]:
        """The connection that holds the lock; None while another copy is at work."""
        async with self._database.connection("relay") as connection:
            lock = f"outbox:{self._table.fullname}"
            async with self._short(connection):
                query = select(func.pg_try_advisory_lock(func.hashtextextended(lock, 0)))
                leads = bool((await connection.execute(query)).scalar())
            if not leads:
                yield None
                return
            log.info("outbox.taken", relay=self.name)
            try:
                yield connection
            finally:
                await connection.invalidate()

    async def _relay(self, connection: AsyncConnection, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._wake.clear()
            rows = await self._take(connection)
            went_well = await self._send(connection, rows) if rows else True
            if not went_well:
                await self._pause(stop, self._settings.outbox_lease_check_seconds, wakes=False)
            elif len(rows) < self._settings.outbox_batch:
                await self._pause(stop, self._settings.outbox_poll_seconds)

    async def _take(self, connection: AsyncConnection) -> Sequence[Row[Any]]:
        query = select(self._table).where(self._table.c.refused.is_(None)).order_by(self._table.c.id)
        async with self._short(connection):
            rows = (await connection.execute(query.limit(self._settings.outbox_batch))).all()
            now = (await connection.execute(select(func.now()))).scalar_one() if rows else None
        age = (now - rows[0].created_at).total_seconds() if rows and now is not None else 0.0
        metrics.OUTBOX_OLDEST_SECONDS.labels(self.name).set(age)
        return rows

    async def _send(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> bool:
        """Send a batch; those acknowledged are deleted. True if all left (or never will)."""
        outcomes = await self._sink.send_many([message_of(row) for row in rows])
        sent, refused, held = sort_out(rows, outcomes)
        async with self._short(connection):
            if sent:
                await connection.execute(delete(self._table).where(self._table.c.id.in_(sent)))
            for row_id, reason in refused.items():
                log.error("outbox.message_refused", relay=self.name, row=row_id, reason=reason)
                await connection.execute(update(self._table).where(self._table.c.id == row_id).values(refused=reason))
        metrics.OUTBOX_SENT.labels(self.name).inc(len(sent))
        if held:
            log.warning("outbox.held_back", relay=self.name, messages=held)
        return not held

    @contextlib.asynccontextmanager
    async def _short(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """A short transaction on the connection that holds the lock."""
        with translated():
            async with asyncio.timeout(self._settings.transaction_deadline_seconds), connection.begin():
                yield

    async def _pause(self, stop: asyncio.Event, seconds: float, *, wakes: bool = True) -> None:
        """Wait until woken, at most so long. A stop is seen at the end of it, or at once when `wakes` is false."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (self._wake if wakes else stop).wait()


def sort_out(rows: Sequence[Row[Any]], outcomes: Sequence[Exception | None]) -> tuple[list[int], dict[int, str], int]:
    """Which rows left, which never will (and why), and how many stay for the next time.

    After one that stays, the later ones of its key stay too, acknowledged or not: sent again behind it, the last word on the
    topic is the latest one.
    """
    sent: list[int] = []
    refused: dict[int, str] = {}
    held_keys: set[tuple[str, bytes | None, int | None]] = set()
    held = 0
    for row, outcome in zip(rows, outcomes, strict=True):
        place = (row.topic, row.key, row.partition)
        if place not in held_keys and outcome is None:
            sent.append(row.id)
        elif place not in held_keys and isinstance(outcome, PoisonError):
            refused[row.id] = str(outcome)
        else:
            held_keys.add(place)
            held += 1
    return sent, refused, held
