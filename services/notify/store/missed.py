"""What was not sent in time: settled as expired, and summed up for who missed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.platform.database.pipeline import Pipe

_EXPIRE = text(
    """
    WITH past AS MATERIALIZED (
        SELECT id FROM notify.queue
        WHERE expires_at <= :now AND (token IS NULL OR due_at <= clock_timestamp())
        LIMIT :most FOR UPDATE SKIP LOCKED
    ), gone AS (DELETE FROM notify.queue q USING past p WHERE q.id = p.id RETURNING q.id)
    UPDATE notify.delivery d SET state = 'expired', settled_at = :now FROM gone g WHERE d.id = g.id
    RETURNING d.id
    """
)


async def expire(connection: AsyncConnection, now: datetime, most: int) -> int:
    """Settle some of what waits past its deadline and no sender has in hand; how many."""
    return len((await connection.execute(_EXPIRE, {"now": now, "most": most})).all())


_UNTOLD = text(
    """
    SELECT s.id, s.partner, told.until AS since
    FROM notify.subscription s
    CROSS JOIN LATERAL (
        SELECT max(a.at) AS until FROM notify.delivery d
        JOIN notify.alert_revision a ON a.alert_id = d.alert_id AND a.revision = d.revision
        WHERE d.subscription_id = s.id AND d.form = 'missed' AND d.state = 'delivered'
    ) told
    WHERE s.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM notify.delivery w WHERE w.subscription_id = s.id AND w.form = 'missed' AND w.state = 'waiting')
      AND EXISTS (SELECT 1 FROM notify.delivery e WHERE e.subscription_id = s.id AND e.state = 'expired'
                  AND (told.until IS NULL OR e.settled_at > told.until))
    """
)


@dataclass(frozen=True, slots=True)
class Untold:
    """A subscription that missed alerts since a moment (None: ever), and waits for no summary of them."""

    subscription: UUID
    partner: str
    since: datetime | None


async def untold(connection: AsyncConnection) -> list[Untold]:
    """Those to be told."""
    return [Untold(*row) for row in await connection.execute(_UNTOLD)]


_MISSED = text(
    """
    WITH missed AS MATERIALIZED (
        SELECT alert_id, max(revision) AS revision, max(settled_at) AS settled_at FROM (
            SELECT d.alert_id, d.revision, d.settled_at FROM notify.delivery d
            WHERE d.subscription_id = :subscription AND d.state = 'expired'
              AND (CAST(:since AS timestamptz) IS NULL OR d.settled_at > CAST(:since AS timestamptz))
            ORDER BY d.settled_at FETCH FIRST (CAST(:most AS int)) ROWS WITH TIES
        ) one GROUP BY alert_id
    )
    SELECT m.revision, m.settled_at, latest.body FROM missed m
    CROSS JOIN LATERAL (
        SELECT a.body FROM notify.alert_revision a WHERE a.alert_id = m.alert_id ORDER BY a.revision DESC LIMIT 1
    ) latest
    WHERE NOT EXISTS (
        SELECT 1 FROM notify.delivery d
        WHERE d.alert_id = m.alert_id AND d.subscription_id = :subscription AND d.state = 'delivered' AND d.revision > m.revision
    )
    ORDER BY m.settled_at
    """
)


async def missed(connection: AsyncConnection, one: Untold, most: int) -> Sequence[tuple[int, datetime, bytes]]:
    """The revision missed, when that was settled, and the alert's newest message: of the first `most` that nothing later was delivered of."""
    values = {"subscription": one.subscription, "since": one.since, "most": most}
    return [(revision, at, bytes(body)) for revision, at, body in await connection.execute(_MISSED, values)]


_RECALL = """
    WITH gone AS (
        DELETE FROM notify.queue q USING notify.delivery d
        WHERE d.subscription_id = ANY(%(subscriptions)b::uuid[]) AND d.form = 'missed' AND d.state = 'waiting'
          AND q.id = d.id AND q.token IS NULL
        RETURNING q.id
    )
    UPDATE notify.delivery d SET state = 'withheld', settled_at = %(now)s FROM gone g WHERE d.id = g.id
    """


async def recall(pipe: Pipe, subscriptions: Sequence[UUID], now: datetime) -> None:
    """Take waiting summaries back: they may tell of an alert that these may no longer see. The next look makes others."""
    if subscriptions:
        await pipe.send(_RECALL, {"subscriptions": list(subscriptions), "now": now})
