"""The alerts that wait in the outbox, found at once behind whatever else waits there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_outbox_urgent", "outbox", ["id"], schema="correlate", postgresql_where=sa.text("topic = 'atalaya.alerts'")
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_urgent", table_name="outbox", schema="correlate")
