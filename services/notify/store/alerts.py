"""Fan-out's side of the store: revisions, what a subscription may hold of an alert, new deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Uuid

from services.notify.domain.plan import Form, History
from services.notify.domain.subscription import Filter, Format, Subscription, SubscriptionState
from services.notify.store.subscriptions import SHARE_FAN_OUT
from services.notify.tables import SUBSCRIPTION


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
    token: UUID | None = None
    """The lease it is written under, for a dispatcher that sends it right after the commit; None leaves it to whoever claims it."""


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision to write."""

    alert: UUID
    revision: int
    type: str
    at: datetime
    body: bytes
    traceparent: str | None


_ASYNCHRONOUS = text("(SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A subscription and all that sending to it needs."""

    subscription: Subscription
    active: bool
    url: str
    format: Format
    secrets: tuple[str, ...]
    old_secrets_until: datetime | None


async def endpoints(connection: AsyncConnection) -> dict[UUID, Endpoint]:
    """Every subscription that has not ended; what comes for a paused one is kept.

    From here on the transaction's commit does not wait for the disk. A crash of the server may forget its last moments, but
    deliveries and the offset together: the alerts are read again from the topic, and go out again under the same ids.
    Nor does any subscription end before that commit, once this has returned.
    """
    query = select(SUBSCRIPTION).where(SUBSCRIPTION.c.state != SubscriptionState.ENDED, _ASYNCHRONOUS, text(SHARE_FAN_OUT))
    return {
        row.id: Endpoint(
            Subscription(row.id, row.partner, Filter.model_validate(row.filter)),
            row.state == SubscriptionState.ACTIVE,
            row.url,
            Format(row.format),
            tuple(row.secrets),
            row.old_secrets_until,
        )
        for row in await connection.execute(query)
    }


_HISTORY = text(
    """
    SELECT DISTINCT ON (d.alert_id, d.subscription_id) d.alert_id, d.subscription_id, d.form, d.state,
           EXISTS (SELECT 1 FROM notify.delivery e
                   WHERE e.alert_id = d.alert_id AND e.subscription_id = d.subscription_id AND e.form = 'full'
                     AND (e.attempts > 0 OR EXISTS (SELECT 1 FROM notify.queue p WHERE p.id = e.id AND p.token IS NOT NULL))) AS seen
    FROM notify.delivery d WHERE d.alert_id = ANY(:alerts)
    ORDER BY d.alert_id, d.subscription_id, d.revision DESC
    """
).bindparams(bindparam("alerts", type_=ARRAY(Uuid)))


async def histories(connection: AsyncConnection, alerts: Collection[UUID]) -> dict[UUID, dict[UUID, History]]:
    """By alert and subscription: what the partner may hold. After a notice, or when all was withheld, that is nothing."""
    found: dict[UUID, dict[UUID, History]] = {}
    if not alerts:
        return found
    for row in await connection.execute(_HISTORY, {"alerts": list(alerts)}):
        if row.form == Form.NOTICE or (row.state == "withheld" and not row.seen):
            continue
        found.setdefault(row.alert_id, {})[row.subscription_id] = History.SEEN if row.seen else History.WAITING
    return found


_ADD_REVISIONS = text(
    """
    WITH new AS (
        SELECT * FROM unnest(
            CAST(:alerts AS uuid[]), CAST(:revisions AS int[]), CAST(:types AS text[]), CAST(:ats AS timestamptz[]),
            CAST(:bodies AS bytea[]), CAST(:traceparents AS text[])
        ) AS n (alert_id, revision, type, at, body, traceparent)
    ), written AS (
        INSERT INTO notify.alert_revision (alert_id, revision, type, at, body, traceparent, received_at)
        SELECT n.*, :now FROM new n
        WHERE NOT EXISTS (SELECT 1 FROM notify.alert_revision a WHERE a.alert_id = n.alert_id AND a.revision >= n.revision)
        ON CONFLICT DO NOTHING
        RETURNING alert_id, revision
    )
    SELECT w.alert_id, EXISTS (SELECT 1 FROM notify.alert_revision a WHERE a.alert_id = w.alert_id AND a.revision < w.revision) AS known
    FROM written w
    """
)


async def add_revisions(connection: AsyncConnection, revisions: Sequence[NewRevision], now: datetime) -> dict[UUID, bool]:
    """Write revisions of different alerts, those that are above all that is stored of theirs.

    The alerts of those that were written, each with whether an earlier revision is stored.
    """
    if not revisions:
        return {}
    values = {
        "alerts": [new.alert for new in revisions],
        "revisions": [new.revision for new in revisions],
        "types": [new.type for new in revisions],
        "ats": [new.at for new in revisions],
        "bodies": [new.body for new in revisions],
        "traceparents": [new.traceparent for new in revisions],
        "now": now,
    }
    return {row.alert_id: row.known for row in await connection.execute(_ADD_REVISIONS, values)}


_ADD = text(
    """
    WITH new AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:subscriptions AS uuid[]), CAST(:partners AS text[]), CAST(:alerts AS uuid[]),
            CAST(:revisions AS int[]), CAST(:forms AS text[]), CAST(:reasons AS text[]), CAST(:tokens AS uuid[])
        ) AS n (id, subscription_id, partner, alert_id, revision, form, reasons, token)
    ), written AS (
        INSERT INTO notify.delivery (id, subscription_id, partner, alert_id, revision, form, reasons, state, created_at)
        SELECT n.id, n.subscription_id, n.partner, n.alert_id, n.revision, n.form, string_to_array(n.reasons, E'\\n'), 'waiting', :now
        FROM new n JOIN notify.subscription s ON s.id = n.subscription_id AND s.state <> 'ended'
        ON CONFLICT DO NOTHING
        RETURNING id, subscription_id, alert_id, revision
    )
    INSERT INTO notify.queue (id, subscription_id, alert_id, revision, token, due_at)
    SELECT w.id, w.subscription_id, w.alert_id, w.revision, n.token,
           CASE WHEN n.token IS NULL THEN now() ELSE now() + make_interval(secs => :lease) END
    FROM written w JOIN new n ON n.id = w.id
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)


async def add_deliveries(
    connection: AsyncConnection, deliveries: Sequence[NewDelivery], now: datetime, lease: timedelta = timedelta(0)
) -> set[UUID]:
    """Write deliveries and put them into the queue, due at once, or when the lease ends that they are written under.

    One that is there already stays as it is; there is none for a subscription that has ended. Those that were written.
    """
    if not deliveries:
        return set()
    values = {
        "ids": [new.id for new in deliveries],
        "subscriptions": [new.subscription for new in deliveries],
        "partners": [new.partner for new in deliveries],
        "alerts": [new.alert for new in deliveries],
        "revisions": [new.revision for new in deliveries],
        "forms": [new.form.value for new in deliveries],
        "reasons": ["\n".join(new.reasons) for new in deliveries],
        "tokens": [new.token for new in deliveries],
        "lease": lease.total_seconds(),
        "now": now,
    }
    return {row.id for row in await connection.execute(_ADD, values)}


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
