"""A class as its teacher has it: opened, found again, paused, closed and deleted."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from core.classroom.classroom import (
    FIRST_PANELS,
    LIFETIME,
    MAX_CLASSROOMS,
    MAX_PANELS,
    MAX_PER_TEACHER,
    Classroom,
    ClassroomError,
    classroom_from_row,
    find_classroom,
)
from core.classroom.codes import new_code, new_token, token_digest
from core.store.classrooms import delete_classroom, delete_member, sweep_classrooms
from core.store.database import Database
from core.store.queries import as_text, now
from core.store.tables import (
    CLASSROOM_DRAWINGS,
    CLASSROOM_MEMBERS,
    CLASSROOM_TEACHERS,
    CLASSROOMS,
    COUNTER,
)

# A class is opened before the lesson, and joined in it.
EMPTY_TIME = timedelta(days=1)
_WRONG_LINK = "This link no longer works. Use the newest one, or the key of this server."


def open_classroom(database: Database, owner: str) -> tuple[Classroom, str]:
    """Open a class for an owner; return it, and the token of the teacher's personal link.

    Raises
    ------
    ClassroomError
        If the owner teaches too many, or this server has too many.
    """
    sweep_classrooms(database)
    token = new_token()
    with database.writing() as connection:
        code = insert_classroom(connection, owner, token)
        return find_classroom(connection, code), token


def insert_classroom(connection: Connection, owner: str, token: str, wanted: str | None = None) -> str:
    """Add a class that an owner teaches, and return its code: the wanted one, unless it is taken.

    Raises
    ------
    ClassroomError
        As `open_classroom`.
    """
    # Waits for all others who open one, in every kind of database.
    connection.execute(update(COUNTER).values(number=COUNTER.c.number))
    count = select(func.count())
    taught = count.select_from(CLASSROOM_TEACHERS).where(
        CLASSROOM_TEACHERS.c.owner == owner, CLASSROOM_TEACHERS.c.first
    )
    if (connection.scalar(taught) or 0) >= MAX_PER_TEACHER:
        raise ClassroomError(f"You have {MAX_PER_TEACHER} open classes. Delete one of them first.")
    if (connection.scalar(count.select_from(CLASSROOMS)) or 0) >= MAX_CLASSROOMS:
        _delete_an_empty_one(connection)
    if (connection.scalar(count.select_from(CLASSROOMS)) or 0) >= MAX_CLASSROOMS:
        raise ClassroomError(f"This server has {MAX_CLASSROOMS} open classes, its limit. Try again later.")
    taken = set(connection.scalars(select(CLASSROOMS.c.code)))
    code = wanted if wanted and wanted not in taken else _free_code(taken)
    connection.execute(
        insert(CLASSROOMS).values(
            code=code,
            token=token_digest(token),
            opened_at=now(),
            ends_at=as_text(datetime.now(UTC) + LIFETIME),
            board=json.dumps(FIRST_PANELS),
        )
    )
    connection.execute(insert(CLASSROOM_TEACHERS).values(code=code, owner=owner, first=True))
    return code


def _delete_an_empty_one(connection: Connection) -> None:
    """Delete the oldest class that nobody has joined for some time: anyone could open twenty of them."""
    before = as_text(datetime.now(UTC) - EMPTY_TIME)
    joined = select(CLASSROOM_MEMBERS.c.code)
    empty = select(CLASSROOMS.c.code).where(
        CLASSROOMS.c.code.not_in(joined), CLASSROOMS.c.opened_at <= before
    )
    code = connection.scalar(empty.order_by(CLASSROOMS.c.opened_at).limit(1))
    if code is not None:
        delete_classroom(connection, code)


def _free_code(taken: set[str]) -> str:
    code = new_code()
    while code in taken:
        code = new_code()
    return code


def taught_by(database: Database, owner: str) -> tuple[Classroom, ...]:
    """Return the classes that an owner teaches, newest first."""
    query = (
        select(CLASSROOMS)
        .join(CLASSROOM_TEACHERS, CLASSROOM_TEACHERS.c.code == CLASSROOMS.c.code)
        .where(CLASSROOM_TEACHERS.c.owner == owner, CLASSROOMS.c.ends_at > now())
        .order_by(CLASSROOMS.c.opened_at.desc(), CLASSROOMS.c.code)
    )
    with database.reading() as connection:
        return tuple(map(classroom_from_row, connection.execute(query)))


def become_teacher(database: Database, token: str, owner: str) -> str:
    """Let an owner teach the class of a personal link, and return its code.

    Raises
    ------
    ClassroomError
        If it is no class's link, or no longer.
    """
    with database.reading() as connection:
        of_token = (CLASSROOMS.c.token == token_digest(token), CLASSROOMS.c.ends_at > now())
        code: str | None = connection.scalar(select(CLASSROOMS.c.code).where(*of_token))
    if code is None:
        raise ClassroomError(_WRONG_LINK)
    add_teacher(database, code, owner)
    return code


def add_teacher(database: Database, code: str, owner: str) -> None:
    """Let an owner teach a class. Who asks for it must have shown a link or the server's key.

    Raises
    ------
    ClassroomError
        If there is no such class.
    """
    with database.writing() as connection:
        find_classroom(connection, code, lock=True)
        if not _is_teacher(connection, code, owner):
            connection.execute(insert(CLASSROOM_TEACHERS).values(code=code, owner=owner, first=False))


class TaughtClassroom:
    """A class in the hands of one of its teachers.

    Every method raises `ClassroomError` if there is no such class, or the owner does not teach it.

    Parameters
    ----------
    database : Database
    code : str
    owner : str
    """

    def __init__(self, database: Database, code: str, owner: str) -> None:
        self._database = database
        self._code = code
        self._owner = owner

    def pause(self, uploads: bool | None = None, trainings: bool | None = None) -> None:
        """Pause what members do, or let them go on; None leaves it as it is."""
        said = {"uploads_paused": uploads, "trainings_paused": trainings}
        self._change(**{name: value for name, value in said.items() if value is not None})

    def close(self, closed: bool) -> None:
        """Let nobody join, draw or label any more, or open the class again."""
        self._change(closed=closed)

    def show_on_board(self, panels: Sequence[str]) -> None:
        """Choose what the board shows, of `core.classroom.classroom.PANELS`, at most `MAX_PANELS`."""
        self._change(board=json.dumps(list(panels)[:MAX_PANELS]))

    def seal(self) -> None:
        """Seal half of the test set for everybody in the class; once it was opened, that is over.

        Raises
        ------
        ClassroomError
            If the sealed half was opened before.
        """
        with self._writing() as connection:
            classroom = find_classroom(connection, self._code, lock=True)
            if classroom.unsealed_at is not None:
                raise ClassroomError(
                    "The sealed half was opened in this class. It has been seen: it cannot be sealed again."
                )
            if not classroom.is_sealed:
                of_class = CLASSROOMS.c.code == self._code
                connection.execute(update(CLASSROOMS).where(of_class).values(sealed_at=now()))

    def unseal(self) -> None:
        """Open the sealed half of the test set, for good."""
        with self._writing() as connection:
            if find_classroom(connection, self._code, lock=True).is_sealed:
                of_class = CLASSROOMS.c.code == self._code
                connection.execute(update(CLASSROOMS).where(of_class).values(unsealed_at=now()))

    def choose_target(self, run_id: str) -> None:
        """Choose the network that the class tries to fool."""
        self._change(target=run_id)

    def prolong(self) -> None:
        """Let the class end as long from now as a new one would."""
        self._change(ends_at=as_text(datetime.now(UTC) + LIFETIME))

    def new_link(self) -> str:
        """Return the token of a new personal link; anyone who came by an earlier one teaches no more."""
        token = new_token()
        others = (
            CLASSROOM_TEACHERS.c.code == self._code,
            CLASSROOM_TEACHERS.c.owner != self._owner,
            CLASSROOM_TEACHERS.c.first.is_(False),
        )
        with self._writing() as connection:
            of_class = CLASSROOMS.c.code == self._code
            connection.execute(update(CLASSROOMS).where(of_class).values(token=token_digest(token)))
            connection.execute(delete(CLASSROOM_TEACHERS).where(*others))
        return token

    def hide_drawing(self, drawing: int, hidden: bool) -> None:
        """Take a drawing out of the pool and off every screen, or put it back."""
        of_class = (CLASSROOM_DRAWINGS.c.id == drawing, CLASSROOM_DRAWINGS.c.code == self._code)
        with self._writing() as connection:
            connection.execute(update(CLASSROOM_DRAWINGS).where(*of_class).values(hidden=hidden))

    def hide_name(self, member: int, hidden: bool) -> None:
        """Show a number in place of a member's name, or the name again."""
        of_class = (CLASSROOM_MEMBERS.c.id == member, CLASSROOM_MEMBERS.c.code == self._code)
        with self._writing() as connection:
            connection.execute(update(CLASSROOM_MEMBERS).where(*of_class).values(name_hidden=hidden))

    def remove_member(self, member: int) -> None:
        """Delete a member with their drawings."""

        def change(connection: Connection) -> None:
            self._check(connection)
            of_class = (CLASSROOM_MEMBERS.c.id == member, CLASSROOM_MEMBERS.c.code == self._code)
            if connection.scalar(select(CLASSROOM_MEMBERS.c.id).where(*of_class)) is not None:
                delete_member(connection, member)

        self._database.free(change)

    def remove_idle(self) -> int:
        """Delete the members who have drawn nothing, such as those that nobody is; return how many."""

        def change(connection: Connection) -> int:
            self._check(connection)
            drawn = select(CLASSROOM_DRAWINGS.c.member).where(CLASSROOM_DRAWINGS.c.code == self._code)
            idle = select(CLASSROOM_MEMBERS.c.id).where(
                CLASSROOM_MEMBERS.c.code == self._code, CLASSROOM_MEMBERS.c.id.not_in(drawn)
            )
            members = connection.scalars(idle).all()
            for member in members:
                delete_member(connection, member)
            return len(members)

        return self._database.free(change)

    def delete(self) -> None:
        """Delete the class with everything of it."""

        def change(connection: Connection) -> None:
            self._check(connection)
            delete_classroom(connection, self._code)

        self._database.free(change)

    def _change(self, **values: Any) -> None:
        with self._writing() as connection:
            connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.code == self._code).values(**values))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._database.writing() as connection:
            self._check(connection)
            yield connection

    def _check(self, connection: Connection) -> None:
        find_classroom(connection, self._code)
        if not _is_teacher(connection, self._code, self._owner):
            raise ClassroomError("Only a teacher of this class can do this. Open your personal link.")


def _is_teacher(connection: Connection, code: str, owner: str) -> bool:
    of_owner = (CLASSROOM_TEACHERS.c.code == code, CLASSROOM_TEACHERS.c.owner == owner)
    return connection.scalar(select(CLASSROOM_TEACHERS.c.code).where(*of_owner)) is not None
