"""The list: entries with all their versions, what changed it when, cases and notices."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from services.correlate.tables.base import Table, core, moment


class ListVersion(Table, table=True):
    """One row. A change of the list locks it, so versions have the order of commits and no gap."""

    __tablename__: ClassVar[Any] = "list_version"

    one: bool = Field(default=True, primary_key=True)
    version: int = Field(sa_type=BigInteger)


class EntryRow(Table, table=True):
    """The present version of an entry."""

    __tablename__: ClassVar[Any] = "entry"
    __table_args__: ClassVar[Any] = (
        Index("entry_by_list_version", "list_version", unique=True),
        Index("entry_by_type", "type", "list_version"),
        Index("entry_by_source", "source", "source_id"),
        Index("entry_by_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("entry_by_search", "search", postgresql_using="gin"),
        Index("entry_by_issuer", "originator", "state", "list_version"),
        Index("entry_by_order_of_source", "source", "list_version"),
        Index("entry_by_state", "state", "list_version"),
        Index("entry_by_kind", "kind", "list_version", postgresql_where=text("kind IS NOT NULL")),
        Index("entry_by_category", "category", "list_version", postgresql_where=text("category IS NOT NULL")),
        Index("entry_by_action", "requested_action", "list_version"),
        Index("entry_by_severity", "severity", "list_version"),
        Index("entry_by_nation", "nation", "list_version"),
        Index("entry_by_writer", "written_by", "list_version"),
        Index("entry_by_release", "releasable_to", postgresql_using="gin"),
        Index("entry_by_flag", "flagged_by", postgresql_using="gin", postgresql_where=text("flagged_by IS NOT NULL")),
        Index("entry_by_review", "review_at", "list_version", postgresql_where=text("review_at IS NOT NULL")),
        Index("entry_unconfirmed", "originator", "list_version", postgresql_where=text("confirm_by IS NOT NULL")),
    )

    entry_id: UUID = Field(primary_key=True)
    type: str = Field(sa_type=Text)
    version: int
    list_version: int = Field(sa_type=BigInteger)
    originator: str = Field(sa_type=Text)
    nation: str = Field(sa_type=Text)
    releasable_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    source: str = Field(sa_type=Text)
    source_id: str | None = Field(default=None, sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    severity: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    requested_action: str = Field(sa_type=Text)
    written_by: str | None = Field(default=None, sa_type=Text)
    review_at: datetime | None = moment(nullable=True)
    due_at: datetime | None = moment(nullable=True)
    """When the clock has to look at it next."""
    confirm_by: datetime | None = moment(nullable=True)
    flagged_by: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))
    """The nations that will not execute it; none where there are none."""
    draft_digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the draft that the last import made it from; none once it was edited."""
    search: Any = Field(sa_column=Column(TSVECTOR, nullable=False))
    valid_from: datetime | None = moment(nullable=True)
    valid_to: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    content: str = Field(sa_type=Text)


class EntryVersionRow(Table, table=True):
    """Every version an entry ever had: who, when, why, and the whole of it."""

    __tablename__: ClassVar[Any] = "entry_version"
    __table_args__: ClassVar[Any] = (Index("entry_version_by_list_version", "list_version", unique=True),)

    entry_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    list_version: int = Field(sa_type=BigInteger)
    content: str = Field(sa_type=Text)


class ListChangeRow(Table, table=True):
    """One transaction that changed the list, by the last version that it made: the list at a moment is that of the last one before."""

    __tablename__: ClassVar[Any] = "list_change"
    __table_args__: ClassVar[Any] = (
        Index("list_change_by_moment", "at", "to_version"),
        Index("list_change_by_agency", "agency", "to_version"),
        Index("list_change_by_import", "import_id", postgresql_where=text("import_id IS NOT NULL")),
    )

    to_version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    from_version: int = Field(sa_type=BigInteger)
    at: datetime = moment()
    by: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    change: str = Field(sa_type=Text)
    why: str | None = Field(default=None, sa_type=Text)
    import_id: UUID | None = None


class CaseRow(Table, table=True):
    """Something about an entry that waits for an answer: a proposed correction, a suspected error, an edit for a second person."""

    __tablename__: ClassVar[Any] = "entry_case"
    __table_args__: ClassVar[Any] = (
        Index("entry_case_by_entry", "entry_id", "opened_at"),
        Index("entry_case_open", "issuer", "due_at", postgresql_where=text("state = 'open'")),
        Index("entry_case_by_opener", "agency", "opened_at"),
    )

    case_id: UUID = Field(primary_key=True)
    entry_id: UUID
    kind: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    issuer: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    nation: str = Field(sa_type=Text)
    opened_by: str = Field(sa_type=Text)
    opened_at: datetime = moment()
    version: int
    """The version of the entry that it speaks of."""
    text: str = Field(sa_type=Text)
    body: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = moment(nullable=True)
    warned_at: datetime | None = moment(nullable=True)
    answered_at: datetime | None = moment(nullable=True)
    answered_by: str | None = Field(default=None, sa_type=Text)
    answer: str | None = Field(default=None, sa_type=Text)


class NoticeRow(Table, table=True):
    """What an agency was told about one of its entries, or of what it proposed."""

    __tablename__: ClassVar[Any] = "entry_notice"
    __table_args__: ClassVar[Any] = (
        Index("entry_notice_by_agency", "agency", "at", "notice_id"),
        Index("entry_notice_by_arrival", "at", postgresql_using="brin"),
    )

    notice_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    at: datetime = moment()
    entry_id: UUID
    type: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)


list_change = core(ListChangeRow)
entry_case = core(CaseRow)
entry_notice = core(NoticeRow)
list_version = core(ListVersion)
entry = core(EntryRow)
entry_version = core(EntryVersionRow)
