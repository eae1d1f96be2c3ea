"""What the owner of a run wants of its training, and its learning rates (`core.steering.control`)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; no run from before was steered."""
    op.add_column("runs", sa.Column("control", sa.Text, nullable=True))
    op.add_column("runs", sa.Column("rate_changes", sa.Text, nullable=True))
