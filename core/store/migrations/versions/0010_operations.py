"""What was done to the network of a run's parent, see `core.inspection.operation`."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; nothing was done to the networks from before."""
    op.add_column("runs", sa.Column("operation", sa.Text, nullable=True))
