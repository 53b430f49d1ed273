"""Labels as they are compared by now: routes are known by them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE correlate.entry SET label = btrim(regexp_replace(lower(normalize(label, NFKC)), '[[:space:]]+', ' ', 'g')) "
        "WHERE type = 'route'"
    )


def downgrade() -> None:
    """Nothing to undo: a release before searches these labels as well."""
