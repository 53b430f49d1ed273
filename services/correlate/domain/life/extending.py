"""Giving an entry more time: by a reason of its own, and never longer at once than its category lives."""

from dataclasses import dataclass
from datetime import date, datetime

from services.correlate.domain.life.clock import review_on
from services.correlate.domain.life.policy import LifePolicy
from shared.contracts.watchlist import ActorBody, RouteBody

AnyBody = ActorBody | RouteBody


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a field of what was asked."""

    field: str
    code: str
    detail: str


def extended(body: AnyBody, review: date | None, valid_to: datetime | None, now: datetime, policy: LifePolicy) -> AnyBody:
    """The body with a new day of review, the latest allowed where none is said; one that its list keeps gets none unless it is said."""
    day = review or review_on(body, now, policy) or body.review_on
    return body.model_copy(update={"review_on": day, "valid_to": valid_to})


def flaws_of_extension(before: AnyBody, body: AnyBody, now: datetime, policy: LifePolicy) -> list[Flaw]:
    """Every reason why it cannot be extended so."""
    found = _flaws_of_review(before, body, now, policy)
    if body.valid_to is not None and body.valid_to != before.valid_to:
        if body.valid_to <= now:
            found.append(Flaw("valid_to", "over", "The validity would be over already."))
        elif body.valid_from is not None and body.valid_to <= body.valid_from:
            found.append(Flaw("valid_to", "before_start", "The validity would end before it begins."))
    if policy.is_public(body) and body == before:
        found.append(Flaw("review_on", "nothing_to_extend", "The entry has no review; its list keeps it."))
    return found


def _flaws_of_review(before: AnyBody, body: AnyBody, now: datetime, policy: LifePolicy) -> list[Flaw]:
    day, latest = body.review_on, review_on(body, now, policy)
    if day is None:
        return []
    if day <= now.date():
        return [Flaw("review_on", "over", "The day of the review would be past.")]
    if latest is not None and day > latest:
        return [Flaw("review_on", "too_late", f"An entry of this category is reviewed by {latest} at the latest.")]
    if before.review_on is not None and day < before.review_on:
        return [Flaw("review_on", "earlier", "That is earlier than now: an edit shortens, an extension gives time.")]
    return []
