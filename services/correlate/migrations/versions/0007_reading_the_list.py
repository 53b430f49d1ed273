"""What the list is read by: each filter has an index in the order of the list, so that a page costs what it shows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "correlate"
_IN_ORDER = {
    "entry_by_order_of_source": ("source", None),
    "entry_by_state": ("state", None),
    "entry_by_kind": ("kind", "kind IS NOT NULL"),
    "entry_by_category": ("category", "category IS NOT NULL"),
    "entry_by_action": ("requested_action", None),
    "entry_by_severity": ("severity", None),
    "entry_by_nation": ("nation", None),
    "entry_by_writer": ("written_by", None),
    "entry_by_review": ("review_at", "review_at IS NOT NULL"),
    "entry_unconfirmed": ("originator", "confirm_by IS NOT NULL"),
}
_OF_MANY = {"entry_by_release": ("releasable_to", None), "entry_by_flag": ("flagged_by", "flagged_by IS NOT NULL")}


def upgrade() -> None:
    op.add_column("entry", sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True), schema=SCHEMA)
    op.add_column("entry", sa.Column("flagged_by", postgresql.ARRAY(sa.Text()), nullable=True), schema=SCHEMA)
    op.execute(f"""
        UPDATE {SCHEMA}.entry SET
            confirm_by = (content::json ->> 'confirm_by')::timestamptz,
            flagged_by = (SELECT array_agg(one ->> 'nation') FROM json_array_elements(content::json -> 'flags') AS flags (one))
        WHERE content LIKE '%"confirm_by":"%' OR content LIKE '%"flags":[{{%'
    """)  # noqa: S608 - our own words
    for name, (column, where) in _IN_ORDER.items():
        only = sa.text(where) if where else None
        op.create_index(name, "entry", [column, "list_version"], schema=SCHEMA, postgresql_where=only)
    for name, (column, where) in _OF_MANY.items():
        only = sa.text(where) if where else None
        op.create_index(name, "entry", [column], schema=SCHEMA, postgresql_using="gin", postgresql_where=only)
    op.create_index("list_change_by_agency", "list_change", ["agency", "to_version"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_index("list_change_by_agency", table_name="list_change", schema=SCHEMA)
    for name in (*_IN_ORDER, *_OF_MANY):
        op.drop_index(name, table_name="entry", schema=SCHEMA)
    for name in ("confirm_by", "flagged_by"):
        op.drop_column("entry", name, schema=SCHEMA)
