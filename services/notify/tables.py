"""The schema `notify`.

The tables that grow with every delivery have no foreign keys: subscriptions are ended, never deleted, and a key's check would
lock one subscription's row in every transaction.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.platform.database.offsets import offset_table

SCHEMA = "notify"
metadata = MetaData(schema=SCHEMA)


class Base(SQLModel):
    """Tables of this service and no other's."""

    metadata = metadata


def _moment(*, nullable: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable)


class Partner(Base, table=True):
    """A nation's agency that receives alerts; its id is the nation's code."""

    __tablename__ = "partner"

    id: str = Field(primary_key=True, sa_type=Text)
    name: str | None = Field(default=None, sa_type=Text)
    contact: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_column=_moment())
    updated_at: datetime = Field(sa_column=_moment())


class SubscriptionRow(Base, table=True):
    """A partner's endpoint. `secrets` holds the sealed signing secrets, the newest first; the others until `old_secrets_until`.

    `agency` is the one whose notices it gets; null where it asks for none.
    """

    __tablename__ = "subscription"

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    partner: str = Field(sa_column=Column(Text, ForeignKey(f"{SCHEMA}.partner.id"), nullable=False, index=True))
    url: str = Field(sa_type=Text)
    format: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    filter: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(sa_type=Text)
    state_reason: str | None = Field(default=None, sa_type=Text)
    secrets: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    old_secrets_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    created_at: datetime = Field(sa_column=_moment())
    updated_at: datetime = Field(sa_column=_moment())
    agency: str | None = Field(default=None, sa_type=Text)


class AlertRevision(Base, table=True):
    """A revision of an alert as it came from the topic; `body` is what those get who may see it.

    A notice stands here as the first and only revision of what has its id.
    """

    __tablename__ = "alert_revision"
    __table_args__ = (PrimaryKeyConstraint("alert_id", "revision"), Index("ix_alert_revision_received", "received_at"))

    alert_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    type: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_moment())
    body: bytes = Field(sa_type=LargeBinary)
    traceparent: str | None = Field(default=None, sa_type=Text)
    received_at: datetime = Field(sa_column=_moment())


class Delivery(Base, table=True):
    """One alert revision, or notice, on its way to one subscription; its id is the `webhook-id`. Written at fan-out and when it is settled.

    `agency` is the one that a notice is for, whose keys alone see it; null for an alert. `summary_id` is the summary that tells of an
    expired one.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("alert_id", "subscription_id", "revision"),
        Index("ix_delivery_newest", "created_at", "id"),
        Index("ix_delivery_newest_of_partner", "partner", "created_at", "id"),
        Index("ix_delivery_untold", "subscription_id", postgresql_where=text("state = 'expired' AND summary_id IS NULL")),
        Index("ix_delivery_told", "summary_id", postgresql_where=text("summary_id IS NOT NULL")),
        Index("ix_delivery_missed", "subscription_id", postgresql_where=text("form = 'missed'")),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    subscription_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    partner: str = Field(sa_column=Column(Text, nullable=False))
    alert_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    form: str = Field(sa_type=Text)
    reasons: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str = Field(sa_type=Text)
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    created_at: datetime = Field(sa_column=_moment())
    settled_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    agency: str | None = Field(default=None, sa_type=Text)
    summary_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))


class QueueRow(Base, table=True):
    """A delivery that is not settled: the hot table, as small as what is under way.

    `due_at` is when anyone may take it: the next attempt's time, or the end of the lease of who took it last. `token` is that
    lease's; a result counts only under it. No row ever leaves but by being settled. `urgent` goes before what is not; after
    `expires_at` it is not sent any more.
    """

    __tablename__ = "queue"
    __table_args__ = (
        UniqueConstraint("subscription_id", "alert_id", "revision"),
        Index("ix_queue_lane", "subscription_id", "urgent", "due_at"),
        {
            "postgresql_with": {
                "fillfactor": 70,
                "autovacuum_vacuum_scale_factor": 0,
                "autovacuum_vacuum_threshold": 1000,
                "autovacuum_vacuum_cost_delay": 0,
            }
        },
    )

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    subscription_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    alert_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    due_at: datetime = Field(sa_column=_moment())
    token: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    withheld: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    urgent: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    expires_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class SenderRow(Base, table=True):
    """A process that sends, by the number that its tokens begin with. `gone_at` is when somebody saw that its session had ended."""

    __tablename__ = "sender"

    holder: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    gone_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class Attempt(Base, table=True):
    """One HTTP request of a delivery. `excerpt` is the escaped beginning of the answer."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_delivery", "delivery_id", "at"),)

    id: UUID = Field(primary_key=True, sa_type=Uuid)
    delivery_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    at: datetime = Field(sa_column=_moment())
    status: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    reason: str = Field(sa_type=Text)
    duration_ms: int = Field(sa_column=Column(Integer, nullable=False))
    excerpt: str = Field(default="", sa_type=Text)


consumer_offset = offset_table(metadata)

PARTNER = metadata.tables[f"{SCHEMA}.partner"]
SUBSCRIPTION = metadata.tables[f"{SCHEMA}.subscription"]
ALERT_REVISION = metadata.tables[f"{SCHEMA}.alert_revision"]
DELIVERY = metadata.tables[f"{SCHEMA}.delivery"]
QUEUE = metadata.tables[f"{SCHEMA}.queue"]
ATTEMPT = metadata.tables[f"{SCHEMA}.attempt"]
