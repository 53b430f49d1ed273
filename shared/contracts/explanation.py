"""Why an entry and an event are thought to meet."""

from typing import Any
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Handling, Nation, Severity, Text
from shared.contracts.vocabulary import RequestedAction, SubjectKind


class Evidence(Contract):
    """One field of the entry beside one field of the event: how they met, and the weight it has in the score (negative: it speaks against)."""

    listed: dict[str, Any]
    seen: dict[str, Any]
    how: str
    weight: float


class Hit(Contract):
    """An entry that a sighting matches. `alert` is False for what is too weak to act on; `releasable_to` is the entry's own."""

    entry_id: UUID
    version: int
    source: str
    source_id: str | None = None
    kind: SubjectKind
    score: float = Field(ge=0, le=1)
    alert: bool
    explanation: tuple[Evidence, ...]
    sentence: Text
    list_version: int
    matcher: str = Field(description="name and version of the matcher that judged")
    severity: Severity
    requested_action: RequestedAction
    warning_markers: tuple[str, ...] = ()
    handling: Handling
    releasable_to: tuple[Nation, ...]
    flagged_by: tuple[Nation, ...] = Field(default=(), description="nations that do not execute the entry on their territory")
