"""Deleting the past, a few rows at a time."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_DELIVERIES = text(
    """
    WITH past AS MATERIALIZED (
        SELECT d.id FROM notify.delivery d
        WHERE d.created_at < :moment AND d.settled_at < :moment AND d.state <> 'waiting'
          AND NOT EXISTS (SELECT 1 FROM notify.queue q WHERE q.id = d.id)
        ORDER BY d.created_at LIMIT :most
        FOR UPDATE SKIP LOCKED
    ), requests AS (DELETE FROM notify.attempt a USING past s WHERE a.delivery_id = s.id)
    DELETE FROM notify.delivery d USING past s WHERE d.id = s.id
    """
)
_REVISIONS = text(
    """
    WITH past AS MATERIALIZED (
        SELECT r.alert_id, r.revision FROM notify.alert_revision r
        WHERE r.received_at < :moment AND NOT EXISTS (SELECT 1 FROM notify.delivery d WHERE d.alert_id = r.alert_id)
        ORDER BY r.received_at LIMIT :most
    )
    DELETE FROM notify.alert_revision r USING past s WHERE r.alert_id = s.alert_id AND r.revision = s.revision
    """
)


async def purge_before(connection: AsyncConnection, moment: datetime, most: int) -> int:
    """Delete at most so many deliveries settled before a moment, with their attempts, and as many revisions that came before
    it and of whose alert no delivery is left; the larger of the two numbers.
    """
    values = {"moment": moment, "most": most}
    deliveries = (await connection.execute(_DELIVERIES, values)).rowcount
    return max(deliveries, (await connection.execute(_REVISIONS, values)).rowcount)
