"""Lessons: answers, the steps that somebody has reached, and lessons of a class; see `core.lessons`."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the tables, and what a class works on."""
    for name, length in (("lesson", 80), ("question", 16)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("classrooms", column)
    op.create_table(
        "classroom_lessons",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "code",
            sa.String(8),
            sa.ForeignKey("classrooms.code", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "lesson_answers",
        *_of_someone(),
        sa.Column("question", sa.String(16), primary_key=True),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("changed", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "lesson_steps",
        *_of_someone(),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("changed", sa.String(32), nullable=False, index=True),
    )


def _of_someone() -> tuple[sa.Column[str], sa.Column[int], sa.Column[str]]:
    return (
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("member", sa.Integer, primary_key=True, autoincrement=False, index=True),
        sa.Column("lesson", sa.String(80), primary_key=True),
    )
