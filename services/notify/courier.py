"""One claimed delivery: rendered, signed, sent, and what that means for it."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from services.notify.domain.rendering import CONTENT_TYPES, content, rendered
from services.notify.domain.retry import SCHEDULE, Verdict, asked_pause, next_delay, verdict
from services.notify.domain.signing import signed_headers
from services.notify.metrics import ATTEMPT_SECONDS, ATTEMPTS, answer_label
from services.notify.store.queue import AttemptMade, Claimed, Result
from services.notify.vault import SealedWithUnknownKeyError, Vault
from services.notify.webhooks import Answer, Webhooks
from shared.platform.clock import Clock

STATES = {Verdict.DELIVERED: "delivered", Verdict.FAILED: "failed", Verdict.GONE: "gone"}
_EXCERPT_SHOWN = 2048
_DROPPED_AT_ONCE_SECONDS = 1.0
"""A kept connection that the peer has closed ends the request at once; a later end is an attempt like any other."""


class Courier:
    """Carries deliveries. Any failed attempt leaves the outcome unknown, so every further one has the same id."""

    def __init__(
        self,
        webhooks: Webhooks,
        vault: Vault,
        clock: Clock,
        chance: Callable[[], float],
        schedule: Sequence[timedelta] = SCHEDULE,
    ) -> None:
        self._webhooks = webhooks
        self._vault = vault
        self._clock = clock
        self._chance = chance
        self._schedule = tuple(schedule)

    async def carry(self, claimed: Claimed) -> tuple[Result, bool | None]:
        """Send it, at once a second time if the connection just ended; the result, and whether the endpoint answered, None if nothing was sent."""
        if claimed.withheld:
            return Result(claimed.id, claimed.token, claimed.subscription, "withheld"), None
        if claimed.expires_at is not None and claimed.expires_at <= self._clock.now():
            return Result(claimed.id, claimed.token, claimed.subscription, "expired"), None
        message = content(claimed.form, claimed.body, claimed.alert, claimed.revision, claimed.at)
        body = rendered(message, claimed.format, claimed.id)
        made, answer = await self._attempt(claimed, body)
        attempts: tuple[AttemptMade, ...] = (made,)
        if answer.dropped and answer.seconds < _DROPPED_AT_ONCE_SECONDS:
            made, answer = await self._attempt(claimed, body)
            attempts = (*attempts, made)
        return self._result(claimed, attempts, answer), answer.status is not None

    def broken(self, claimed: Claimed) -> Result:
        """The result where sending ended by a fault of ours: a failed attempt, so that the table decides when it is tried again."""
        answer = Answer(None, "it could not be sent for a fault on our side", 0)
        made = AttemptMade(uuid.uuid4(), self._clock.now(), None, answer.reason, timedelta(0), "")
        return self._result(claimed, (made,), answer)

    async def _attempt(self, claimed: Claimed, body: bytes) -> tuple[AttemptMade, Answer]:
        now = self._clock.now()
        try:
            headers = self._headers(claimed, now, body)
        except SealedWithUnknownKeyError:
            reason = "the signing secret is sealed with a key that is not configured"
            return AttemptMade(uuid.uuid4(), now, None, reason, timedelta(0), ""), Answer(None, reason, 0)
        answer = await self._webhooks.post(claimed.url, body, headers)
        ATTEMPTS.labels(answer_label(answer.status)).inc()
        ATTEMPT_SECONDS.observe(answer.seconds)
        duration = timedelta(seconds=answer.seconds)
        return AttemptMade(uuid.uuid4(), now, answer.status, answer.reason, duration, shown(answer.excerpt)), answer

    def _headers(self, claimed: Claimed, now: datetime, body: bytes) -> dict[str, str]:
        current = claimed.secrets if claimed.old_secrets_until and now < claimed.old_secrets_until else claimed.secrets[:1]
        headers = {
            **signed_headers(self._vault.open_all(current), claimed.id, now, body),
            "Content-Type": CONTENT_TYPES[claimed.format],
        }
        if claimed.traceparent:
            headers["traceparent"] = claimed.traceparent
        return headers

    def _result(self, claimed: Claimed, attempts: tuple[AttemptMade, ...], answer: Answer) -> Result:
        # The second of two at once is no step of the table: both count as the one attempt they stand for.
        number = claimed.attempts + 1
        means = verdict(answer.status, number, self._schedule)
        if means is not Verdict.AGAIN:
            return Result(claimed.id, claimed.token, claimed.subscription, STATES[means], attempts=attempts)
        asked = asked_pause(answer.retry_after, self._clock.now())
        pause = next_delay(number, self._chance(), asked, self._schedule)
        return Result(claimed.id, claimed.token, claimed.subscription, None, pause, attempts)


def shown(excerpt: bytes) -> str:
    """The beginning of an answer as one harmless line: control characters and what is no text are escaped."""
    return excerpt[:_EXCERPT_SHOWN].decode("utf-8", "backslashreplace").encode("unicode_escape").decode("ascii")[:_EXCERPT_SHOWN]
