"""What a class is made of, as values, with its limits."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, select

from core.data import IMAGE_SIZE
from core.store.queries import now
from core.store.tables import CLASSROOM_DRAWINGS, CLASSROOM_MEMBERS, CLASSROOMS

# On one server, of 1 GB.
MAX_CLASSROOMS = 20
# That one owner may teach.
MAX_PER_TEACHER = 3
MAX_MEMBERS = 45
# Students who share one tablet.
MAX_PER_BROWSER = 10
# Of one member: ten of each digit.
MAX_DRAWINGS = 100
# What a member is asked for, of each digit.
DRAWINGS_PER_DIGIT = 3
LIFETIME = timedelta(days=30)
# What the board can show, in its order, and what it shows at first.
PANELS = ("joined", "drawings", "queue", "curve", "matrix", "leaderboard", "fooled", "answers")
# Four are legible from the back row.
MAX_PANELS = 4
FIRST_PANELS = ("joined", "drawings")
# The network that a class tries to fool until its teacher chooses another one.
DEFAULT_TARGET = "article"


# What a `PooledDrawing` is made of: without the strokes, which are the larger part of a row.
POOL_COLUMNS = (
    *(CLASSROOM_DRAWINGS.c[name] for name in ("id", "label", "hidden", "image")),
    CLASSROOM_MEMBERS.c.seat,
)


class ClassroomError(Exception):
    """Raised when something cannot be done in a class. The message says what to do."""


@dataclass(frozen=True)
class Classroom:
    """A class.

    Attributes
    ----------
    code : str
        By which students join, see `core.classroom.codes`.
    opened_at, ends_at : str
        Date and time, UTC, ISO 8601. When it ends, everything of it is deleted.
    closed : bool
        Whether nobody can join, draw or label any more.
    uploads_paused, trainings_paused : bool
        Whether members cannot save drawings, or start trainings, for now.
    board : tuple of str
        What the board shows, of `PANELS`.
    sealed_at, unsealed_at : str or None
        When half of the test set was sealed for the class, and when that half was opened.
    target : str
        The run whose network the class tries to fool.
    """

    code: str
    opened_at: str
    ends_at: str
    closed: bool
    uploads_paused: bool
    trainings_paused: bool
    board: tuple[str, ...]
    sealed_at: str | None = None
    unsealed_at: str | None = None
    target: str = DEFAULT_TARGET

    @property
    def is_sealed(self) -> bool:
        """Whether half of the test set is sealed for everybody in the class."""
        return self.sealed_at is not None and self.unsealed_at is None


@dataclass(frozen=True)
class Member:
    """A student in a class.

    Attributes
    ----------
    id : int
    code : str
        Of the class.
    owner : str
        The browser's; several members share it on a shared tablet. Anyone who knows it controls
        the owner's runs, so it is not for showing.
    seat : int
        Counts the members of the class, from 1; it never changes.
    name : str
    name_hidden : bool
        Whether the teacher has hidden it.
    last_seen : str
        Date and time, UTC, ISO 8601.
    """

    id: int
    code: str
    owner: str
    seat: int
    name: str
    name_hidden: bool
    last_seen: str

    @property
    def shown_name(self) -> str:
        """What others see."""
        return f"Student {self.seat}" if self.name_hidden else self.name


@dataclass(frozen=True, eq=False)
class PooledDrawing:
    """A drawing in the pool of a class.

    Attributes
    ----------
    id : int
    seat : int
        Of the member who drew it.
    label : int
        The digit that they meant, 0 to 9.
    hidden : bool
        Whether the teacher has taken it out of the pool.
    image : ndarray of uint8, shape (28, 28)
        In MNIST's form.
    """

    id: int
    seat: int
    label: int
    hidden: bool
    image: npt.NDArray[np.uint8]


def find_classroom(connection: Connection, code: str, lock: bool = False) -> Classroom:
    """Return the class of this code; with ``lock``, wait for others who change it.

    Raises
    ------
    ClassroomError
        If there is none, or it has ended.
    """
    query = select(CLASSROOMS).where(CLASSROOMS.c.code == code, CLASSROOMS.c.ends_at > now())
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise ClassroomError(
            "There is no class with this code now. Check the five letters; classes end after "
            f"{LIFETIME.days} days."
        )
    return classroom_from_row(row)


def classroom_from_row(row: Row[Any]) -> Classroom:
    """Return the class in a row of the table."""
    shown = json.loads(row.board)
    return Classroom(
        code=row.code,
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        closed=row.closed,
        uploads_paused=row.uploads_paused,
        trainings_paused=row.trainings_paused,
        board=tuple(name for name in PANELS if name in shown),
        sealed_at=row.sealed_at,
        unsealed_at=row.unsealed_at,
        target=row.target,
    )


def read_members(connection: Connection, code: str) -> tuple[Member, ...]:
    """Return the members of a class in the order of their seats."""
    of_class = select(CLASSROOM_MEMBERS).where(CLASSROOM_MEMBERS.c.code == code)
    return tuple(map(member_from_row, connection.execute(of_class.order_by(CLASSROOM_MEMBERS.c.seat))))


def member_from_row(row: Row[Any]) -> Member:
    """Return the member in a row of the table."""
    return Member(row.id, row.code, row.owner, row.seat, row.name, row.name_hidden, row.last_seen)


def drawing_from_row(row: Row[Any]) -> PooledDrawing:
    """Return the drawing in a row of `POOL_COLUMNS`."""
    image = np.frombuffer(row.image, dtype=np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
    return PooledDrawing(row.id, row.seat, row.label, row.hidden, image)
