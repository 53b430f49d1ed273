"""An alert as it stands on `atalaya.alerts` and in the API; a partner's copy is the same after release and redaction."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Handling, Nation, Severity, Text, Utc
from shared.contracts.events import Place
from shared.contracts.explanation import Evidence
from shared.contracts.sightings import Subject
from shared.contracts.vocabulary import AlertState, Cause, RequestedAction


class AlertType(StrEnum):
    """What happened to an alert: the `type` of its message."""

    OPENED = "alert.opened"
    REVISED = "alert.revised"
    CLOSED = "alert.closed"
    WITHDRAWN = "alert.withdrawn"


class EntryReference(Contract):
    """The version of an entry that an alert rests on."""

    entry_id: UUID
    source: str
    source_id: str | None = None
    version: int


class RouteProgress(Contract):
    """How far along a watchlisted route the subject was seen."""

    route_id: UUID
    name: str | None = None
    reached: int
    of: int


class AlertEvidence(Contract):
    """An event that the alert rests on."""

    event_id: UUID
    occurred_at: Utc
    place: Place | None = None
    explanation: tuple[Evidence, ...] = ()
    sentence: Text | None = None


class ArrivalWindow(Contract):
    """When an arrival is expected; `p` is the probability that it falls inside, None where the bounds are an issuer's word and not an estimate."""

    from_: Utc = Field(alias="from", serialization_alias="from")
    to: Utc
    p: float | None = None


class NextCheckpoint(Contract):
    """Where the subject is expected next and which nation holds the place; None where no estimate could be made."""

    place: Place
    nation: Nation
    probability: float | None = None
    window: ArrivalWindow


class Alert(Contract):
    """One thing to act on, about one subject, with revisions."""

    id: UUID
    revision: int = Field(ge=1)
    state: AlertState = AlertState.OPEN
    cause: Cause
    severity: Severity
    score: float
    exercise: bool = False
    retroactive: bool = False
    requested_action: RequestedAction
    executed_action: RequestedAction | None = Field(
        default=None,
        description="what is to be done where this is read: `INFORM_ONLY` for a nation that has flagged the entry, else what is requested",
    )
    flagged_by: tuple[Nation, ...] = Field(
        default=(), description="nations on whose territory it is not executed (Regulation (EU) 2018/1862, Article 24)"
    )
    warning_markers: tuple[str, ...] = ()
    headline: Text
    subject: Subject
    entries: tuple[EntryReference, ...] = ()
    route: RouteProgress | None = None
    evidence: tuple[AlertEvidence, ...]
    next: tuple[NextCheckpoint, ...] = ()
    handling: Handling
    opened_at: Utc
    revised_at: Utc
    expires_at: Utc


class AlertMessage(Contract):
    """The body of a webhook and the value on the topic."""

    type: AlertType
    timestamp: Utc
    data: Alert
    accepted_at: Utc | None = Field(
        default=None, description="when the event behind this revision was accepted; operators measure by it", exclude=False
    )
