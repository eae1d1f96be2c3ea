"""Classrooms: members, pooled drawings, and second readings; see `core.classroom`."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "classrooms",
        sa.Column("code", sa.String(8), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("ends_at", sa.String(32), nullable=False, index=True),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("uploads_paused", sa.Boolean, nullable=False),
        sa.Column("trainings_paused", sa.Boolean, nullable=False),
        sa.Column("board", sa.Text, nullable=False),
    )
    op.create_table(
        "classroom_teachers",
        _code(primary_key=True),
        sa.Column("owner", sa.String(64), primary_key=True, index=True),
        sa.Column("first", sa.Boolean, nullable=False),
    )
    op.create_table(
        "classroom_members",
        sa.Column("id", sa.Integer, primary_key=True),
        _code(nullable=False, index=True),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_hidden", sa.Boolean, nullable=False),
        sa.Column("joined_at", sa.String(32), nullable=False),
        sa.Column("last_seen", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "classroom_drawings",
        sa.Column("id", sa.Integer, primary_key=True),
        _code(nullable=False, index=True),
        _reference("member", "classroom_members.id", nullable=False, index=True),
        sa.Column("label", sa.Integer, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("strokes", sa.Text, nullable=False),
        sa.Column("image", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "classroom_readings",
        _reference("drawing", "classroom_drawings.id", primary_key=True),
        _reference("member", "classroom_members.id", primary_key=True, index=True),
        sa.Column("digit", sa.Integer, nullable=True),
    )


def _code(**options: Any) -> sa.Column[str]:
    return sa.Column("code", sa.String(8), sa.ForeignKey("classrooms.code", ondelete="CASCADE"), **options)


def _reference(name: str, key: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(key, ondelete="CASCADE"), **options)
