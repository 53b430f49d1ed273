"""Cases as the API shows them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.correlate.api.watchlist.view import dumped, json_answer
from services.correlate.domain.life.cases import Case, CaseKind, CaseState
from services.correlate.entries.differences import FieldChange
from shared.contracts.base import Utc

PLACE = "/v1/watchlist/cases"


class CaseShown(BaseModel):
    """Something about an entry that waits for an answer, or was answered."""

    case_id: UUID
    entry_id: UUID
    kind: CaseKind
    state: CaseState
    issuer: str = Field(description="the agency that listed the entry")
    agency: str = Field(description="who opened it")
    nation: str
    opened_by: str
    opened_at: Utc
    version: int = Field(description="the version of the entry that it speaks of")
    text: str
    body: dict[str, Any] | None = Field(default=None, description="the whole content that it proposes")
    due_at: Utc | None = Field(default=None, description="when an answer is due: errors only")
    warned_at: Utc | None = Field(default=None, description="when both sides were told that it is overdue")
    answered_at: Utc | None = None
    answered_by: str | None = None
    answer: str | None = None
    changes: list[FieldChange] | None = Field(
        default=None, description="of one case: what `body` would change of the entry as it is now"
    )


def case_shown(case: Case, changes: Sequence[FieldChange] | None = None) -> dict[str, Any]:
    """A case as one object."""
    shown = case.model_dump(mode="json")
    if case.body is not None:
        shown["body"] = orjson.loads(case.body)
        if changes is not None:
            shown["changes"] = dumped(changes)
    return shown


def case_answer(case: Case, status: int = 200, **more: Any) -> Response:
    """The answer that shows one case."""
    return json_answer({**case_shown(case), **more}, status, Location=f"{PLACE}/{case.case_id}")
