"""How far a look back came, in each of its phases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lookback", sa.Column("phase", sa.Text(), nullable=False, server_default="entries"), schema="correlate")
    op.add_column("lookback", sa.Column("key", sa.Text(), nullable=True), schema="correlate")
    op.add_column("lookback", sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True), schema="correlate")
    # One under way begins anew: judging again changes nothing, and its position belonged to a phase that is the third by now.
    op.execute("UPDATE correlate.lookback SET position = NULL WHERE finished_at IS NULL")


def downgrade() -> None:
    op.drop_column("lookback", "occurred_at", schema="correlate")
    op.drop_column("lookback", "key", schema="correlate")
    op.drop_column("lookback", "phase", schema="correlate")
    op.execute("UPDATE correlate.lookback SET position = NULL WHERE finished_at IS NULL")
