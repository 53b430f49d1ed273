"""Cases: what somebody says about an entry and waits for an answer. Pure."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Utc

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


class CaseKind(StrEnum):
    """What is said."""

    CORRECTION = "correction"
    """Another agency proposes a correction."""
    ERROR = "error"
    """Another agency suspects an error; the issuer has to answer in time."""
    EDIT = "edit"
    """The issuer's own edit waits for a second person."""


class CaseState(StrEnum):
    """Where a case is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Case(BaseModel):
    """One case. `version` is the version of the entry that it speaks of; `body` the whole content that it proposes, as JSON."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    case_id: UUID
    entry_id: UUID
    kind: CaseKind
    state: CaseState = CaseState.OPEN
    issuer: str
    agency: str
    nation: str
    opened_by: str
    opened_at: Utc
    version: int
    text: str
    body: str | None = None
    due_at: Utc | None = None
    warned_at: Utc | None = None
    answered_at: Utc | None = None
    answered_by: str | None = None
    answer: str | None = None

    def answered(self, state: CaseState, by: str, at: datetime, answer: str | None) -> Self:
        """The case closed, by whom and with what words."""
        return self.model_copy(update={"state": state, "answered_by": by, "answered_at": at, "answer": answer})


def working_days_after(moment: datetime, days: int) -> datetime:
    """The moment so many working days later. Saturdays and Sundays (UTC) do not count; holidays do, as nations have different ones."""
    at = moment
    if at.weekday() >= _SATURDAY:
        monday = at.date() + (7 - at.weekday()) * _DAY
        at = datetime.combine(monday, time(), UTC)
    for _ in range(days):
        at += _DAY
        while at.weekday() >= _SATURDAY:
            at += _DAY
    return at
