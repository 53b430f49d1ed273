"""The life of entries: states, dates, search; the list's changes by moment; imports, cases, notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "correlate"
_MOMENT = sa.DateTime(timezone=True)
_TEXTS = postgresql.ARRAY(sa.Text())
_IMPORTS = ("list_import_step", "list_import_fault", "list_import_draft", "list_import")


def upgrade() -> None:
    op.drop_index("entry_by_end_of_validity", table_name="entry", schema=SCHEMA)
    for column in (
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("requested_action", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Text(), nullable=True),
        sa.Column("review_at", _MOMENT, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("draft_digest", sa.LargeBinary(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
    ):
        op.add_column("entry", column, schema=SCHEMA)
    _fill_entries()
    for name in ("state", "requested_action", "search"):
        op.alter_column("entry", name, nullable=False, schema=SCHEMA)
    op.create_index("entry_by_due", "entry", ["due_at"], schema=SCHEMA, postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("entry_by_search", "entry", ["search"], schema=SCHEMA, postgresql_using="gin")
    op.create_index("entry_by_issuer", "entry", ["originator", "state", "list_version"], schema=SCHEMA)
    _create_changes()
    _create_imports()
    _create_cases()


def _fill_entries() -> None:
    """Those that had ended are taken for revoked: what else ended them was not kept. Nothing gets a review date that its issuer did not write."""
    ended = "regexp_replace(content, '^[{]', '{\"state\":\"revoked\",')"
    op.execute(f"UPDATE {SCHEMA}.entry_version SET content = {ended} WHERE content::json ->> 'ended_at' IS NOT NULL")  # noqa: S608 - our own words
    op.execute(f"UPDATE {SCHEMA}.entry SET content = {ended} WHERE ended_at IS NOT NULL")  # noqa: S608
    op.execute(f"""
        UPDATE {SCHEMA}.entry SET
            state = CASE WHEN ended_at IS NULL THEN 'active' ELSE 'revoked' END,
            category = content::json -> 'body' ->> 'category',
            requested_action = coalesce(content::json -> 'body' ->> 'requested_action', 'INFORM_ONLY'),
            review_at = (content::json -> 'body' ->> 'review_on')::date::timestamp AT TIME ZONE 'UTC',
            due_at = CASE WHEN ended_at IS NULL
                     THEN least(valid_to, (content::json -> 'body' ->> 'review_on')::date::timestamp AT TIME ZONE 'UTC') END,
            search = array_to_tsvector(array_remove(regexp_split_to_array(label, '\\s+'), ''))
    """)  # noqa: S608


def _create_changes() -> None:
    op.create_table(
        "list_change",
        sa.Column("to_version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("to_version"),
        schema=SCHEMA,
    )
    op.create_index("list_change_by_moment", "list_change", ["at", "to_version"], schema=SCHEMA)
    op.create_index(
        "list_change_by_import",
        "list_change",
        ["import_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.execute(f"""
        INSERT INTO {SCHEMA}.list_change (to_version, from_version, at, by, agency, change, why)
        SELECT list_version, list_version, max((content::json ->> 'changed_at')::timestamptz) OVER (ORDER BY list_version),
               content::json ->> 'changed_by', content::json ->> 'originator', 'edited', content::json ->> 'why'
        FROM {SCHEMA}.entry_version
    """)  # noqa: S608 - our own words


def _create_imports() -> None:
    op.create_table(
        "list_import",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("nation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("touched_at", _MOMENT, nullable=False),
        sa.Column("list_date", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seen_version", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("after_version", sa.BigInteger(), nullable=True),
        sa.Column("to_version", sa.BigInteger(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("import_id"),
        schema=SCHEMA,
    )
    op.create_index("list_import_by_opening", "list_import", ["agency", "opened_at"], schema=SCHEMA)
    op.create_index(
        "list_import_open",
        "list_import",
        ["agency", "source"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'open'"),
    )
    _create_drafts()


def _create_drafts() -> None:
    """Not logged: they are on their way only, and written once more when they are taken."""
    op.create_table(
        "list_import_draft",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("requested_action", sa.Text(), nullable=False),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("releasable_to", _TEXTS, nullable=False),
        sa.Column("valid_from", _MOMENT, nullable=True),
        sa.Column("valid_to", _MOMENT, nullable=True),
        sa.Column("review_at", _MOMENT, nullable=True),
        sa.Column("due_active", _MOMENT, nullable=True),
        sa.Column("due_submitted", _MOMENT, nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "number"),
        schema=SCHEMA,
        prefixes=["UNLOGGED"],
    )
    op.create_index("list_import_draft_by_id", "list_import_draft", ["import_id", "source_id", "number"], schema=SCHEMA)
    op.create_table(
        "list_import_fault",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "number"),
        schema=SCHEMA,
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "list_import_step",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "what", "place"),
        schema=SCHEMA,
        prefixes=["UNLOGGED"],
    )


def _create_cases() -> None:
    op.create_table(
        "entry_case",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("nation", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("warned_at", _MOMENT, nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
        schema=SCHEMA,
    )
    op.create_index("entry_case_by_entry", "entry_case", ["entry_id", "opened_at"], schema=SCHEMA)
    op.create_index(
        "entry_case_open", "entry_case", ["issuer", "due_at"], schema=SCHEMA, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("entry_case_by_opener", "entry_case", ["agency", "opened_at"], schema=SCHEMA)
    op.create_table(
        "entry_notice",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id"),
        schema=SCHEMA,
    )
    op.create_index("entry_notice_by_agency", "entry_notice", ["agency", "at", "notice_id"], schema=SCHEMA)
    op.create_index("entry_notice_by_arrival", "entry_notice", ["at"], schema=SCHEMA, postgresql_using="brin")


def downgrade() -> None:
    for table in ("entry_notice", "entry_case", *_IMPORTS, "list_change"):
        op.drop_table(table, schema=SCHEMA)
    for index in ("entry_by_due", "entry_by_search", "entry_by_issuer"):
        op.drop_index(index, table_name="entry", schema=SCHEMA)
    for name in ("state", "category", "requested_action", "written_by", "review_at", "due_at", "draft_digest", "search"):
        op.drop_column("entry", name, schema=SCHEMA)
    op.create_index(
        "entry_by_end_of_validity",
        "entry",
        ["valid_to"],
        schema=SCHEMA,
        postgresql_where=sa.text("ended_at IS NULL AND valid_to IS NOT NULL"),
    )
