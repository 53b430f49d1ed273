"""What content each event id stands for."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.bulk import among, put_rows
from services.correlate.tables import event as events
from shared.contracts.events import Event


async def known_digests(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The content that was screened first under each of these ids; an id never screened is absent."""
    query = select(events.c.event_id, events.c.content_digest).where(among(events.c.event_id, ids))
    return {row.event_id: row.content_digest for row in await connection.execute(query)}


async def note_events(connection: AsyncConnection, screened: Iterable[Event]) -> None:
    """Remember what was screened; the first content of an id stands."""
    rows = [
        {"event_id": event.event_id, "content_digest": event.content_digest, "received_at": event.received_at}
        for event in screened
    ]
    await put_rows(connection, events, rows, replace=False)
