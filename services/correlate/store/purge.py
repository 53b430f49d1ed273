"""Deleting the past, a few rows at a time."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.alerts import ALIVE
from services.correlate.tables import alert, alert_revision, event, lineage_revision, sighting


async def purge_before(connection: AsyncConnection, moment: datetime, limit: int) -> int:
    """Delete at most so many rows of each table from before a moment; the most of one table.

    An alert goes with its revisions, unless it is still open.
    """
    counts = [
        await _delete(connection, sighting, sighting.c.received_at < moment, limit),
        await _delete(connection, event, event.c.received_at < moment, limit),
        await _delete(connection, lineage_revision, lineage_revision.c.noted_at < moment, limit),
    ]
    over = (alert.c.revised_at < moment) & alert.c.state.not_in([state.value for state in ALIVE])
    gone = select(alert.c.alert_id).where(over).order_by(alert.c.alert_id).limit(limit)
    ids = list((await connection.execute(gone)).scalars())
    if ids:
        await connection.execute(delete(alert_revision).where(alert_revision.c.alert_id.in_(ids)))
        await connection.execute(delete(alert).where(alert.c.alert_id.in_(ids)))
    return max(*counts, len(ids))


async def _delete(connection: AsyncConnection, table: Table, over: ColumnElement[bool], limit: int) -> int:
    (key,) = table.primary_key.columns
    some = select(key).where(over).limit(limit).cte("some").prefix_with("MATERIALIZED")
    result = await connection.execute(delete(table).where(key.in_(select(some.c[key.name]))).returning(key))
    return len(result.all())
