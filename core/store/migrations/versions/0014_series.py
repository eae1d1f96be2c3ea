"""Sweeps and experiments (`core.store.series`), and what they measure of a run (`core.confusion`)."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0010"


def upgrade() -> None:
    """Add the table and the column; runs from before have no counts."""
    op.create_table(
        "series",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
    )
    op.add_column("runs", sa.Column("test_confusion", sa.Text, nullable=True))
