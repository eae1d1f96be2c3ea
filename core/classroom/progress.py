"""How far a class is: who has joined, and how many have reached each step."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from core.classroom.classroom import (
    DRAWINGS_PER_DIGIT,
    POOL_COLUMNS,
    Classroom,
    Member,
    PooledDrawing,
    drawing_from_row,
    find_classroom,
)
from core.classroom.owners import read_recognized
from core.data import CLASSES
from core.store.database import Database
from core.store.queries import as_text
from core.store.run import RunState
from core.store.tables import CLASSROOM_DRAWINGS, CLASSROOM_MEMBERS, CLASSROOM_READINGS, RUNS

# Who was seen within this time is here. A tab says so once a minute at most, when it is used.
HERE_TIME = timedelta(minutes=5)
# Other people's drawings that a member is asked to read.
READINGS_ASKED = 10


@dataclass(frozen=True)
class MemberProgress:
    """How far a member is.

    Attributes
    ----------
    member : Member
    here : bool
        Whether they were seen within `HERE_TIME`.
    drawings : int
        Their drawings, hidden ones included.
    drawn_all : bool
        Whether they have `DRAWINGS_PER_DIGIT` of each digit.
    readings : int
        Drawings of others that they have read.
    trained : bool
        Whether a training of theirs has ended since the class was opened.
    """

    member: Member
    here: bool
    drawings: int
    drawn_all: bool
    readings: int
    trained: bool


@dataclass(frozen=True)
class ClassProgress:
    """How far a class is.

    Attributes
    ----------
    classroom : Classroom
    members : tuple of MemberProgress
        In the order of their seats.
    """

    classroom: Classroom
    members: tuple[MemberProgress, ...]

    @property
    def here(self) -> int:
        """How many are here."""
        return sum(one.here for one in self.members)

    @property
    def steps(self) -> dict[str, int]:
        """How many members have reached each step, in the order of a lesson."""
        return {
            "Joined": len(self.members),
            "Saved a drawing": sum(one.drawings > 0 for one in self.members),
            f"Drew {DRAWINGS_PER_DIGIT} of each digit": sum(one.drawn_all for one in self.members),
            f"Labeled {READINGS_ASKED} of others": sum(
                one.readings >= READINGS_ASKED for one in self.members
            ),
            "Trained a network": sum(one.trained for one in self.members),
        }


def read_progress(database: Database, code: str) -> ClassProgress:
    """Return how far a class is.

    Raises
    ------
    ClassroomError
        If there is no such class.
    """
    since = as_text(datetime.now(UTC) - HERE_TIME)
    with database.reading() as connection:
        classroom = find_classroom(connection, code)
        members = read_recognized(connection, code)
        drawn, readings = _drawn(connection, code), _readings(connection, code)
        trained = _trained(connection, classroom, members)
    return ClassProgress(
        classroom,
        tuple(
            MemberProgress(
                member=member,
                here=member.last_seen >= since,
                drawings=sum(counts := drawn.get(member.id, [0] * CLASSES)),
                drawn_all=min(counts) >= DRAWINGS_PER_DIGIT,
                readings=readings.get(member.id, 0),
                trained=member.owner in trained,
            )
            for member in members
        ),
    )


def read_pool(database: Database, code: str, hidden: bool = False) -> tuple[PooledDrawing, ...]:
    """Return the drawings of a class, oldest first; with ``hidden``, also those taken out of the pool."""
    query: Select[Any] = (
        select(*POOL_COLUMNS)
        .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_DRAWINGS.c.member)
        .where(CLASSROOM_DRAWINGS.c.code == code)
        .order_by(CLASSROOM_DRAWINGS.c.id)
    )
    with database.reading() as connection:
        rows = connection.execute(query if hidden else query.where(CLASSROOM_DRAWINGS.c.hidden.is_(False)))
        return tuple(map(drawing_from_row, rows))


def _drawn(connection: Connection, code: str) -> dict[int, list[int]]:
    """Return how many drawings of each digit each member has."""
    columns = (CLASSROOM_DRAWINGS.c.member, CLASSROOM_DRAWINGS.c.label)
    query = select(*columns, func.count()).where(CLASSROOM_DRAWINGS.c.code == code).group_by(*columns)
    drawn: dict[int, list[int]] = {}
    for member, label, count in connection.execute(query):
        drawn.setdefault(member, [0] * CLASSES)[label] = count
    return drawn


def _readings(connection: Connection, code: str) -> dict[int, int]:
    query = (
        select(CLASSROOM_READINGS.c.member, func.count())
        .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_READINGS.c.member)
        .where(CLASSROOM_MEMBERS.c.code == code)
        .group_by(CLASSROOM_READINGS.c.member)
    )
    return dict(connection.execute(query).all())


def _trained(connection: Connection, classroom: Classroom, members: tuple[Member, ...]) -> set[str]:
    ended = (RUNS.c.state.in_((RunState.FINISHED, RunState.STOPPED)), RUNS.c.created >= classroom.opened_at)
    owners = [member.owner for member in members]
    return set(connection.scalars(select(RUNS.c.owner).where(RUNS.c.owner.in_(owners), *ended).distinct()))
