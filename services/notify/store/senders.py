"""Who sends, and whose work nobody does any more.

A sender holds an advisory lock in a session of its own: the server gives it back the moment the process ends, however it ends. A lease
that a token of it stands for is then worth nothing, long before it runs out.
"""

import secrets
import uuid
from datetime import timedelta
from typing import Final
from uuid import UUID

from shared.platform.database.pipeline import Driver

_HALF: Final = 64
_HOLDER_BITS: Final = 62
"""Of a token's upper half: what PostgreSQL takes for the number of a lock is signed."""

NOBODY: Final = 0
"""The holder of tokens that no process stands for: their leases end with time alone."""


def new_holder() -> int:
    """A number for a process, as good as unique."""
    return secrets.randbits(_HOLDER_BITS) + 1


def new_token(holder: int) -> UUID:
    """A token for leases of a holder: its number, and something new."""
    return uuid.UUID(int=(holder << _HALF) | secrets.randbits(_HALF))


_ENTER = """
    WITH held AS (SELECT pg_advisory_lock(%(holder)s))
    INSERT INTO notify.sender (holder) SELECT %(holder)s FROM held ON CONFLICT (holder) DO UPDATE SET gone_at = NULL
    """

_TAKE_OVER = """
    WITH gone AS (
        SELECT s.holder, s.gone_at FROM notify.sender s
        WHERE NOT EXISTS (
            SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32 | l.objid::bigint) = s.holder
        )
    ), seen AS (
        UPDATE notify.sender s SET gone_at = clock_timestamp() FROM gone g WHERE s.holder = g.holder AND g.gone_at IS NULL
    ), due AS (
        SELECT CAST(lpad(to_hex(holder), 16, '0') || repeat('0', 16) AS uuid) AS first,
               CAST(lpad(to_hex(holder), 16, '0') || repeat('f', 16) AS uuid) AS last
        FROM gone WHERE gone_at <= clock_timestamp() - make_interval(secs => %(grace)s)
    ), freed AS (
        UPDATE notify.queue q SET due_at = clock_timestamp()
        FROM due d WHERE q.token BETWEEN d.first AND d.last AND q.due_at > clock_timestamp()
        RETURNING q.subscription_id
    ), forgotten AS (
        DELETE FROM notify.sender s USING gone g
        WHERE s.holder = g.holder AND g.gone_at < clock_timestamp() - make_interval(secs => %(lease)s)
    )
    SELECT DISTINCT subscription_id FROM freed
    """

_LEAVE = "DELETE FROM notify.sender WHERE holder = %(holder)s"


async def enter(connection: Driver, holder: int) -> None:
    """Say that a process sends, for as long as this session lives; again after the session before it ended."""
    await connection.execute(_ENTER.encode(), {"holder": holder})


async def take_over(connection: Driver, grace: timedelta, lease: timedelta) -> set[UUID]:
    """Make due what senders held whose session ended at least `grace` ago; the subscriptions it is for.

    A sender is remembered for a lease: what it had sent off to the server may be committed after its end.
    """
    values = {"grace": grace.total_seconds(), "lease": lease.total_seconds()}
    return {row[0] for row in await (await connection.execute(_TAKE_OVER.encode(), values)).fetchall()}


async def leave(connection: Driver, holder: int) -> None:
    """Say that a process sends no more: what it did not give back is due when its lease ends."""
    await connection.execute(_LEAVE.encode(), {"holder": holder})
