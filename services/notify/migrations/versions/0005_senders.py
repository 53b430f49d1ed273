"""The processes that send: whose work is taken over as soon as it ends without a word."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender",
        sa.Column("holder", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("holder"),
        schema="notify",
    )


def downgrade() -> None:
    op.drop_table("sender", schema="notify")
