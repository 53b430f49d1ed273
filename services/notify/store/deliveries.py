"""The delivery log, as its readers see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.tables import ALERT_REVISION, ATTEMPT, DELIVERY, QUEUE


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries; None is any, but of `agency` where there is a partner: then it is none, and an agency's notices are its own alone."""

    partner: str | None
    agency: str | None = None
    subscription: UUID | None = None
    alert: UUID | None = None
    state: str | None = None
    before: tuple[datetime, UUID] | None = None


def _columns() -> Any:
    return select(DELIVERY, QUEUE.c.due_at).join(QUEUE, QUEUE.c.id == DELIVERY.c.id, isouter=True)


async def page(connection: AsyncConnection, wanted: Wanted, limit: int) -> Sequence[Any]:
    """Deliveries, the newest first."""
    query = _columns().order_by(DELIVERY.c.created_at.desc(), DELIVERY.c.id.desc()).limit(limit)
    equal = {
        DELIVERY.c.partner: wanted.partner,
        DELIVERY.c.subscription_id: wanted.subscription,
        DELIVERY.c.alert_id: wanted.alert,
        DELIVERY.c.state: wanted.state,
    }
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.partner is not None:
        query = query.where(or_(DELIVERY.c.agency.is_(None), DELIVERY.c.agency == wanted.agency))
    if wanted.before is not None:
        query = query.where(tuple_(DELIVERY.c.created_at, DELIVERY.c.id) < tuple_(*wanted.before))
    return (await connection.execute(query)).all()


async def one(connection: AsyncConnection, identity: UUID) -> Any | None:
    """A delivery, None if there is none."""
    return (await connection.execute(_columns().where(DELIVERY.c.id == identity))).one_or_none()


async def attempts(connection: AsyncConnection, identity: UUID) -> Sequence[Any]:
    """The requests of a delivery, the first first."""
    return (await connection.execute(select(ATTEMPT).where(ATTEMPT.c.delivery_id == identity).order_by(ATTEMPT.c.at))).all()


async def latest_body(connection: AsyncConnection, alert: UUID) -> bytes:
    """The newest stored message of an alert."""
    query = (
        select(ALERT_REVISION.c.body)
        .where(ALERT_REVISION.c.alert_id == alert)
        .order_by(ALERT_REVISION.c.revision.desc())
        .limit(1)
    )
    return bytes((await connection.execute(query)).scalar_one())


async def send_again(connection: AsyncConnection, delivery: Any) -> bool:
    """Put a settled delivery back into the queue; False if it is there already."""
    place = {
        "id": delivery.id, "subscription_id": delivery.subscription_id, "alert_id": delivery.alert_id,
        "revision": delivery.revision,
    }  # fmt: skip
    queued = await connection.execute(insert(QUEUE).values(**place, due_at=func.now()).on_conflict_do_nothing())
    if not queued.rowcount:
        return False
    await connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery.id).values(state="waiting", settled_at=None))
    return True
