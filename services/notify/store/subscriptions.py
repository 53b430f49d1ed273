"""Partners and subscriptions, as their owners keep them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.notify.domain.subscription import SubscriptionState
from services.notify.tables import PARTNER, SUBSCRIPTION


async def put_partner(
    connection: AsyncConnection, nation: str, now: datetime, *, name: str | None = None, contact: str | None = None
) -> bool:
    """Write a partner; True if it is new."""
    written = insert(PARTNER).values(id=nation, name=name, contact=contact, created_at=now, updated_at=now)
    changed = written.on_conflict_do_update(
        index_elements=["id"], set_={"name": name, "contact": contact, "updated_at": now}
    ).returning(PARTNER.c.created_at)
    return bool((await connection.execute(changed)).scalar_one() == now)


async def ensure_partner(connection: AsyncConnection, nation: str, now: datetime) -> None:
    """Make the partner of a nation if there is none; one that is there stays as it is."""
    await connection.execute(insert(PARTNER).values(id=nation, created_at=now, updated_at=now).on_conflict_do_nothing())


async def partners(connection: AsyncConnection, nation: str | None) -> Sequence[Any]:
    """All partners, or the one of a nation."""
    query = select(PARTNER).order_by(PARTNER.c.id)
    return (await connection.execute(query if nation is None else query.where(PARTNER.c.id == nation))).all()


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a new subscription."""
    await connection.execute(insert(SUBSCRIPTION).values(row))


async def subscriptions(connection: AsyncConnection, nation: str | None) -> Sequence[Any]:
    """All that have not ended, or those of a nation, the oldest first."""
    query = select(SUBSCRIPTION).where(SUBSCRIPTION.c.state != SubscriptionState.ENDED).order_by(
        SUBSCRIPTION.c.created_at, SUBSCRIPTION.c.id
    )  # fmt: skip
    return (await connection.execute(query if nation is None else query.where(SUBSCRIPTION.c.partner == nation))).all()


async def one(connection: AsyncConnection, identity: UUID, *, lock: bool = False) -> Any | None:
    """A subscription, ended ones too; None if there is none. `lock` keeps it from changing until the transaction ends."""
    query = select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == identity)
    return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()


async def change(connection: AsyncConnection, identity: UUID, values: dict[str, Any], now: datetime) -> None:
    """Change columns of a subscription."""
    await connection.execute(update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == identity).values(**values, updated_at=now))


_FAN_OUT = 0x6E6F7469
"""The advisory lock between those that fan out (shared) and those that end a subscription (exclusive)."""

SHARE_FAN_OUT = f"(SELECT pg_advisory_xact_lock_shared({_FAN_OUT})) IS NOT NULL"
"""A condition that holds the lock until the transaction ends; unlike a lock on the rows, it writes nothing."""


async def stop_fan_out(connection: AsyncConnection) -> None:
    """Wait for fan-outs under way and keep new ones out until the transaction ends: before any lock on the queue."""
    await connection.execute(text(f"SELECT pg_advisory_xact_lock({_FAN_OUT})"))


_CANCEL = text(
    """
    WITH gone AS (DELETE FROM notify.queue WHERE subscription_id = :id RETURNING id)
    UPDATE notify.delivery d SET state = 'cancelled', settled_at = :now FROM gone WHERE d.id = gone.id
    """
)


async def end(connection: AsyncConnection, identity: UUID, reason: str, now: datetime) -> None:
    """End a subscription for ever; what still waited for it is cancelled, and nothing is added to that any more."""
    await stop_fan_out(connection)
    await change(connection, identity, {"state": SubscriptionState.ENDED, "state_reason": reason}, now)
    await connection.execute(_CANCEL, {"id": identity, "now": now})


_CANCEL_NOTICES = text(
    """
    WITH gone AS (
        DELETE FROM notify.queue q USING notify.delivery d
        WHERE q.subscription_id = :id AND d.id = q.id AND d.form = 'agency' RETURNING q.id
    )
    UPDATE notify.delivery d SET state = 'cancelled', settled_at = :now FROM gone WHERE d.id = gone.id
    """
)


async def bind(connection: AsyncConnection, identity: UUID, agency: str | None, now: datetime) -> None:
    """Have a subscription get the notices of this agency from here on, of none with None; those of the one before that still wait are cancelled."""
    await stop_fan_out(connection)
    await change(connection, identity, {"agency": agency}, now)
    await connection.execute(_CANCEL_NOTICES, {"id": identity, "now": now})


_WAITING = text(
    "SELECT subscription_id, count(*) FROM notify.queue WHERE subscription_id = ANY(:ids) GROUP BY subscription_id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def waiting(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many deliveries wait for each of these."""
    return {row[0]: row[1] for row in await connection.execute(_WAITING, {"ids": list(ids)})}
