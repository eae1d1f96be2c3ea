"""What its owner says of a run, and when it was last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; a run from before has no note, no mark, and was never opened."""
    op.add_column("runs", sa.Column("note", sa.Text, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("marked", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("opened", sa.String(32), nullable=True))
