"""The relay of an outbox: one at work among all copies of a service, in order for each key, at least once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

import structlog
from sqlalchemy import Table

from shared.platform import metrics
from shared.platform.database.engine import Database
from shared.platform.database.failures import DatabaseAwayError, translated
from shared.platform.database.outbox import COLUMNS, Waiting
from shared.platform.database.pipeline import Driver, piped
from shared.platform.database.settings import DatabaseSettings
from shared.platform.errors import PoisonError, TransientError
from shared.platform.kafka.messages import Message

log = structlog.get_logger()

_LEAD: Final = """
    SELECT pg_try_advisory_lock(hashtextextended(%(lock)s, 0)), set_config('synchronous_commit', 'off', false)
"""
"""What a crash of the server forgets of what was deleted is sent once more: receivers know repeats by their ids."""

_WRITE: Final = "SELECT pg_logical_emit_message(true, 'outbox', '')"
"""Something for the server's log: a commit that wrote nothing waits for no disk."""


class Sink(Protocol):
    """Where the messages go: the Kafka producer."""

    async def send_many(self, messages: Sequence[Message]) -> Sequence[Exception | None]:
        """Send all in order; the outcome of each, None where it is acknowledged."""
        ...


class OutboxRelay:
    """A worker. It takes what is not sent (never "what is newer": ids are given before the commit), waits for the
    acknowledgements, then deletes. Killed in between, it sends again: receivers know repeats by their ids.

    Messages of the `urgent` topic overtake all others: an alert does not wait behind a list of a million entries. They take three
    quarters of a batch at most, so that the others go on.

    The copy at work holds an advisory lock on the very connection it reads and deletes through.
    """  # fmt: skip

    def __init__(
        self, database: Database, table: Table, sink: Sink, settings: DatabaseSettings, *, name: str, urgent: str | None = None
    ) -> None:
        self.name = name
        self._database = database
        self._table = table
        self._sink = sink
        self._settings = settings
        self._wake = asyncio.Event()
        self._statements = _Statements.of(table.fullname, urgent)

    @property
    def reads(self) -> str:
        """The statement that finds what is to be sent next."""
        return self._statements.read

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
    async def _leadership(self) -> AsyncIterator[Driver | None]:
        """The connection that holds the lock; None while another copy is at work."""
        async with self._database.line("relay") as connection:
            async with self._short():
                answer = await connection.execute(_LEAD, {"lock": f"outbox:{self._table.fullname}"})
                leads = (await answer.fetchall())[0][0]
            if not leads:
                yield None
                return
            log.info("outbox.taken", relay=self.name)
            try:
                yield connection
            finally:
                # The session's end, not a message, gives the lock back.
                await connection.close()

    async def _relay(self, connection: Driver, stop: asyncio.Event) -> None:
        done = Sorted()
        while not stop.is_set():
            self._wake.clear()
            rows = await self._turn(connection, done)
            if not rows:
                done = Sorted()
                await self._pause(stop, self._settings.outbox_poll_seconds)
                continue
            done = await self._send(rows)
            if done.held:
                log.warning("outbox.held_back", relay=self.name, messages=done.held)
                await self._turn(connection, done, limit=0)
                done = Sorted()
                await self._pause(stop, self._settings.outbox_lease_check_seconds, wakes=False)
        await self._turn(connection, done, limit=0)

    async def _turn(self, connection: Driver, done: "Sorted", *, limit: int | None = None) -> list[Waiting]:
        """Take out what was sent last, and read what is next: two round trips.

        What is read is on the disk when this returns. The workers' commits do not wait for that, and what a crash of the server made
        undone must not have been told: the same revision of an alert would come again with other content, and pass for a repeat.
        """
        async with self._short(), piped(connection) as pipe:
            if done.sent:
                await pipe.send(self._statements.delete, {"ids": done.sent})
            for row_id, reason in done.refused.items():
                log.error("outbox.message_refused", relay=self.name, row=row_id, reason=reason)
                await pipe.send(self._statements.refuse, {"id": row_id, "reason": reason})
            most = self._settings.outbox_batch if limit is None else limit
            answer = await pipe.send(self._statements.read, {"limit": most, "urgent": most - most // 4})
            rows = await answer.rows()
            if rows:
                await pipe.send(_WRITE)
                await pipe.durable()
            await pipe.commit()
        metrics.OUTBOX_SENT.labels(self.name).inc(len(done.sent))
        metrics.OUTBOX_OLDEST_SECONDS.labels(self.name).set(max((row[0] for row in rows), default=0.0))
        return [Waiting.of(row[1:]) for row in rows]

    async def _send(self, rows: Sequence[Waiting]) -> "Sorted":
        return sort_out(rows, await self._sink.send_many([row.message for row in rows]))

    @contextlib.asynccontextmanager
    async def _short(self) -> AsyncIterator[None]:
        with translated():
            try:
                async with asyncio.timeout(self._settings.transaction_deadline_seconds):
                    yield
            except TimeoutError as error:
                raise DatabaseAwayError("no answer before the deadline") from error

    async def _pause(self, stop: asyncio.Event, seconds: float, *, wakes: bool = True) -> None:
        """Wait until woken, at most so long. A stop is seen at the end of it, or at once when `wakes` is false."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (self._wake if wakes else stop).wait()


@dataclass(slots=True)
class Sorted:
    """What became of messages: which rows left, which never will (and why), how many stay for the next time."""

    sent: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    held: int = 0


def sort_out(rows: Sequence[Waiting], outcomes: Sequence[Exception | None]) -> Sorted:
    """Sort rows by what came of sending them.

    After one that stays, the later ones of its key stay too, acknowledged or not: sent again behind it, the last word on the
    topic is the latest one.
    """
    found = Sorted()
    held_keys: set[tuple[str, bytes | None, int | None]] = set()
    for row, outcome in zip(rows, outcomes, strict=True):
        place = (row.message.topic, row.message.key, row.message.partition)
        if place not in held_keys and outcome is None:
            found.sent.append(row.id)
        elif place not in held_keys and isinstance(outcome, PoisonError):
            found.refused[row.id] = str(outcome)
        else:
            held_keys.add(place)
            found.held += 1
    return found


@dataclass(frozen=True, slots=True)
class _Statements:
    delete: str
    refuse: str
    read: str

    @classmethod
    def of(cls, table: str, urgent: str | None) -> Self:
        of_all = _waiting(table, "true", "limit")
        read = of_all
        if urgent is not None:
            first = _waiting(table, f"topic = '{urgent}'", "urgent")
            others = _waiting(table, f"topic <> '{urgent}'", "limit")
            read = f"SELECT * FROM (({first}) UNION ALL ({others})) AS waiting LIMIT %(limit)s"  # noqa: S608 - names of ours
        return cls(
            f"DELETE FROM {table} WHERE id = ANY(%(ids)s)",  # noqa: S608 - the name of a table of ours, here and below
            f"UPDATE {table} SET refused = %(reason)s WHERE id = %(id)s",  # noqa: S608
            read,
        )


def _waiting(table: str, which: str, limit: str) -> str:
    return (
        f"SELECT CAST(extract(epoch FROM now() - created_at) AS float8), {COLUMNS} FROM {table} "  # noqa: S608 - names of ours
        f"WHERE refused IS NULL AND {which} ORDER BY id LIMIT %({limit})s"
    )
