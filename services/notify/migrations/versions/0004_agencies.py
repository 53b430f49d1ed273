"""Which agency's notices a subscription gets, and whose a delivery was: nobody's for all that is there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("agency", sa.Text(), nullable=True), schema="notify")
    op.add_column("delivery", sa.Column("agency", sa.Text(), nullable=True), schema="notify")


def downgrade() -> None:
    op.drop_column("delivery", "agency", schema="notify")
    op.drop_column("subscription", "agency", schema="notify")
