"""Second readings: other members say what a drawing is, without seeing its label.

What two people read alike is a label to rely on; what they read differently, a network cannot learn
either. Data sets are labeled like this, and the share of equal answers is called inter-annotator
agreement.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, insert, select

from core.classroom.classroom import POOL_COLUMNS, ClassroomError, Member, PooledDrawing, drawing_from_row
from core.classroom.membership import writing_as
from core.data import CLASSES
from core.store.database import Database
from core.store.tables import CLASSROOM_DRAWINGS, CLASSROOM_MEMBERS, CLASSROOM_READINGS


@dataclass(frozen=True, eq=False)
class ReadDrawing:
    """A drawing with what others have read in it.

    Attributes
    ----------
    drawing : PooledDrawing
    digits : tuple of int or None
        What each of the others says, in the order in which they joined; None if they cannot tell.
    """

    drawing: PooledDrawing
    digits: tuple[int | None, ...]

    @property
    def disputed(self) -> bool:
        """Whether somebody reads it otherwise than its label."""
        return any(digit != self.drawing.label for digit in self.digits)


@dataclass(frozen=True)
class Agreement:
    """How far the members of a class agree.

    Attributes
    ----------
    readings : int
        Second readings of all drawings that are not hidden.
    equal : int
        Those that give the label.
    drawings : int
        Drawings with a second reading.
    disputed : int
        Those among them with a reading other than the label.
    """

    readings: int
    equal: int
    drawings: int
    disputed: int

    @property
    def share(self) -> float | None:
        """Share of the readings that give the label, 0 to 1; None without any."""
        return self.equal / self.readings if self.readings else None


def next_unread(database: Database, member: Member) -> PooledDrawing | None:
    """Return a drawing of somebody else that a member has not read yet, or None.

    Those with the fewest readings come first. Each member gets them in another order, so that two who
    sit side by side do not read the same one.
    """
    read = select(CLASSROOM_READINGS.c.drawing).where(CLASSROOM_READINGS.c.member == member.id)
    counts = (
        select(CLASSROOM_READINGS.c.drawing, func.count().label("readings"))
        .group_by(CLASSROOM_READINGS.c.drawing)
        .subquery()
    )
    # A step through the numbers that is another one for each seat; 1009 is prime.
    order = (CLASSROOM_DRAWINGS.c.id * (2 * member.seat % 1008 + 1)) % 1009
    query = (
        select(*POOL_COLUMNS)
        .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_DRAWINGS.c.member)
        .outerjoin(counts, counts.c.drawing == CLASSROOM_DRAWINGS.c.id)
        .where(
            CLASSROOM_DRAWINGS.c.code == member.code,
            CLASSROOM_DRAWINGS.c.member != member.id,
            CLASSROOM_DRAWINGS.c.hidden.is_(False),
            CLASSROOM_DRAWINGS.c.id.not_in(read),
        )
        .order_by(func.coalesce(counts.c.readings, 0), order, CLASSROOM_DRAWINGS.c.id)
        .limit(1)
    )
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    return drawing_from_row(row) if row else None


def count_readings(database: Database, member: Member) -> int:
    """Return how many drawings a member has read."""
    own = select(func.count()).select_from(CLASSROOM_READINGS).where(CLASSROOM_READINGS.c.member == member.id)
    with database.reading() as connection:
        return connection.scalar(own) or 0


def save_reading(database: Database, member: Member, drawing: int, digit: int | None) -> None:
    """Write down what a member reads in somebody else's drawing; the first answer counts.

    Raises
    ------
    ClassroomError
        If it is no digit, the drawing is the member's own or gone, or the class is closed.
    """
    if digit is not None and digit not in range(CLASSES):
        raise ClassroomError("Choose a digit from 0 to 9.")
    with writing_as(database, member) as (connection, _):
        others = (
            CLASSROOM_DRAWINGS.c.id == drawing,
            CLASSROOM_DRAWINGS.c.code == member.code,
            CLASSROOM_DRAWINGS.c.member != member.id,
        )
        if connection.scalar(select(CLASSROOM_DRAWINGS.c.id).where(*others)) is None:
            raise ClassroomError("This drawing was deleted. Here is another one.")
        own = (CLASSROOM_READINGS.c.drawing == drawing, CLASSROOM_READINGS.c.member == member.id)
        if connection.execute(select(CLASSROOM_READINGS).where(*own)).one_or_none() is None:
            connection.execute(
                insert(CLASSROOM_READINGS).values(drawing=drawing, member=member.id, digit=digit)
            )


def read_drawings(database: Database, code: str) -> tuple[ReadDrawing, ...]:
    """Return the drawings of a class that are not hidden and have a second reading, oldest first."""
    readings = (
        select(CLASSROOM_READINGS)
        .join(CLASSROOM_DRAWINGS, CLASSROOM_DRAWINGS.c.id == CLASSROOM_READINGS.c.drawing)
        .where(CLASSROOM_DRAWINGS.c.code == code, CLASSROOM_DRAWINGS.c.hidden.is_(False))
        .order_by(CLASSROOM_READINGS.c.drawing, CLASSROOM_READINGS.c.member)
    )
    drawings = (
        select(*POOL_COLUMNS)
        .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_DRAWINGS.c.member)
        .where(CLASSROOM_DRAWINGS.c.code == code, CLASSROOM_DRAWINGS.c.hidden.is_(False))
        .order_by(CLASSROOM_DRAWINGS.c.id)
    )
    with database.reading() as connection:
        said: dict[int, list[int | None]] = {}
        for row in connection.execute(readings):
            said.setdefault(row.drawing, []).append(row.digit)
        rows: Sequence[Row[tuple[object, ...]]] = connection.execute(drawings).all()
    return tuple(ReadDrawing(drawing_from_row(row), tuple(said[row.id])) for row in rows if row.id in said)


def agreement(read: Sequence[ReadDrawing]) -> Agreement:
    """Return how far second readings agree with the labels."""
    return Agreement(
        readings=sum(len(one.digits) for one in read),
        equal=sum(digit == one.drawing.label for one in read for digit in one.digits),
        drawings=len(read),
        disputed=sum(one.disputed for one in read),
    )


def disputed(read: Sequence[ReadDrawing]) -> tuple[ReadDrawing, ...]:
    """Return the disputed drawings, those that the fewest read as their label first."""

    def share(one: ReadDrawing) -> float:
        return Counter(one.digits)[one.drawing.label] / len(one.digits)

    return tuple(sorted((one for one in read if one.disputed), key=share))
