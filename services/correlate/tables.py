"""The tables of correlate, in a schema and MetaData of their own.

`content` columns hold the published JSON as text: it is read whole or not at all, stays byte for byte what was
published, and takes an escaped U+0000, which jsonb refuses. What is filtered or sorted by stands beside it.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, SmallInteger, Text, Uuid, text
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared.platform.database.offsets import offset_table
from shared.platform.database.outbox import outbox_table

SCHEMA = "correlate"
METADATA = MetaData(schema=SCHEMA)


class Table(SQLModel):
    """Base of this service's tables."""

    metadata = METADATA


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


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
        Index("entry_by_end_of_validity", "valid_to", postgresql_where=text("ended_at IS NULL AND valid_to IS NOT NULL")),
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
    valid_from: datetime | None = _moment(nullable=True)
    valid_to: datetime | None = _moment(nullable=True)
    ended_at: datetime | None = _moment(nullable=True)
    content: str = Field(sa_type=Text)


class EntryVersionRow(Table, table=True):
    """Every version an entry ever had: who, when, why, and the whole of it."""

    __tablename__: ClassVar[Any] = "entry_version"
    __table_args__: ClassVar[Any] = (Index("entry_version_by_list_version", "list_version", unique=True),)

    entry_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    list_version: int = Field(sa_type=BigInteger)
    content: str = Field(sa_type=Text)


class EventRow(Table, table=True):
    """What content each event id stands for, so that a contradiction under the same id is told from a repeat."""

    __tablename__: ClassVar[Any] = "event"
    __table_args__: ClassVar[Any] = (Index("event_by_arrival", "received_at", postgresql_using="brin"),)

    event_id: UUID = Field(primary_key=True)
    content_digest: str = Field(sa_type=Text)
    received_at: datetime = _moment()


class LineageRow(Table, table=True):
    """The highest revision of an event that was revised or withdrawn; what was never revised has no row."""

    __tablename__: ClassVar[Any] = "lineage_revision"

    lineage_id: UUID = Field(primary_key=True)
    revision: int
    list_version: int = Field(sa_type=BigInteger)
    withdrawn: bool
    kept: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    noted_at: datetime = _moment()


class SightingRow(Table, table=True):
    """A sighting as it stands: of the highest revision of its event and, within that, the latest version of the list."""

    __tablename__: ClassVar[Any] = "sighting"
    __table_args__: ClassVar[Any] = (
        Index("sighting_by_subject", "partition_subject", "occurred_at"),
        Index("sighting_by_lineage", "lineage_id"),
        Index("sighting_by_arrival", "received_at", postgresql_using="brin"),
    )

    sighting_id: UUID = Field(primary_key=True)
    partition_subject: str = Field(sa_type=Text)
    own: bool
    """True where the subject is the moving thing itself, False for the copies under a listed actor or route."""
    occurred_at: datetime = _moment()
    received_at: datetime = _moment()
    event_id: UUID
    lineage_id: UUID
    revision: int
    withdrawn: bool
    retroactive: bool
    list_version: int = Field(sa_type=BigInteger)
    content: str = Field(sa_type=Text)


class AlertRow(Table, table=True):
    """An alert as its last revision has it."""

    __tablename__: ClassVar[Any] = "alert"
    __table_args__: ClassVar[Any] = (
        Index("alert_by_partition_subject", "partition_subject"),
        Index("alert_by_opening", "opened_at", "alert_id"),
        Index("alert_by_subject", "subject_key"),
        Index("alert_by_entry", "entry_ids", postgresql_using="gin"),
        Index("alert_by_expiry", "expires_at", postgresql_where=text("state IN ('open', 'acknowledged')")),
    )

    alert_id: UUID = Field(primary_key=True)
    partition_subject: str = Field(sa_type=Text)
    subject_key: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    severity: int = Field(sa_type=SmallInteger)
    revision: int
    digest: str = Field(sa_type=Text)
    releasable_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    next_nations: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    entry_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    opened_at: datetime = _moment()
    revised_at: datetime = _moment()
    expires_at: datetime = _moment()
    last_seen: datetime = _moment()
    """When the latest of its evidence occurred: an alert older than what tracking reads is left as it is."""
    content: str = Field(sa_type=Text)


class AlertRevisionRow(Table, table=True):
    """Every revision of an alert, whole, with what happened to it."""

    __tablename__: ClassVar[Any] = "alert_revision"

    alert_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    type: str = Field(sa_type=Text)
    at: datetime = _moment()
    content: str = Field(sa_type=Text)


class LookBackMarkerRow(Table, table=True):
    """Says that tracking has passed a version of the list on one way from an events to a sightings partition."""

    __tablename__: ClassVar[Any] = "lookback_marker"

    list_version: int = Field(primary_key=True, sa_type=BigInteger)
    events_partition: int = Field(primary_key=True)
    sightings_partition: int = Field(primary_key=True)


class LookBackRow(Table, table=True):
    """One look back over the stored past for the changes `after_version` < version ≤ `to_version`.

    `phase`, and in it `key`, `occurred_at` and `position`, are how far it came.
    """

    __tablename__: ClassVar[Any] = "lookback"
    __table_args__: ClassVar[Any] = (Index("lookback_in_hand", "to_version", postgresql_where=text("finished_at IS NULL")),)

    to_version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    after_version: int = Field(sa_type=BigInteger)
    started_at: datetime = _moment()
    finished_at: datetime | None = _moment(nullable=True)
    phase: str = Field(default="entries", sa_type=Text, sa_column_kwargs={"server_default": "entries"})
    key: str | None = Field(default=None, sa_type=Text)
    occurred_at: datetime | None = _moment(nullable=True)
    position: UUID | None = None
    judged: int = Field(default=0, sa_type=BigInteger)
    found: int = Field(default=0, sa_type=BigInteger)


consumer_offset = offset_table(METADATA)
outbox = outbox_table(METADATA)


def core(table: type[SQLModel]) -> CoreTable:
    """The same table for SQLAlchemy Core, which the bulk paths use."""
    found: CoreTable = table.__table__  # type: ignore[attr-defined]
    return found


list_version = core(ListVersion)
entry = core(EntryRow)
entry_version = core(EntryVersionRow)
event = core(EventRow)
lineage_revision = core(LineageRow)
sighting = core(SightingRow)
alert = core(AlertRow)
alert_revision = core(AlertRevisionRow)
lookback_marker = core(LookBackMarkerRow)
lookback = core(LookBackRow)
