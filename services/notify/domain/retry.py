"""When a delivery is tried again. Every failed attempt is *unknown*: the partner may have the alert, so the id stays."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""Pauses after the first, second, … failed attempt: ten attempts in all, over 28 hours (Standard Webhooks, "Deliverability and reliability")."""

JITTER = 0.2
"""Share by which a pause is stretched at most, so that what failed together is not tried again together."""

LONGEST_WAIT = timedelta(hours=12)
"""What a partner may ask for by `Retry-After` at most."""


class Verdict(StrEnum):
    """What an attempt means for its delivery."""

    DELIVERED = "delivered"
    AGAIN = "again"
    FAILED = "failed"
    GONE = "gone"


def verdict(status: int | None, attempts: int, schedule: tuple[timedelta, ...] = SCHEDULE) -> Verdict:
    """What attempt number `attempts` (from 1) means; `status` None is an attempt without an answer.

    410 says that nothing will ever be taken here: the subscription ends.
    """
    if status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.DELIVERED
    if status == HTTPStatus.GONE:
        return Verdict.GONE
    return Verdict.AGAIN if attempts <= len(schedule) else Verdict.FAILED


def next_delay(
    attempts: int, chance: float, retry_after: timedelta | None = None, schedule: tuple[timedelta, ...] = SCHEDULE
) -> timedelta:
    """The pause after `attempts` failed ones; `chance` in [0, 1) is the caller's randomness.

    A partner's `Retry-After` lengthens the pause, never shortens it, and not beyond `LONGEST_WAIT`.
    """
    pause = schedule[min(attempts, len(schedule)) - 1] * (1 + JITTER * chance)
    return pause if retry_after is None else max(pause, min(retry_after, LONGEST_WAIT))


def asked_pause(header: str | None, now: datetime) -> timedelta | None:
    """`Retry-After`, in seconds or as a date (RFC 9110 §10.2.3); nonsense is None: the table decides."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), int(LONGEST_WAIT.total_seconds())))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(timedelta(0), min(aware - now, LONGEST_WAIT))
