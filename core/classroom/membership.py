"""A class as a student has it: joining, drawing, and saying what others have drawn."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from core.classroom.classroom import (
    MAX_DRAWINGS,
    MAX_MEMBERS,
    MAX_PER_BROWSER,
    POOL_COLUMNS,
    Classroom,
    ClassroomError,
    Member,
    PooledDrawing,
    classroom_from_row,
    drawing_from_row,
    find_classroom,
    member_from_row,
    read_members,
)
from core.classroom.names import check_name, suggest_name
from core.data import CLASSES, IMAGE_SIZE
from core.drawing.strokes import Stroke
from core.store.classrooms import delete_member, owner_digest
from core.store.database import Database
from core.store.drawings import MAX_STROKES_BYTES, strokes_to_json
from core.store.queries import now
from core.store.tables import (
    CLASSROOM_DRAWINGS,
    CLASSROOM_MEMBERS,
    CLASSROOM_READINGS,
    CLASSROOMS,
    LESSON_ANSWERS,
    LESSON_STEPS,
)

CLOSED = "This class is closed: nobody can join, draw or label any more."
GONE = "You are not in this class any more. Join it again."


def memberships(database: Database, code: str, owner: str) -> tuple[Member, ...]:
    """Return who an owner is in a class, the one seen last first; several on a shared tablet.

    A member who was loaded from a file belongs to the owner from now on, with their answers.
    """
    own = and_(CLASSROOM_MEMBERS.c.code == code, CLASSROOM_MEMBERS.c.owner.in_((owner, owner_digest(owner))))
    query = select(CLASSROOM_MEMBERS).where(own)
    order = (CLASSROOM_MEMBERS.c.last_seen.desc(), CLASSROOM_MEMBERS.c.id.desc())
    with database.reading() as connection:
        found = tuple(map(member_from_row, connection.execute(query.order_by(*order))))
    if any(member.owner != owner for member in found):
        with database.writing() as connection:
            connection.execute(update(CLASSROOM_MEMBERS).where(own).values(owner=owner))
            for table in (LESSON_ANSWERS, LESSON_STEPS):
                loaded = (table.c.member.in_([member.id for member in found]), table.c.owner != owner)
                connection.execute(update(table).where(*loaded).values(owner=owner))
    return tuple(dataclasses.replace(member, owner=owner) for member in found)


def attended(database: Database, owner: str) -> tuple[Classroom, ...]:
    """Return the classes in which an owner is a student, the one seen last first."""
    own = CLASSROOM_MEMBERS.c.owner.in_((owner, owner_digest(owner)))
    seen = (
        select(CLASSROOM_MEMBERS.c.code, func.max(CLASSROOM_MEMBERS.c.last_seen).label("seen"))
        .where(own)
        .group_by(CLASSROOM_MEMBERS.c.code)
        .subquery()
    )
    query = select(CLASSROOMS).join(seen, seen.c.code == CLASSROOMS.c.code)
    query = query.where(CLASSROOMS.c.ends_at > now()).order_by(seen.c.seen.desc(), CLASSROOMS.c.code)
    with database.reading() as connection:
        return tuple(map(classroom_from_row, connection.execute(query)))


def count_drawings(database: Database, owner: str) -> int:
    """Return how many drawings of an owner's members are in classes."""
    own = CLASSROOM_MEMBERS.c.owner.in_((owner, owner_digest(owner)))
    of_owner = CLASSROOM_DRAWINGS.c.member.in_(select(CLASSROOM_MEMBERS.c.id).where(own))
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(CLASSROOM_DRAWINGS).where(of_owner)) or 0


def join(database: Database, code: str, owner: str, name: str = "") -> Member:
    """Let somebody into a class, and return them as its member.

    Parameters
    ----------
    database : Database
    code : str
    owner : str
    name : str
        A nickname; without one they are an animal and a number.

    Raises
    ------
    ClassroomError
        If the class is closed, full, or gone; or the name cannot be used.
    """
    with database.writing() as connection:
        if find_classroom(connection, code, lock=True).closed:
            raise ClassroomError(CLOSED)
        members = read_members(connection, code)
        if len(members) >= MAX_MEMBERS:
            raise ClassroomError(f"This class is full: it has {MAX_MEMBERS} members.")
        # Also those who were loaded from a file, and have not come back yet.
        if sum(member.owner in (owner, owner_digest(owner)) for member in members) >= MAX_PER_BROWSER:
            raise ClassroomError(
                f"{MAX_PER_BROWSER} students have joined on this device already. Choose one of them."
            )
        taken = [member.name for member in members]
        seats = select(func.max(CLASSROOM_MEMBERS.c.seat)).where(CLASSROOM_MEMBERS.c.code == code)
        values = {
            "code": code,
            "owner": owner,
            "seat": 1 + (connection.scalar(seats) or 0),
            "name": check_name(name, taken) if name.strip() else suggest_name(taken),
            "joined_at": now(),
            "last_seen": now(),
        }
        added = connection.execute(insert(CLASSROOM_MEMBERS).values(**values))
        (number,) = added.inserted_primary_key or (0,)
        row = connection.execute(select(CLASSROOM_MEMBERS).where(CLASSROOM_MEMBERS.c.id == number)).one()
        return member_from_row(row)


class Membership:
    """What a member does in their class.

    Parameters
    ----------
    database : Database
    member : Member
    """

    def __init__(self, database: Database, member: Member) -> None:
        self._database = database
        self._member = member

    def classroom(self) -> Classroom:
        """Return the member's class. Raises `ClassroomError` if it is gone, or the member was removed."""
        with self._database.reading() as connection:
            return _class_of(connection, self._member)

    def touch(self) -> None:
        """Write down that the member is here."""
        own = CLASSROOM_MEMBERS.c.id == self._member.id
        with self._database.writing() as connection:
            connection.execute(update(CLASSROOM_MEMBERS).where(own).values(last_seen=now()))

    def drawings(self) -> tuple[PooledDrawing, ...]:
        """Return the member's own drawings, newest first."""
        query = (
            select(*POOL_COLUMNS)
            .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_DRAWINGS.c.member)
            .where(CLASSROOM_DRAWINGS.c.member == self._member.id)
            .order_by(CLASSROOM_DRAWINGS.c.id.desc())
        )
        with self._database.reading() as connection:
            return tuple(map(drawing_from_row, connection.execute(query)))

    def counts(self) -> tuple[int, ...]:
        """Return how many drawings of each digit, 0 to 9, the member has in the pool."""
        query = (
            select(CLASSROOM_DRAWINGS.c.label, func.count())
            .where(CLASSROOM_DRAWINGS.c.member == self._member.id)
            .group_by(CLASSROOM_DRAWINGS.c.label)
        )
        with self._database.reading() as connection:
            found: dict[int, int] = dict(connection.execute(query).all())
        return tuple(found.get(digit, 0) for digit in range(CLASSES))

    def save(self, image: npt.NDArray[np.uint8], label: int, strokes: Sequence[Stroke] = ()) -> None:
        """Add a drawing to the pool. The same one is in it once, with the label said last.

        Parameters
        ----------
        image : ndarray of uint8, shape (28, 28)
        label : int
            The digit that the member meant.
        strokes : sequence of ndarray, each of shape (n, 2)

        Raises
        ------
        ClassroomError
            If it is no such picture or digit, its path is too long, there are too many, or the
            teacher has paused or closed the class.
        """
        if image.shape != (IMAGE_SIZE, IMAGE_SIZE) or image.dtype != np.uint8 or label not in range(CLASSES):
            raise ClassroomError("Only a drawing of one digit, 0 to 9, can be saved.")
        path = strokes_to_json(strokes)
        if len(path) > MAX_STROKES_BYTES:
            raise ClassroomError("This drawing has too many points. Draw the digit with fewer strokes.")
        own, content = CLASSROOM_DRAWINGS.c.member == self._member.id, image.tobytes()
        with writing_as(self._database, self._member) as (connection, classroom):
            if classroom.uploads_paused:
                raise ClassroomError("Your teacher has paused drawing. Keep this one, and save it later.")
            _delete_drawings(connection, own, CLASSROOM_DRAWINGS.c.image == content)
            count = select(func.count()).select_from(CLASSROOM_DRAWINGS).where(own)
            if (connection.scalar(count) or 0) >= MAX_DRAWINGS:
                raise ClassroomError(f"You have {MAX_DRAWINGS} drawings in this class. Delete some first.")
            connection.execute(
                insert(CLASSROOM_DRAWINGS).values(
                    code=self._member.code,
                    member=self._member.id,
                    label=label,
                    created=now(),
                    strokes=path,
                    image=content,
                )
            )

    def remove(self, drawing: int) -> None:
        """Delete one of the member's own drawings; another one is left as it is."""
        own = (CLASSROOM_DRAWINGS.c.id == drawing, CLASSROOM_DRAWINGS.c.member == self._member.id)
        self._database.free(lambda connection: _delete_drawings(connection, *own))

    def leave(self) -> None:
        """Delete the member with all their drawings and labels."""
        self._database.free(lambda connection: delete_member(connection, self._member.id))


@contextlib.contextmanager
def writing_as(database: Database, member: Member) -> Iterator[tuple[Connection, Classroom]]:
    """Give a connection to write what a member does, and their class.

    Raises
    ------
    ClassroomError
        If the class is closed or gone, or the member has been removed.
    """
    with database.writing() as connection:
        classroom = _class_of(connection, member, lock=True)
        if classroom.closed:
            raise ClassroomError(CLOSED)
        yield connection, classroom


def _class_of(connection: Connection, member: Member, lock: bool = False) -> Classroom:
    classroom = find_classroom(connection, member.code, lock)
    own = select(CLASSROOM_MEMBERS.c.id).where(CLASSROOM_MEMBERS.c.id == member.id)
    if connection.scalar(own) is None:
        raise ClassroomError(GONE)
    return classroom


def _delete_drawings(connection: Connection, *which: ColumnElement[bool]) -> None:
    found = connection.scalars(select(CLASSROOM_DRAWINGS.c.id).where(*which)).all()
    connection.execute(delete(CLASSROOM_READINGS).where(CLASSROOM_READINGS.c.drawing.in_(found)))
    connection.execute(delete(CLASSROOM_DRAWINGS).where(CLASSROOM_DRAWINGS.c.id.in_(found)))
