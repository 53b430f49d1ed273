"""What goes first, and until when it is worth sending: nothing of what waits is urgent, and no deadline of it is known."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("queue", sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False), schema="notify")
    op.add_column("queue", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True), schema="notify")
    op.create_index("ix_queue_lane", "queue", ["subscription_id", "urgent", "due_at"], unique=False, schema="notify")
    op.drop_index("ix_queue_due", table_name="queue", schema="notify")


def downgrade() -> None:
    op.create_index("ix_queue_due", "queue", ["subscription_id", "due_at"], unique=False, schema="notify")
    op.drop_index("ix_queue_lane", table_name="queue", schema="notify")
    op.drop_column("queue", "expires_at", schema="notify")
    op.drop_column("queue", "urgent", schema="notify")
