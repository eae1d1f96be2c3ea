"""When and why a model was evicted, and which runs share a part of the queue (``cookieless``)."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; of a run from before nobody knows when its model was evicted."""
    op.add_column("runs", sa.Column("evicted", sa.String(32), nullable=True))
    op.add_column("runs", sa.Column("eviction", sa.Text, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("cookieless", sa.Boolean, nullable=False, server_default=sa.false()))
