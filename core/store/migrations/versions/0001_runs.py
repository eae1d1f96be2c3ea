"""Runs, their epochs and their files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("named", sa.Boolean, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("nickname", sa.String(64), nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("stopping", sa.Boolean, nullable=False),
        sa.Column("parent", sa.String(32), nullable=True),
        sa.Column("parent_epochs", sa.Integer, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("ended", sa.String(32), nullable=True),
        sa.Column("worker", sa.String(64), nullable=True),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("epochs_done", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("train_accuracy", sa.Float, nullable=True),
        sa.Column("test_accuracy", sa.Float, nullable=True),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("has_model", sa.Boolean, nullable=False),
    )
    op.create_table(
        "epochs",
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("loss", sa.Float, nullable=False),
        sa.Column("accuracy", sa.Float, nullable=False),
        sa.Column("val_loss", sa.Float, nullable=True),
        sa.Column("val_accuracy", sa.Float, nullable=True),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(2**32 - 1), nullable=False),
    )
    counter = op.create_table("counter", sa.Column("number", sa.Integer, nullable=False))
    op.bulk_insert(counter, [{"number": 0}])
