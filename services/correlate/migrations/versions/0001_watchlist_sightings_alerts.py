"""Watchlist, sightings, alerts, look backs, offsets and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("partition_subject", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("releasable_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("next_nations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("entry_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
        schema="correlate",
    )
    op.create_index("alert_by_entry", "alert", ["entry_ids"], unique=False, schema="correlate", postgresql_using="gin")
    op.create_index(
        "alert_by_expiry",
        "alert",
        ["expires_at"],
        unique=False,
        schema="correlate",
        postgresql_where=sa.text("state IN ('open', 'acknowledged')"),
    )
    op.create_index("alert_by_opening", "alert", ["opened_at", "alert_id"], unique=False, schema="correlate")
    op.create_index("alert_by_partition_subject", "alert", ["partition_subject"], unique=False, schema="correlate")
    op.create_index("alert_by_subject", "alert", ["subject_key"], unique=False, schema="correlate")
    op.create_table(
        "alert_revision",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "revision"),
        schema="correlate",
    )
    op.create_table(
        "consumer_offset",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("advanced_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition"),
        schema="correlate",
        postgresql_with={"fillfactor": 50, "autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
    )
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("originator", sa.Text(), nullable=False),
        sa.Column("nation", sa.Text(), nullable=False),
        sa.Column("releasable_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
        schema="correlate",
    )
    op.create_index(
        "entry_by_end_of_validity",
        "entry",
        ["valid_to"],
        unique=False,
        schema="correlate",
        postgresql_where=sa.text("ended_at IS NULL AND valid_to IS NOT NULL"),
    )
    op.create_index("entry_by_list_version", "entry", ["list_version"], unique=True, schema="correlate")
    op.create_index("entry_by_source", "entry", ["source", "source_id"], unique=False, schema="correlate")
    op.create_index("entry_by_type", "entry", ["type", "list_version"], unique=False, schema="correlate")
    op.create_table(
        "entry_version",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version"),
        schema="correlate",
    )
    op.create_index("entry_version_by_list_version", "entry_version", ["list_version"], unique=True, schema="correlate")
    op.create_table(
        "event",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
        schema="correlate",
    )
    op.create_index("event_by_arrival", "event", ["received_at"], unique=False, schema="correlate", postgresql_using="brin")
    op.create_table(
        "lineage_revision",
        sa.Column("lineage_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("kept", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lineage_id"),
        schema="correlate",
    )
    op.create_table(
        "list_version",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
        schema="correlate",
    )
    op.create_table(
        "lookback",
        sa.Column("to_version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("after_version", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Uuid(), nullable=True),
        sa.Column("judged", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("to_version"),
        schema="correlate",
    )
    op.create_table(
        "lookback_marker",
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("events_partition", sa.Integer(), nullable=False),
        sa.Column("sightings_partition", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("list_version", "events_partition", "sightings_partition"),
        schema="correlate",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("header_names", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("header_values", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "refused",
            sa.Text(),
            nullable=True,
            comment="Why the broker will never take it; such a row stays for a person to look at.",
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="correlate",
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
    )
    op.create_index(
        "ix_outbox_refused", "outbox", ["id"], unique=False, schema="correlate", postgresql_where=sa.text("refused IS NOT NULL")
    )
    op.create_table(
        "sighting",
        sa.Column("sighting_id", sa.Uuid(), nullable=False),
        sa.Column("partition_subject", sa.Text(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("lineage_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("retroactive", sa.Boolean(), nullable=False),
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sighting_id"),
        schema="correlate",
    )
    op.create_index("sighting_by_arrival", "sighting", ["received_at"], unique=False, schema="correlate", postgresql_using="brin")
    op.create_index("sighting_by_lineage", "sighting", ["lineage_id"], unique=False, schema="correlate")
    op.create_index("sighting_by_subject", "sighting", ["partition_subject", "occurred_at"], unique=False, schema="correlate")
    op.execute("INSERT INTO correlate.list_version (one, version) VALUES (true, 0)")


def downgrade() -> None:
    op.drop_index("sighting_by_subject", table_name="sighting", schema="correlate")
    op.drop_index("sighting_by_lineage", table_name="sighting", schema="correlate")
    op.drop_index("sighting_by_arrival", table_name="sighting", schema="correlate", postgresql_using="brin")
    op.drop_table("sighting", schema="correlate")
    op.drop_index("ix_outbox_refused", table_name="outbox", schema="correlate", postgresql_where=sa.text("refused IS NOT NULL"))
    op.drop_table("outbox", schema="correlate")
    op.drop_table("lookback_marker", schema="correlate")
    op.drop_table("lookback", schema="correlate")
    op.drop_table("list_version", schema="correlate")
    op.drop_table("lineage_revision", schema="correlate")
    op.drop_index("event_by_arrival", table_name="event", schema="correlate", postgresql_using="brin")
    op.drop_table("event", schema="correlate")
    op.drop_index("entry_version_by_list_version", table_name="entry_version", schema="correlate")
    op.drop_table("entry_version", schema="correlate")
    op.drop_index("entry_by_type", table_name="entry", schema="correlate")
    op.drop_index("entry_by_source", table_name="entry", schema="correlate")
    op.drop_index("entry_by_list_version", table_name="entry", schema="correlate")
    op.drop_index(
        "entry_by_end_of_validity",
        table_name="entry",
        schema="correlate",
        postgresql_where=sa.text("ended_at IS NULL AND valid_to IS NOT NULL"),
    )
    op.drop_table("entry", schema="correlate")
    op.drop_table("consumer_offset", schema="correlate")
    op.drop_table("alert_revision", schema="correlate")
    op.drop_index("alert_by_subject", table_name="alert", schema="correlate")
    op.drop_index("alert_by_partition_subject", table_name="alert", schema="correlate")
    op.drop_index("alert_by_opening", table_name="alert", schema="correlate")
    op.drop_index(
        "alert_by_expiry", table_name="alert", schema="correlate", postgresql_where=sa.text("state IN ('open', 'acknowledged')")
    )
    op.drop_index("alert_by_entry", table_name="alert", schema="correlate", postgresql_using="gin")
    op.drop_table("alert", schema="correlate")
