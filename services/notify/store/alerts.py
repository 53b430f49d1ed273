"""Fan-out's side of the store: revisions, what a subscription may hold of an alert, new deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.notify.domain.plan import Form, History
from services.notify.domain.subscription import Filter, Subscription, SubscriptionState
from services.notify.tables import ALERT_REVISION, SUBSCRIPTION


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
        .where(ALERT_REVISION.c.alert_id == any_(bindparam(None, list(alerts), ARRAY(Uuid))))
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


_ADD_REVISIONS = text(
    """
    INSERT INTO notify.alert_revision (alert_id, revision, type, at, body, traceparent, received_at)
    SELECT n.*, :now FROM unnest(
        CAST(:alerts AS uuid[]), CAST(:revisions AS int[]), CAST(:types AS text[]), CAST(:ats AS timestamptz[]),
        CAST(:bodies AS bytea[]), CAST(:traceparents AS text[])
    ) AS n
    ON CONFLICT DO NOTHING
    """
)


async def add_revisions(connection: AsyncConnection, revisions: Sequence[NewRevision], now: datetime) -> None:
    """Write revisions; one that is there already stays as it is."""
    if not revisions:
        return
    values = {
        "alerts": [new.alert for new in revisions],
        "revisions": [new.revision for new in revisions],
        "types": [new.type for new in revisions],
        "ats": [new.at for new in revisions],
        "bodies": [new.body for new in revisions],
        "traceparents": [new.traceparent for new in revisions],
        "now": now,
    }
    await connection.execute(_ADD_REVISIONS, values)


_ADD = text(
    """
    WITH new AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:subscriptions AS uuid[]), CAST(:partners AS text[]), CAST(:alerts AS uuid[]),
            CAST(:revisions AS int[]), CAST(:forms AS text[]), CAST(:reasons AS text[])
        ) AS n (id, subscription_id, partner, alert_id, revision, form, reasons)
    ), written AS (
        INSERT INTO notify.delivery (id, subscription_id, partner, alert_id, revision, form, reasons, state, created_at)
        SELECT id, subscription_id, partner, alert_id, revision, form, string_to_array(reasons, E'\\n'), 'waiting', :now FROM new
        ON CONFLICT DO NOTHING
        RETURNING id, subscription_id, alert_id, revision
    )
    INSERT INTO notify.queue (id, subscription_id, alert_id, revision, due_at)
    SELECT id, subscription_id, alert_id, revision, now() FROM written
    ON CONFLICT DO NOTHING
    """
)


async def add_deliveries(connection: AsyncConnection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    """Write deliveries and put them into the queue, due at once; one that is there already stays as it is."""
    if not deliveries:
        return
    values = {
        "ids": [new.id for new in deliveries],
        "subscriptions": [new.subscription for new in deliveries],
        "partners": [new.partner for new in deliveries],
        "alerts": [new.alert for new in deliveries],
        "revisions": [new.revision for new in deliveries],
        "forms": [new.form.value for new in deliveries],
        "reasons": ["\n".join(new.reasons) for new in deliveries],
        "now": now,
    }
    await connection.execute(_ADD, values)


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
