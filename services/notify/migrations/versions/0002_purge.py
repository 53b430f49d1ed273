"""Find old revisions of alerts without reading all of them."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_alert_revision_received", "alert_revision", ["received_at"], unique=False, schema="notify")


def downgrade() -> None:
    op.drop_index("ix_alert_revision_received", table_name="alert_revision", schema="notify")
