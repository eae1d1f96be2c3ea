"""Drawings that their owner saves, and what came of fine-tuning on them (``teaching``)."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table and the column; a run from before was not fine-tuned."""
    op.add_column("runs", sa.Column("teaching", sa.Text, nullable=True))
    op.create_table(
        "drawings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("label", sa.Integer, nullable=False),
        sa.Column("answer", sa.Integer, nullable=True),
        sa.Column("run_id", sa.String(32), nullable=True),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("strokes", sa.Text, nullable=False),
        sa.Column("image", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
