"""The note of a run's owner, whether it is pinned (``marked``), and its last access (``opened``)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; a run from before has no note, is not pinned, and was never looked at."""
    op.add_column("runs", sa.Column("note", sa.Text, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("marked", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("opened", sa.String(32), nullable=True))
