"""Which summary tells of an alert that was missed; and what is asked of a subscription's deliveries then: few rows, each by an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("summary_id", sa.Uuid(), nullable=True), schema="notify")
    for name, column, only in (
        ("ix_delivery_untold", "subscription_id", "state = 'expired' AND summary_id IS NULL"),
        ("ix_delivery_told", "summary_id", "summary_id IS NOT NULL"),
        ("ix_delivery_missed", "subscription_id", "form = 'missed'"),
    ):
        op.create_index(name, "delivery", [column], unique=False, schema="notify", postgresql_where=sa.text(only))


def downgrade() -> None:
    for name in ("ix_delivery_missed", "ix_delivery_told", "ix_delivery_untold"):
        op.drop_index(name, table_name="delivery", schema="notify")
    op.drop_column("delivery", "summary_id", schema="notify")
