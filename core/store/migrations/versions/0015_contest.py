"""Contests of classes: answers to the test images, the sealed half, and the network to fool."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("runs", sa.Column("open_accuracy", sa.Float, nullable=True))
    op.create_table(
        "test_answers",
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    for name in ("sealed_at", "unsealed_at"):
        op.add_column("classrooms", sa.Column(name, sa.String(32), nullable=True))
    op.add_column("classrooms", sa.Column("target", sa.String(32), nullable=False, server_default="article"))
