"""The summary of alerts that a partner was not told of in time."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Severity, Utc


class MissedAlert(Contract):
    """An alert that could still have been acted on until `expires_at`, and was not delivered until then or until it ended."""

    id: UUID
    revision: int = Field(ge=1)
    severity: Severity
    opened_at: Utc
    expires_at: Utc


class Missed(Contract):
    """Alerts that a subscription missed and no earlier summary told of; no more is told of them, for nobody can act on them."""

    id: UUID
    count: int = Field(ge=1)
    alerts: tuple[MissedAlert, ...]


class MissedMessage(Contract):
    """The body of its webhook."""

    type: Literal["alerts.missed"] = "alerts.missed"
    timestamp: Utc
    data: Missed
