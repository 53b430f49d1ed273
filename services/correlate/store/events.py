"""What content each event id stands for."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from services.correlate.store.bulk import put
from services.correlate.tables import event as events
from shared.contracts.events import Event
from shared.platform.database.engine import Database
from shared.platform.database.pipeline import Answer, Pipe

_DIGESTS: Final = "SELECT event_id, content_digest FROM correlate.event WHERE event_id = ANY(%(ids)s::uuid[])"


async def known_digests(database: Database, ids: Collection[UUID]) -> dict[UUID, str]:
    """The content that was screened first under each of these ids; an id never screened is absent."""
    return {event_id: digest for event_id, digest in await database.fetch(_DIGESTS, {"ids": list(ids)})}  # noqa: C416 - see `pairs`


async def ask_digests(pipe: Pipe, ids: Collection[UUID]) -> Answer:
    """The same in a transaction: rows of an id and its content."""
    return await pipe.send(_DIGESTS, {"ids": list(ids)})


async def note_events(pipe: Pipe, screened: Iterable[Event]) -> None:
    """Remember what was screened; the first content of an id stands."""
    rows = [
        {"event_id": event.event_id, "content_digest": event.content_digest, "received_at": event.received_at}
        for event in screened
    ]
    await put(pipe, events, rows, replace=False)
