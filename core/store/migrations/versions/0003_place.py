"""The place of a run in the line, which may change, beside its number, which may not."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let every run keep the place that its number gave it."""
    op.add_column("runs", sa.Column("place", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE runs SET place = number")
