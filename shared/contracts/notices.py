"""What an agency is told about entries, on `atalaya.notices`, keyed by agency. No name and no number of anybody stands in it."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from shared.contracts.base import Contract, Nation, Text, Utc


class NoticeType(StrEnum):
    """What happened."""

    AWAITS_APPROVAL = "entry.awaits_approval"
    APPROVED = "entry.approved"
    REJECTED = "entry.rejected"
    REVIEW_DUE = "entry.review_due"
    EXPIRED = "entry.expired"
    SUSPENDED = "entry.suspended"
    FLAGGED = "entry.flagged"
    UNFLAGGED = "entry.unflagged"
    KEEP_OR_DELETE = "entry.keep_or_delete"
    DELETED = "entry.deleted"
    CASE_OPENED = "case.opened"
    CASE_OVERDUE = "case.overdue"
    CASE_ANSWERED = "case.answered"


class Notice(Contract):
    """One thing an agency should know or do. `id` is the same however often it is sent."""

    id: UUID
    type: NoticeType
    at: Utc
    agency: str
    nation: Nation
    entry_id: UUID
    entry_type: Literal["actor", "route"]
    version: int
    source: str
    source_id: str | None = None
    case_id: UUID | None = None
    due_at: Utc | None = None
    text: Text


class NoticeMessage(Contract):
    """The body of a webhook that brings a notice."""

    type: NoticeType
    timestamp: Utc
    data: Notice
