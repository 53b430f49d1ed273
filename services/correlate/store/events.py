"""What content each event id stands for."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.tables import event as events
from shared.contracts.events import Event


async def known_digests(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The content that was screened first under each of these ids; an id never screened is absent."""
    query = select(events.c.event_id, events.c.content_digest).where(events.c.event_id.in_(list(ids)))
    return {row.event_id: row.content_digest for row in await connection.execute(query)}


async def note_events(connection: AsyncConnection, screened: Iterable[Event]) -> None:
    """Remember what was screened; the first content of an id stands."""
    rows = [
        {"event_id": event.event_id, "content_digest": event.content_digest, "received_at": event.received_at}
        for event in screened
    ]
    if rows:
        await connection.execute(postgresql.insert(events).values(rows).on_conflict_do_nothing())
