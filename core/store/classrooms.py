"""What ends with a class, and what it seals: the deletion of classrooms, members and their drawings.

It is here, and not in `core.classroom`, for the scheduler, which deletes ended classrooms, and for
`core.store.owners`, which deletes all that is somebody's. Here is also for whom half of the test set is
sealed: every page asks, and must not wait for what a classroom imports.
"""

import hashlib

from sqlalchemy import Connection, delete, or_, select, update

from core.store.database import Database
from core.store.queries import now
from core.store.tables import (
    CLASSROOM_DRAWINGS,
    CLASSROOM_LESSONS,
    CLASSROOM_MEMBERS,
    CLASSROOM_READINGS,
    CLASSROOM_TEACHERS,
    CLASSROOMS,
    LESSON_ANSWERS,
    LESSON_STEPS,
)

# Longer than any owner.
DIGEST_LENGTH = 64


def owner_digest(owner: str) -> str:
    """Return what stands for an owner in the file of a class.

    It tells a member who comes back, but nobody who has the file becomes them: whoever knows an
    owner controls their runs.
    """
    return hashlib.sha256(f"classroom member {owner}".encode()).hexdigest()


def is_digest(owner: str) -> bool:
    """Return whether it stands for a member who was loaded from a file and has not come back yet."""
    return len(owner) == DIGEST_LENGTH


def class_lesson_name(number: int) -> str:
    """Return by which name answers to a lesson of a class are kept."""
    return f"class-{number}"


def sealed_owners(database: Database) -> frozenset[str]:
    """Return everybody for whom half of the test set is sealed, teachers included.

    Members who were loaded from a file are in it by their digest, see `is_sealed_for`.
    """
    sealed = select(CLASSROOMS.c.code).where(
        CLASSROOMS.c.sealed_at.is_not(None), CLASSROOMS.c.unsealed_at.is_(None)
    )
    with database.reading() as connection:
        codes = connection.scalars(sealed).all()
        if not codes:
            return frozenset()
        people = (
            connection.scalars(select(table.c.owner).where(table.c.code.in_(codes)))
            for table in (CLASSROOM_MEMBERS, CLASSROOM_TEACHERS)
        )
        return frozenset(owner for owners in people for owner in owners)


def is_sealed_for(owner: str, sealed: frozenset[str]) -> bool:
    """Return whether half of the test set is sealed for an owner, see `sealed_owners`."""
    return owner in sealed or (bool(sealed) and owner_digest(owner) in sealed)


def sweep_classrooms(database: Database) -> int:
    """Delete the classrooms that have ended, with everything of them; return how many."""
    ended = select(CLASSROOMS.c.code).where(CLASSROOMS.c.ends_at <= now())
    with database.reading() as connection:
        if connection.scalar(ended.limit(1)) is None:
            return 0

    def change(connection: Connection) -> int:
        codes = connection.scalars(ended).all()
        for code in codes:
            delete_classroom(connection, code)
        return len(codes)

    return database.free(change)


def delete_classroom(connection: Connection, code: str) -> None:
    """Delete a classroom with its members and their drawings."""
    # Not left to the database: SQLite does not cascade, see core/store/engine.py.
    drawings = select(CLASSROOM_DRAWINGS.c.id).where(CLASSROOM_DRAWINGS.c.code == code)
    connection.execute(delete(CLASSROOM_READINGS).where(CLASSROOM_READINGS.c.drawing.in_(drawings)))
    members = select(CLASSROOM_MEMBERS.c.id).where(CLASSROOM_MEMBERS.c.code == code)
    lessons = select(CLASSROOM_LESSONS.c.id).where(CLASSROOM_LESSONS.c.code == code)
    names = [class_lesson_name(number) for number in connection.scalars(lessons)]
    for table in (LESSON_ANSWERS, LESSON_STEPS):
        connection.execute(delete(table).where(or_(table.c.member.in_(members), table.c.lesson.in_(names))))
    for table in (CLASSROOM_LESSONS, CLASSROOM_DRAWINGS, CLASSROOM_MEMBERS, CLASSROOM_TEACHERS, CLASSROOMS):
        connection.execute(delete(table).where(table.c.code == code))


def delete_member(connection: Connection, member: int) -> None:
    """Delete a member with their drawings, all that was read in these or by them, and their answers."""
    for table in (LESSON_ANSWERS, LESSON_STEPS):
        connection.execute(delete(table).where(table.c.member == member))
    drawings = select(CLASSROOM_DRAWINGS.c.id).where(CLASSROOM_DRAWINGS.c.member == member)
    of_member = or_(CLASSROOM_READINGS.c.member == member, CLASSROOM_READINGS.c.drawing.in_(drawings))
    connection.execute(delete(CLASSROOM_READINGS).where(of_member))
    connection.execute(delete(CLASSROOM_DRAWINGS).where(CLASSROOM_DRAWINGS.c.member == member))
    connection.execute(delete(CLASSROOM_MEMBERS).where(CLASSROOM_MEMBERS.c.id == member))


def delete_owner(connection: Connection, owner: str) -> None:
    """Delete an owner's memberships, their answers, and the classrooms that have no other teacher."""
    for table in (LESSON_ANSWERS, LESSON_STEPS):
        connection.execute(delete(table).where(table.c.owner == owner))
    own = CLASSROOM_MEMBERS.c.owner.in_((owner, owner_digest(owner)))
    for member in connection.scalars(select(CLASSROOM_MEMBERS.c.id).where(own)).all():
        delete_member(connection, member)
    teachers = CLASSROOM_TEACHERS.c
    taught = connection.scalars(select(teachers.code).where(teachers.owner == owner)).all()
    connection.execute(delete(CLASSROOM_TEACHERS).where(teachers.owner == owner))
    for code in taught:
        heir = connection.scalar(select(teachers.owner).where(teachers.code == code).limit(1))
        if heir is None:
            delete_classroom(connection, code)
        else:
            of_heir = (teachers.code == code, teachers.owner == heir)
            connection.execute(update(CLASSROOM_TEACHERS).where(*of_heir).values(first=True))
