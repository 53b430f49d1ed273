"""Which topic a stored offset belongs to; unknown of those that stand, and noted when their partition is placed next."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consumer_offset", sa.Column("topic_id", sa.Uuid(), nullable=True), schema="correlate")


def downgrade() -> None:
    op.drop_column("consumer_offset", "topic_id", schema="correlate")
