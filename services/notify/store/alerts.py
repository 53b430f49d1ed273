"""Fan-out's side of the store: revisions, what a subscription may hold of an alert, new deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.plan import Form, History
from services.notify.domain.subscription import Filter, Format, Subscription, SubscriptionState
from services.notify.store.subscriptions import SHARE_FAN_OUT
from shared.platform.database.pipeline import Answer, Pipe


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
    urgent: bool = False
    expires_at: datetime | None = None
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
    urgent: bool = False
    expires_at: datetime | None = None
    """When nobody can act on it any more; None where it is to be told all the same."""


_ENDPOINTS = f"""
    SELECT id, partner, filter, agency, state, url, format, secrets, old_secrets_until FROM notify.subscription
    WHERE state <> 'ended' AND (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL AND {SHARE_FAN_OUT}
"""  # noqa: S608 - a condition of ours


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A subscription and all that sending to it needs."""

    subscription: Subscription
    active: bool
    url: str
    format: Format
    secrets: tuple[str, ...]
    old_secrets_until: datetime | None


async def ask_endpoints(pipe: Pipe) -> Answer:
    """Every subscription that has not ended, for `endpoints_of`; what comes for a paused one is kept.

    From here on the transaction's commit does not wait for the disk. A crash of the server may forget its last moments, but
    deliveries and the offset together: the alerts are read again from the topic, and go out again under the same ids.
    Nor does any subscription end before that commit, once the server has come to this.
    """
    return await pipe.send(_ENDPOINTS)


async def endpoints_of(answer: Answer) -> dict[UUID, Endpoint]:
    """What `ask_endpoints` found."""
    return {
        identity: Endpoint(
            Subscription(identity, partner, Filter.model_validate(wanted), agency),
            state == SubscriptionState.ACTIVE,
            url,
            Format(form),
            tuple(secrets),
            old_secrets_until,
        )
        for identity, partner, wanted, agency, state, url, form, secrets, old_secrets_until in await answer.rows()
    }


_HISTORY = """
    SELECT DISTINCT ON (d.alert_id, d.subscription_id) d.alert_id, d.subscription_id, d.form, d.state,
           EXISTS (SELECT 1 FROM notify.delivery e
                   WHERE e.alert_id = d.alert_id AND e.subscription_id = d.subscription_id AND e.form <> 'notice'
                     AND (e.attempts > 0 OR EXISTS (SELECT 1 FROM notify.queue p WHERE p.id = e.id AND p.token IS NOT NULL))) AS seen
    FROM notify.delivery d WHERE d.alert_id = ANY(%(alerts)b::uuid[])
    ORDER BY d.alert_id, d.subscription_id, d.revision DESC
    """


async def histories(pipe: Pipe, alerts: Collection[UUID]) -> dict[UUID, dict[UUID, History]]:
    """By alert and subscription: what the partner may hold. After a notice, or when all was withheld, that is nothing."""
    found: dict[UUID, dict[UUID, History]] = {}
    if not alerts:
        return found
    for alert, subscription, form, state, seen in await (await pipe.send(_HISTORY, {"alerts": list(alerts)})).rows():
        if form == Form.NOTICE or (state in {"withheld", "expired"} and not seen):
            continue
        found.setdefault(alert, {})[subscription] = History.SEEN if seen else History.WAITING
    return found


_ADD_REVISIONS = """
    WITH new AS (
        SELECT * FROM unnest(
            CAST(%(alerts)b AS uuid[]), CAST(%(revisions)b AS int[]), CAST(%(types)b AS text[]), CAST(%(ats)b AS timestamptz[]),
            CAST(%(bodies)b AS bytea[]), CAST(%(traceparents)b AS text[])
        ) AS n (alert_id, revision, type, at, body, traceparent)
    ), written AS (
        INSERT INTO notify.alert_revision (alert_id, revision, type, at, body, traceparent, received_at)
        SELECT n.*, %(now)s FROM new n
        WHERE NOT EXISTS (SELECT 1 FROM notify.alert_revision a WHERE a.alert_id = n.alert_id AND a.revision >= n.revision)
        ON CONFLICT DO NOTHING
        RETURNING alert_id, revision
    )
    SELECT w.alert_id, EXISTS (SELECT 1 FROM notify.alert_revision a WHERE a.alert_id = w.alert_id AND a.revision < w.revision) AS known
    FROM written w
    """


async def add_revisions(pipe: Pipe, revisions: Sequence[NewRevision], now: datetime) -> Answer:
    """Write revisions of different alerts, those that are above all that is stored of theirs.

    Rows: the alerts of those that were written, each with whether an earlier revision is stored.
    """
    values = {
        "alerts": [new.alert for new in revisions],
        "revisions": [new.revision for new in revisions],
        "types": [new.type for new in revisions],
        "ats": [new.at for new in revisions],
        "bodies": [new.body for new in revisions],
        "traceparents": [new.traceparent for new in revisions],
        "now": now,
    }
    return await pipe.send(_ADD_REVISIONS, values)


_ADD = """
    WITH new AS (
        SELECT * FROM unnest(
            CAST(%(ids)b AS uuid[]), CAST(%(subscriptions)b AS uuid[]), CAST(%(partners)b AS text[]), CAST(%(alerts)b AS uuid[]),
            CAST(%(revisions)b AS int[]), CAST(%(forms)b AS text[]), CAST(%(reasons)b AS text[]), CAST(%(tokens)b AS uuid[]),
            CAST(%(urgents)b AS bool[]), CAST(%(expiries)b AS timestamptz[])
        ) AS n (id, subscription_id, partner, alert_id, revision, form, reasons, token, urgent, expires_at)
    ), written AS (
        INSERT INTO notify.delivery (id, subscription_id, partner, alert_id, revision, form, reasons, state, created_at, agency)
        SELECT n.id, n.subscription_id, n.partner, n.alert_id, n.revision, n.form, string_to_array(n.reasons, E'\\n'), 'waiting', %(now)s,
               CASE WHEN n.form = 'agency' THEN s.agency END
        FROM new n JOIN notify.subscription s ON s.id = n.subscription_id AND s.state <> 'ended'
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    INSERT INTO notify.queue (id, subscription_id, alert_id, revision, token, urgent, expires_at, due_at)
    SELECT n.id, n.subscription_id, n.alert_id, n.revision, n.token, n.urgent, n.expires_at,
           CASE WHEN n.token IS NULL THEN now() ELSE now() + make_interval(secs => %(lease)s) END
    FROM new n WHERE (n.id IN (SELECT id FROM written)) IS TRUE
    ON CONFLICT DO NOTHING
    RETURNING id
    """
"""`IS TRUE` keeps the planner from making a join of it: with no index on either side it would compare each with each."""


async def add_deliveries(pipe: Pipe, deliveries: Sequence[NewDelivery], now: datetime, lease: timedelta = timedelta(0)) -> Answer:
    """Write deliveries and put them into the queue, due at once, or when the lease ends that they are written under.

    One that is there already stays as it is; there is none for a subscription that has ended. Rows: the ids of those that were written.
    """
    values = {
        "ids": [new.id for new in deliveries],
        "subscriptions": [new.subscription for new in deliveries],
        "partners": [new.partner for new in deliveries],
        "alerts": [new.alert for new in deliveries],
        "revisions": [new.revision for new in deliveries],
        "forms": [new.form.value for new in deliveries],
        "reasons": ["\n".join(new.reasons) for new in deliveries],
        "tokens": [new.token for new in deliveries],
        "urgents": [new.urgent for new in deliveries],
        "expiries": [new.expires_at for new in deliveries],
        "lease": lease.total_seconds(),
        "now": now,
    }
    return await pipe.send(_ADD, values)


_WITHHOLD = """
    WITH stopped AS (
        UPDATE notify.queue q SET withheld = true
        FROM unnest(CAST(%(alerts)b AS uuid[]), CAST(%(subscriptions)b AS uuid[])) AS w (alert_id, subscription_id),
             notify.delivery d
        WHERE q.alert_id = w.alert_id AND q.subscription_id = w.subscription_id AND d.id = q.id AND d.form NOT IN ('notice', %(kept)s::text)
        RETURNING q.id, q.token
    )
    SELECT id FROM stopped WHERE token IS NULL
    """
_SETTLE_WITHHELD = """
    WITH gone AS (DELETE FROM notify.queue WHERE id = ANY(%(ids)b::uuid[]))
    UPDATE notify.delivery SET state = 'withheld', settled_at = %(now)s WHERE id = ANY(%(ids)b::uuid[])
    """


async def withhold(pipe: Pipe, pairs: Collection[tuple[UUID, UUID]], now: datetime, *, kept: Form = Form.NOTICE) -> None:
    """Stop waiting deliveries (alert, subscription) that may not go out any more: all but notices and those of the form `kept`.

    What was never claimed is settled here. What a dispatcher has in hand is marked: it is not tried again, and what comes
    after it still waits for it, so that a notice never arrives before the alert it takes back.
    """
    if not pairs:
        return
    ordered = sorted(pairs)
    values = {
        "alerts": [alert for alert, _ in ordered],
        "subscriptions": [subscription for _, subscription in ordered],
        "kept": kept.value,
    }
    ids = [row[0] for row in await (await pipe.send(_WITHHOLD, values)).rows()]
    if ids:
        await pipe.send(_SETTLE_WITHHELD, {"ids": ids, "now": now})


_REPLACE = """
    WITH gone AS (
        DELETE FROM notify.queue q
        USING unnest(CAST(%(alerts)b AS uuid[]), CAST(%(subscriptions)b AS uuid[]), CAST(%(revisions)b AS int[]))
              AS w (alert_id, subscription_id, revision)
        WHERE q.subscription_id = w.subscription_id AND q.alert_id = w.alert_id AND q.revision < w.revision AND q.token IS NULL
        RETURNING q.id
    )
    UPDATE notify.delivery d SET state = %(state)s, settled_at = %(now)s FROM gone g WHERE d.id = g.id
    """


async def replace(pipe: Pipe, waiting: Collection[tuple[UUID, UUID, int]], now: datetime, *, state: str) -> None:
    """Settle what waits of an alert for a subscription below a revision: `superseded` by it, or `expired` with it.

    What a dispatcher has in hand goes out: the later revision waits for it.
    """
    if waiting:
        await pipe.send(_REPLACE, {**_below(waiting), "state": state, "now": now})


_IN_HAND = """
    SELECT DISTINCT q.alert_id, q.subscription_id
    FROM unnest(CAST(%(alerts)b AS uuid[]), CAST(%(subscriptions)b AS uuid[]), CAST(%(revisions)b AS int[]))
         AS w (alert_id, subscription_id, revision)
    JOIN notify.queue q ON q.subscription_id = w.subscription_id AND q.alert_id = w.alert_id AND q.revision < w.revision
    """


async def in_hand(pipe: Pipe, waiting: Collection[tuple[UUID, UUID, int]]) -> set[tuple[UUID, UUID]]:
    """Of these those of which an earlier revision is not settled: after `replace`, a sender has it."""
    return {(alert, subscription) for alert, subscription in await (await pipe.send(_IN_HAND, _below(waiting))).rows()}


def _below(waiting: Collection[tuple[UUID, UUID, int]]) -> dict[str, object]:
    ordered = sorted(waiting)
    return {
        "alerts": [alert for alert, _, _ in ordered],
        "subscriptions": [subscription for _, subscription, _ in ordered],
        "revisions": [revision for _, _, revision in ordered],
    }
