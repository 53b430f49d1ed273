"""What was seen and what stands: events, sightings, alerts, look backs."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.correlate.tables.base import Table, core, moment


class EventRow(Table, table=True):
    """What content each event id stands for, so that a contradiction under the same id is told from a repeat."""

    __tablename__: ClassVar[Any] = "event"
    __table_args__: ClassVar[Any] = (Index("event_by_arrival", "received_at", postgresql_using="brin"),)

    event_id: UUID = Field(primary_key=True)
    content_digest: str = Field(sa_type=Text)
    received_at: datetime = moment()


class LineageRow(Table, table=True):
    """The highest revision of an event that was revised or withdrawn; what was never revised has no row."""

    __tablename__: ClassVar[Any] = "lineage_revision"

    lineage_id: UUID = Field(primary_key=True)
    revision: int
    list_version: int = Field(sa_type=BigInteger)
    withdrawn: bool
    kept: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    noted_at: datetime = moment()


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
    occurred_at: datetime = moment()
    received_at: datetime = moment()
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
    opened_at: datetime = moment()
    revised_at: datetime = moment()
    expires_at: datetime = moment()
    last_seen: datetime = moment()
    """When the latest of its evidence occurred: an alert older than what tracking reads is left as it is."""
    content: str = Field(sa_type=Text)


class AlertRevisionRow(Table, table=True):
    """Every revision of an alert, whole, with what happened to it."""

    __tablename__: ClassVar[Any] = "alert_revision"

    alert_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    type: str = Field(sa_type=Text)
    at: datetime = moment()
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
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    phase: str = Field(default="entries", sa_type=Text, sa_column_kwargs={"server_default": "entries"})
    key: str | None = Field(default=None, sa_type=Text)
    occurred_at: datetime | None = moment(nullable=True)
    position: UUID | None = None
    judged: int = Field(default=0, sa_type=BigInteger)
    found: int = Field(default=0, sa_type=BigInteger)


event = core(EventRow)
lineage_revision = core(LineageRow)
sighting = core(SightingRow)
alert = core(AlertRow)
alert_revision = core(AlertRevisionRow)
lookback_marker = core(LookBackMarkerRow)
lookback = core(LookBackRow)
