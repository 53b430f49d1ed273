"""What is asked of a subscription's deliveries when it has missed alerts: few rows, each found by an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, columns, only in (
        ("ix_delivery_expired", ["subscription_id", "settled_at"], "state = 'expired'"),
        ("ix_delivery_missed", ["subscription_id"], "form = 'missed'"),
    ):
        op.create_index(name, "delivery", columns, unique=False, schema="notify", postgresql_where=sa.text(only))


def downgrade() -> None:
    for name in ("ix_delivery_missed", "ix_delivery_expired"):
        op.drop_index(name, table_name="delivery", schema="notify")
