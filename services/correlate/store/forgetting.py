"""What else goes when entries are deleted: what cases and reasons said of anybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.cases import CaseState
from services.correlate.store.bulk import among
from services.correlate.tables import entry_case as cases
from services.correlate.tables import entry_version as versions
from services.correlate.tables import list_change
from shared.contracts.watchlist import ActorEntry, RouteEntry


async def forget(connection: AsyncConnection, deleted: Sequence[ActorEntry | RouteEntry], now: datetime) -> None:
    """Empty the cases about deleted entries, closing those still open, and the reasons of the changes that were of one of them alone.

    Why it was deleted stays: that is said of the record, not of anybody.
    """
    if not deleted:
        return
    ids = [entry.entry_id for entry in deleted]
    about = among(cases.c.entry_id, ids)
    await connection.execute(update(cases).where(about).values(text="", body=None, answer=None))
    closed = {"state": CaseState.WITHDRAWN.value, "answered_at": now}
    await connection.execute(update(cases).where(about, cases.c.state == CaseState.OPEN.value).values(**closed))
    past = select(versions.c.list_version).where(
        among(versions.c.entry_id, ids), versions.c.list_version < min(entry.list_version for entry in deleted)
    )
    alone = list_change.c.from_version == list_change.c.to_version
    await connection.execute(update(list_change).where(alone, list_change.c.to_version.in_(past)).values(why=None))
