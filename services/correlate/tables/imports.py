"""Imports on their way in: what was opened, the drafts that came, and what they would change.

Drafts and steps are not logged: a crash of the server empties them, and the client sends its files again. `rows` in the logged row says
how many there have to be.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from services.correlate.tables.base import Table, core, moment


class ImportRow(Table, table=True):
    """A list on its way in, or an undoing: opened, filled with drafts, compared, and done in one transaction."""

    __tablename__: ClassVar[Any] = "list_import"
    __table_args__: ClassVar[Any] = (
        Index("list_import_by_opening", "agency", "opened_at"),
        Index("list_import_open", "agency", "source", unique=True, postgresql_where=text("state = 'open'")),
    )

    import_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    nation: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    """open, done, or dropped."""
    digest: str | None = Field(default=None, sa_type=Text)
    """The client's, of its files and options: by it a client finds its own import again."""
    opened_at: datetime = moment()
    opened_by: str = Field(sa_type=Text)
    touched_at: datetime = moment()
    list_date: date | None = Field(default=None, sa_type=Date)
    why: str | None = Field(default=None, sa_type=Text)
    rows: int = Field(default=0)
    """How many rows came, faulty ones too; the next one has this number."""
    seen_version: int | None = Field(default=None, sa_type=BigInteger)
    """The list's version that the steps were made against; none once more rows came."""
    steps: int = Field(default=0)
    counts: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str | None = Field(default=None, sa_type=Text)
    after_version: int | None = Field(default=None, sa_type=BigInteger)
    to_version: int | None = Field(default=None, sa_type=BigInteger)
    undoes: UUID | None = None
    cleared: bool = False
    """Whether its drafts and steps are gone, once it has ended."""


class ImportDraftRow(Table, table=True):
    """A draft of an import, ready to become an entry: everything that can be said of it without the list."""

    __tablename__: ClassVar[Any] = "list_import_draft"
    __table_args__: ClassVar[Any] = (
        Index("list_import_draft_by_id", "import_id", "source_id", "number"),
        {"prefixes": ["UNLOGGED"]},
    )

    import_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    source_id: str = Field(sa_type=Text)
    entry_id: UUID
    """The id it gets when it was never listed."""
    digest: bytes = Field(sa_type=LargeBinary)
    kind: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    requested_action: str = Field(sa_type=Text)
    weak: bool
    """Whether it takes a second person."""
    label: str = Field(sa_type=Text)
    search: Any = Field(sa_column=Column(TSVECTOR, nullable=False))
    releasable_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    valid_from: datetime | None = moment(nullable=True)
    valid_to: datetime | None = moment(nullable=True)
    review_at: datetime | None = moment(nullable=True)
    due_active: datetime | None = moment(nullable=True)
    due_submitted: datetime | None = moment(nullable=True)
    said: str = Field(sa_type=Text)
    """The names of the fields that the draft says, comma between: the others stay as they are."""
    body: str = Field(sa_type=Text)


class ImportFaultRow(Table, table=True):
    """A row of an import that is no entry, and why."""

    __tablename__: ClassVar[Any] = "list_import_fault"
    __table_args__: ClassVar[Any] = ({"prefixes": ["UNLOGGED"]},)

    import_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    errors: str = Field(sa_type=Text)


class ImportStepRow(Table, table=True):
    """One thing that an import would do to one entry, numbered within its kind; what stays as it is has none."""

    __tablename__: ClassVar[Any] = "list_import_step"
    __table_args__: ClassVar[Any] = ({"prefixes": ["UNLOGGED"]},)

    import_id: UUID = Field(primary_key=True)
    what: str = Field(primary_key=True, sa_type=Text)
    place: int = Field(primary_key=True)
    number: int | None = None
    entry_id: UUID | None = None
    source_id: str = Field(sa_type=Text)


list_import = core(ImportRow)
list_import_draft = core(ImportDraftRow)
list_import_fault = core(ImportFaultRow)
list_import_step = core(ImportStepRow)
