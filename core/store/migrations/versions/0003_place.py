"""The order of the queue (``place``), which may change, beside a run's number, which may not."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let every run keep the order that its number gave it."""
    op.add_column("runs", sa.Column("place", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE runs SET place = number")
