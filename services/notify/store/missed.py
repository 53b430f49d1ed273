"""What was not sent in time: settled as expired, and summed up once for who missed it.

An expired delivery belongs to the summary that told of it, `summary_id`; one without is untold. No moment divides told from untold: what
one transaction settles may be seen after what a later one did.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
    SELECT s.id, s.partner FROM notify.subscription s
    WHERE s.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM notify.delivery w WHERE w.subscription_id = s.id AND w.form = 'missed' AND w.state = 'waiting')
      AND EXISTS (SELECT 1 FROM notify.delivery e
                  WHERE e.subscription_id = s.id AND e.state = 'expired' AND e.summary_id IS NULL AND e.settled_at <= :before)
    """
)


@dataclass(frozen=True, slots=True)
class Untold:
    """A subscription that missed alerts, and waits for no summary of them."""

    subscription: UUID
    partner: str


async def untold(connection: AsyncConnection, before: datetime) -> list[Untold]:
    """Those to be told of what expired until then."""
    return [Untold(*row) for row in await connection.execute(_UNTOLD, {"before": before})]


_MISSED = text(
    """
    WITH missed AS MATERIALIZED (
        SELECT alert_id, max(revision) AS revision, array_agg(id) AS deliveries FROM (
            SELECT d.id, d.alert_id, d.revision FROM notify.delivery d
            WHERE d.subscription_id = :subscription AND d.state = 'expired' AND d.summary_id IS NULL AND d.settled_at <= :before
            LIMIT :most
        ) one GROUP BY alert_id
    )
    SELECT m.deliveries, m.revision, latest.body, EXISTS (
        SELECT 1 FROM notify.delivery d
        WHERE d.alert_id = m.alert_id AND d.subscription_id = :subscription AND d.state = 'delivered' AND d.revision > m.revision
    ) AS overtaken
    FROM missed m
    CROSS JOIN LATERAL (
        SELECT a.body FROM notify.alert_revision a WHERE a.alert_id = m.alert_id ORDER BY a.revision DESC LIMIT 1
    ) latest
    """
)


async def missed(connection: AsyncConnection, one: Untold, before: datetime, most: int) -> Sequence[Any]:
    """By alert, of up to `most` untold deliveries: these, the highest revision of them, the alert's newest message, whether a later one was delivered."""
    return (await connection.execute(_MISSED, {"subscription": one.subscription, "before": before, "most": most})).all()


_SETTLE = text("UPDATE notify.delivery SET state = :state WHERE id = ANY(CAST(:deliveries AS uuid[]))")
_TELL = text("UPDATE notify.delivery SET summary_id = :summary WHERE id = ANY(CAST(:deliveries AS uuid[]))")


async def settle(connection: AsyncConnection, deliveries: Collection[UUID], state: str) -> None:
    """Settle expired deliveries as what they are and nobody missed: `superseded` or `withheld`."""
    if deliveries:
        await connection.execute(_SETTLE, {"deliveries": list(deliveries), "state": state})


async def tell(connection: AsyncConnection, deliveries: Collection[UUID], summary: UUID) -> None:
    """Let these be told by a summary."""
    await connection.execute(_TELL, {"deliveries": list(deliveries), "summary": summary})


_UNTELL = text(
    """
    UPDATE notify.delivery e SET summary_id = NULL
    FROM notify.delivery s
    WHERE s.form = 'missed' AND s.state NOT IN ('waiting', 'delivered') AND e.summary_id = s.alert_id
    """
)


async def untell(connection: AsyncConnection) -> None:
    """Let what a summary told that did not arrive, for whatever reason, be untold again."""
    await connection.execute(_UNTELL)


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
