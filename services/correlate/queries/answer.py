"""What a query is answered with."""

from typing import Any, Final

from pydantic import BaseModel, Field

from shared.contracts.base import Nation, Severity, Text
from shared.contracts.explanation import Evidence, Hit
from shared.contracts.vocabulary import RequestedAction


class ScreenHit(BaseModel):
    """An entry that the query matches; `alert` is false for what is too weak to act on."""

    source: str
    source_id: str | None
    entry_id: str
    version: int = Field(description="of the entry")
    score: float
    alert: bool
    explanation: tuple[Evidence, ...]
    sentence: Text
    severity: Severity
    requested_action: RequestedAction
    warning_markers: tuple[str, ...] = ()
    flagged_by: tuple[Nation, ...] = Field(default=(), description="nations that do not execute the entry on their territory")


class ScreenAnswer(BaseModel):
    """A query's hits, the surest first, by a version of the list and of the matcher."""

    id: str | int | float | None = None
    hits: list[ScreenHit] = Field(default_factory=list)
    list_version: int
    matcher: str


_SHOWN: Final = set(ScreenHit.model_fields)


def shown(hit: Hit) -> dict[str, Any]:
    """A hit as JSON has it."""
    return hit.model_dump(mode="json", include=_SHOWN)
