"""A subscription: a partner's endpoint, which alerts it wants, and whether its agency's notices."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Nation, Severity
from shared.contracts.vocabulary import Cause


class Format(StrEnum):
    """The form of a webhook's body."""

    JSON = "json"
    CLOUDEVENTS = "cloudevents"


class SubscriptionState(StrEnum):
    """Whether anything is sent."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Filter(BaseModel):
    """Which alerts a subscription wants; an empty list wants all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    causes: tuple[Cause, ...] = Field(default=(), description="why an alert stands")
    severity_at_least: Severity = Field(default=Severity.LOW, description="alerts below it are not sent")
    nations: tuple[Nation, ...] = Field(
        default=(), description="an arrival is expected in one of these, or evidence is from there"
    )
    routes: tuple[UUID, ...] = Field(default=(), description="the alert is about one of these watchlisted routes")
    notices: bool = Field(
        default=False, description="send also what its agency is told of its own entries: review due, expired, suspended, cases…"
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the decisions need to know of a subscription."""

    id: UUID
    partner: Nation
    filter: Filter
    agency: str | None = None
    """The agency of its nation whose notices it gets, where it asks for them."""
