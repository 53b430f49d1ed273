"""The dispatcher's side of the store: claims under a lease, results under its token."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.plan import Form
from services.notify.domain.subscription import Format
from shared.platform.database.pipeline import Pipe


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this process's until its lease ends."""

    id: UUID
    token: UUID
    subscription: UUID
    alert: UUID
    revision: int
    attempts: int
    withheld: bool
    form: Form
    url: str
    format: Format
    secrets: tuple[str, ...]
    old_secrets_until: datetime | None
    at: datetime
    body: bytes
    traceparent: str | None
    urgent: bool = False
    expires_at: datetime | None = None
    """When nobody can act on it any more; None for what is told whenever it arrives."""


@dataclass(frozen=True, slots=True)
class AttemptMade:
    """One request, as it is logged."""

    id: UUID
    at: datetime
    status: int | None
    reason: str
    duration: timedelta
    excerpt: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed delivery: settled in `state`, or (None) due again after `pause`."""

    delivery: UUID
    token: UUID
    subscription: UUID
    state: str | None
    pause: timedelta = timedelta(0)
    attempts: tuple[AttemptMade, ...] = ()


_CLAIM = """
    WITH picked AS MATERIALIZED (
        SELECT due.id
        FROM (SELECT id, coalesce((CAST(%(rooms)b AS int[]))[array_position(CAST(%(known)b AS uuid[]), id)], %(room)s::int) AS room
              FROM notify.subscription
              WHERE state = 'active' AND (CAST(%(only)b AS uuid[]) IS NULL OR id = ANY(CAST(%(only)b AS uuid[])))
              ORDER BY random()) s
        CROSS JOIN LATERAL (
            SELECT first.id FROM (VALUES (true), (false)) lane (urgent)
            CROSS JOIN LATERAL (
                SELECT q.id FROM notify.queue q
                WHERE q.subscription_id = s.id AND q.urgent = lane.urgent AND q.due_at <= clock_timestamp()
                  AND NOT EXISTS (SELECT 1 FROM notify.queue e
                                  WHERE e.subscription_id = q.subscription_id AND e.alert_id = q.alert_id AND e.revision < q.revision)
                ORDER BY q.due_at
                LIMIT s.room
                FOR UPDATE SKIP LOCKED
            ) first
            LIMIT s.room
        ) due
        LIMIT %(batch)s
    ), claimed AS (
        UPDATE notify.queue q
        SET token = CAST(%(token)s AS uuid), due_at = clock_timestamp() + make_interval(secs => %(lease)s)
        FROM picked p WHERE q.id = p.id
        RETURNING q.id, q.subscription_id, q.alert_id, q.revision, q.attempts, q.withheld, q.urgent, q.expires_at
    )
    SELECT c.*, d.form, s.url, s.format, s.secrets, s.old_secrets_until, a.at, a.body, a.traceparent
    FROM claimed c
    JOIN notify.delivery d ON d.id = c.id
    JOIN notify.subscription s ON s.id = c.subscription_id
    JOIN notify.alert_revision a ON a.alert_id = c.alert_id AND a.revision = c.revision
    WHERE (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL
    ORDER BY c.urgent DESC, d.created_at, c.alert_id, c.revision
    """


async def claim(
    pipe: Pipe,
    *,
    token: UUID,
    lease: timedelta,
    rooms: Mapping[UUID, int],
    room: int,
    batch: int,
    only: Collection[UUID] | None = None,
) -> list[Claimed]:
    """Take due deliveries under `token`, the urgent ones first: at most `rooms` of each subscription named there, `room` of any other.

    No two claimers get the same one (SKIP LOCKED, materialised so that the limit is counted once). A revision is not due while
    an earlier one of its alert is unsettled for its subscription. `only` looks at those subscriptions alone.
    The commit does not wait for the disk: a claim that a crash of the server forgets is only due again.
    """
    values = {
        "only": None if only is None else list(only), "known": list(rooms), "rooms": list(rooms.values()), "room": room,
        "batch": batch, "token": token, "lease": lease.total_seconds(),
    }  # fmt: skip
    return [
        Claimed(
            identity, token, subscription, alert, revision, attempts, withheld, Form(form), url,
            Format(kind), tuple(secrets), old_secrets_until, at, body, traceparent, urgent, expires_at,
        )
        for identity, subscription, alert, revision, attempts, withheld, urgent, expires_at,
            form, url, kind, secrets, old_secrets_until, at, body, traceparent
        in await (await pipe.send(_CLAIM, values)).rows()
    ]  # fmt: skip


_HELD = """
    SELECT q.id, q.withheld FROM unnest(CAST(%(ids)b AS uuid[]), CAST(%(tokens)b AS uuid[])) AS h (id, token)
    JOIN notify.queue q ON q.id = h.id AND q.token = h.token
    """


async def held(pipe: Pipe, tokens: Mapping[UUID, UUID]) -> dict[UUID, bool]:
    """Those that are still leased under these tokens, each with whether it is withheld."""
    answer = await pipe.send(_HELD, {"ids": list(tokens), "tokens": list(tokens.values())})
    return await answer.pairs()


_RECORD = """
    WITH result AS (
        SELECT * FROM unnest(
            CAST(%(ids)b AS uuid[]), CAST(%(tokens)b AS uuid[]), CAST(%(states)b AS text[]), CAST(%(pauses)b AS float8[]), CAST(%(made)b AS int[])
        ) AS r (id, token, state, pause, made)
    ), gone AS (
        DELETE FROM notify.queue q USING result r
        WHERE q.id = r.id AND q.token = r.token AND r.state IS NOT NULL
        RETURNING q.id, r.state, r.made
    ), later AS (
        UPDATE notify.queue q
        SET due_at = clock_timestamp() + make_interval(secs => r.pause), token = NULL, attempts = q.attempts + least(r.made, 1)
        FROM result r WHERE q.id = r.id AND q.token = r.token AND r.state IS NULL
        RETURNING q.id, r.made
    ), logged AS (
        INSERT INTO notify.attempt (id, delivery_id, at, status, reason, duration_ms, excerpt)
        SELECT * FROM unnest(
            CAST(%(attempt_ids)b AS uuid[]), CAST(%(deliveries)b AS uuid[]), CAST(%(ats)b AS timestamptz[]), CAST(%(statuses)b AS int[]),
            CAST(%(reasons)b AS text[]), CAST(%(durations)b AS int[]), CAST(%(excerpts)b AS text[]))
        ON CONFLICT DO NOTHING
    )
    UPDATE notify.delivery d
    SET state = coalesce(c.state, d.state), attempts = d.attempts + c.made,
        settled_at = CASE WHEN c.state IS NULL THEN d.settled_at ELSE %(now)s END
    FROM (SELECT id, state, made FROM gone UNION ALL SELECT id, NULL, made FROM later) c
    WHERE d.id = c.id AND (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL
    RETURNING d.id
    """


async def record(pipe: Pipe, results: Sequence[Result], now: datetime) -> int:
    """Write what became of claimed deliveries and log their attempts; how many were still ours.

    A result whose lease somebody else has taken changes nothing but the log: the request did happen. Safe to repeat. An
    attempt that was made twice at once, for a connection that had ended, is two in the log and one step of the table. The
    commit does not wait for the disk: what a crash of the server forgets is sent again under the same id.
    """
    ordered = sorted(results, key=lambda result: result.delivery)
    attempts = [(result.delivery, attempt) for result in ordered for attempt in result.attempts]
    values = {
        "ids": [result.delivery for result in ordered],
        "tokens": [result.token for result in ordered],
        "states": [result.state for result in ordered],
        "pauses": [result.pause.total_seconds() for result in ordered],
        "made": [len(result.attempts) for result in ordered],
        "attempt_ids": [attempt.id for _, attempt in attempts],
        "deliveries": [delivery for delivery, _ in attempts],
        "ats": [attempt.at for _, attempt in attempts],
        "statuses": [attempt.status for _, attempt in attempts],
        "reasons": [attempt.reason for _, attempt in attempts],
        "durations": [round(attempt.duration.total_seconds() * 1000) for _, attempt in attempts],
        "excerpts": [attempt.excerpt for _, attempt in attempts],
        "now": now,
    }
    return len(await (await pipe.send(_RECORD, values)).rows())
