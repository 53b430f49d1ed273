"""An alert as its evidence alone gives it: without revision and without the times at which it was written down."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson

from shared.contracts.alerts import Alert, AlertEvidence, EntryReference, NextCheckpoint, RouteProgress
from shared.contracts.base import Contract, Handling, Nation, Severity, Text, Utc
from shared.contracts.sightings import Subject
from shared.contracts.vocabulary import AlertState, Cause, RequestedAction


class StandingAlert(Contract):
    """The content of an alert. Equal evidence gives equal content and an equal `digest`, in whatever order and however often it came in."""

    id: UUID
    cause: Cause
    severity: Severity
    score: float
    exercise: bool
    retroactive: bool
    requested_action: RequestedAction
    flagged_by: tuple[Nation, ...] = ()
    warning_markers: tuple[str, ...] = ()
    headline: Text
    subject: Subject
    entries: tuple[EntryReference, ...] = ()
    route: RouteProgress | None = None
    evidence: tuple[AlertEvidence, ...]
    evidence_count: int
    next: tuple[NextCheckpoint, ...] = ()
    handling: Handling
    expires_at: Utc

    @property
    def last_seen(self) -> datetime:
        """When the latest of its evidence occurred."""
        return max(one.occurred_at for one in self.evidence)

    @property
    def digest(self) -> str:
        """SHA-256 of the content in canonical JSON. What nobody has flagged has the digest that it had before there were flags."""
        content = self.model_dump(mode="json", by_alias=True)
        if not self.flagged_by:
            del content["flagged_by"]
        return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def to_alert(self, *, revision: int, opened_at: datetime, revised_at: datetime, state: AlertState = AlertState.OPEN) -> Alert:
        """The alert as the store has it: this content with its revision, its state and its times."""
        content = {name: getattr(self, name) for name in StandingAlert.model_fields if name != "evidence_count"}
        content["executed_action"] = self.requested_action
        return Alert(**content, revision=revision, state=state, opened_at=opened_at, revised_at=revised_at)
