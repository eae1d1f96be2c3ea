"""The worker processes (`core.jobs.registry`): a server that trains nothing itself must know of them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "workers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
    )
