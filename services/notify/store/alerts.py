"""Fan-out's side of the store: revisions, what a subscription may hold of an alert, new deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.notify.domain.plan import Form, History
from services.notify.domain.subscription import Filter, Subscription, SubscriptionState
from services.notify.tables import ALERT_REVISION, DELIVERY, QUEUE, SUBSCRIPTION


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to write; `id` is its `webhook-id`."""

    id: UUID
    subscription: UUID
    partner: str
    alert: UUID
    revision: int
    form: Form
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision to write."""

    alert: UUID
    revision: int
    type: str
    at: datetime
    body: bytes
    traceparent: str | None


async def active_subscriptions(connection: AsyncConnection) -> list[Subscription]:
    """Every subscription that is sent anything."""
    query = select(SUBSCRIPTION.c.id, SUBSCRIPTION.c.partner, SUBSCRIPTION.c.filter).where(
        SUBSCRIPTION.c.state != SubscriptionState.ENDED
    )
    return [Subscription(row[0], row[1], Filter.model_validate(row[2])) for row in await connection.execute(query)]


async def latest_revisions(connection: AsyncConnection, alerts: Collection[UUID]) -> dict[UUID, int]:
    """The highest stored revision of each of these alerts."""
    query = (
        select(ALERT_REVISION.c.alert_id, func.max(ALERT_REVISION.c.revision))
        .where(ALERT_REVISION.c.alert_id.in_(list(alerts)))
        .group_by(ALERT_REVISION.c.alert_id)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


_HISTORY = text(
    """
    SELECT DISTINCT ON (d.alert_id, d.subscription_id) d.alert_id, d.subscription_id, d.form, d.state,
           d.attempts > 0 OR q.token IS NOT NULL AS tried,
           EXISTS (SELECT 1 FROM notify.delivery e
                   WHERE e.alert_id = d.alert_id AND e.subscription_id = d.subscription_id AND e.form = 'full'
                     AND (e.attempts > 0 OR EXISTS (SELECT 1 FROM notify.queue p WHERE p.id = e.id AND p.token IS NOT NULL))) AS seen
    FROM notify.delivery d LEFT JOIN notify.queue q ON q.id = d.id
    WHERE d.alert_id = ANY(:alerts)
    ORDER BY d.alert_id, d.subscription_id, d.revision DESC
    """
).bindparams(bindparam("alerts", type_=ARRAY(Uuid)))


async def histories(connection: AsyncConnection, alerts: Collection[UUID]) -> dict[UUID, dict[UUID, History]]:
    """By alert and subscription: what the partner may hold. After a notice, or when all was withheld, that is nothing."""
    found: dict[UUID, dict[UUID, History]] = {}
    for row in await connection.execute(_HISTORY, {"alerts": list(alerts)}):
        if row.form == Form.NOTICE or (row.state == "withheld" and not row.seen):
            continue
        found.setdefault(row.alert_id, {})[row.subscription_id] = History.SEEN if row.seen else History.WAITING
    return found


async def add_revisions(connection: AsyncConnection, revisions: Sequence[NewRevision], now: datetime) -> None:
    """Write revisions; one that is there already stays as it is."""
    rows = [
        {"alert_id": new.alert, "revision": new.revision, "type": new.type, "at": new.at, "body": new.body,
         "traceparent": new.traceparent, "received_at": now}
        for new in revisions
    ]  # fmt: skip
    if rows:
        await connection.execute(insert(ALERT_REVISION).on_conflict_do_nothing(), rows)


async def add_deliveries(connection: AsyncConnection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Write deliveries and put them into the queue, due at once; one that is there already stays as it is."""
    if not deliveries:
        return
    places = [
        {"id": new.id, "subscription_id": new.subscription, "alert_id": new.alert, "revision": new.revision} for new in deliveries
    ]
    records = [
        {
            **place,
            "partner": new.partner,
            "form": new.form.value,
            "reasons": list(new.reasons),
            "state": "waiting",
            "created_at": now,
        }
        for place, new in zip(places, deliveries, strict=True)
    ]
    await connection.execute(insert(DELIVERY).on_conflict_do_nothing(), records)
    due = insert(QUEUE).values(due_at=func.now()).on_conflict_do_nothing()
    await connection.execute(due, places)


_WITHHOLD = text(
    """
    WITH stopped AS (
        UPDATE notify.queue q SET withheld = true
        FROM unnest(CAST(:alerts AS uuid[]), CAST(:subscriptions AS uuid[])) AS w (alert_id, subscription_id),
             notify.delivery d
        WHERE q.alert_id = w.alert_id AND q.subscription_id = w.subscription_id AND d.id = q.id AND d.form = 'full'
        RETURNING q.id, q.token
    )
    SELECT id FROM stopped WHERE token IS NULL
    """
)
_SETTLE_WITHHELD = (
    text("DELETE FROM notify.queue WHERE id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid))),
    text("UPDATE notify.delivery SET state = 'withheld', settled_at = :now WHERE id = ANY(:ids)").bindparams(
        bindparam("ids", type_=ARRAY(Uuid))
    ),
)


async def withhold(connection: AsyncConnection, pairs: Collection[tuple[UUID, UUID]], now: datetime) -> None:
    """Stop waiting deliveries (alert, subscription) whose partner may no longer see them.

    What was never claimed is settled here. What a dispatcher has in hand is marked: it is not tried again, and what comes
    after it still waits for it, so that a notice never arrives before the alert it takes back.
    """
    if not pairs:
        return
    ordered = sorted(pairs)
    rows = await connection.execute(
        _WITHHOLD, {"alerts": [alert for alert, _ in ordered], "subscriptions": [subscription for _, subscription in ordered]}
    )
    ids = [row.id for row in rows]
    if ids:
        await connection.execute(_SETTLE_WITHHELD[0], {"ids": ids})
        await connection.execute(_SETTLE_WITHHELD[1], {"ids": ids, "now": now})
