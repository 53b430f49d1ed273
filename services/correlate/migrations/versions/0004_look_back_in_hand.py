"""The look back in hand, found without reading all that were ever finished."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "lookback_in_hand", "lookback", ["to_version"], schema="correlate", postgresql_where=sa.text("finished_at IS NULL")
    )


def downgrade() -> None:
    op.drop_index("lookback_in_hand", table_name="lookback", schema="correlate")
