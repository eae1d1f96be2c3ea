"""Lessons of a class: which one it works on, those that its teacher has pasted in, and how far it is."""

import functools
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from core.classroom.classroom import ClassroomError
from core.classroom.teaching import TaughtClassroom
from core.lessons.lesson import Lesson, LessonError, Question
from core.lessons.parse import parse_lesson
from core.store.classrooms import class_lesson_name
from core.store.database import Database
from core.store.queries import now
from core.store.tables import (
    CLASSROOM_LESSONS,
    CLASSROOM_MEMBERS,
    CLASSROOM_TEACHERS,
    CLASSROOMS,
    LESSON_ANSWERS,
    LESSON_STEPS,
)

# That a teacher has pasted into one class.
MAX_LESSONS = 5
# Of a histogram of numbers.
MAX_BARS = 8
_log = logging.getLogger(__name__)
_parse = functools.lru_cache(maxsize=100)(parse_lesson)


@dataclass(frozen=True)
class ClassLesson:
    """What a class works on.

    Attributes
    ----------
    lesson : str
        By its name; empty if on none.
    question : str
        The id of the one whose answers the board shows; empty if of none.
    """

    lesson: str
    question: str


class LessonDesk(TaughtClassroom):
    """The lessons of a class in the hands of one of its teachers; raises as `TaughtClassroom`."""

    def work_on(self, lesson: str, question: str = "") -> None:
        """Let the class work on a lesson, and the board show the answers to one of its questions."""
        self._change(lesson=lesson, question=question)

    def add(self, text: str) -> str:
        """Keep a lesson for the class, and return its name.

        Raises
        ------
        ClassroomError
            If the text is no lesson, or there are too many.
        """
        try:
            title = parse_lesson(text).title
        except LessonError as error:
            raise ClassroomError(str(error)) from error
        with self._writing() as connection:
            of_class = CLASSROOM_LESSONS.c.code == self._code
            texts = connection.scalars(select(CLASSROOM_LESSONS.c.text).where(of_class)).all()
            if len(texts) >= MAX_LESSONS:
                raise ClassroomError(
                    f"A class has at most {MAX_LESSONS} lessons of its own. Delete one first."
                )
            if title in [lesson.title for text in texts if (lesson := _read(text))]:
                raise ClassroomError(
                    "This class has a lesson of this title. Delete it first, or change the title."
                )
            added = connection.execute(
                insert(CLASSROOM_LESSONS).values(code=self._code, text=text, created=now())
            )
            (number,) = added.inserted_primary_key or (0,)
        return class_lesson_name(number)

    def remove(self, name: str) -> None:
        """Delete a lesson of the class with all answers to it; another one is left as it is."""

        def change(connection: Connection) -> None:
            self._check(connection)
            of_class = select(CLASSROOM_LESSONS.c.id).where(CLASSROOM_LESSONS.c.code == self._code)
            for number in connection.scalars(of_class).all():
                if class_lesson_name(number) == name:
                    connection.execute(delete(CLASSROOM_LESSONS).where(CLASSROOM_LESSONS.c.id == number))
                    for table in (LESSON_ANSWERS, LESSON_STEPS):
                        connection.execute(delete(table).where(table.c.lesson == name))
                    of_lesson = (CLASSROOMS.c.code == self._code, CLASSROOMS.c.lesson == name)
                    connection.execute(update(CLASSROOMS).where(*of_lesson).values(lesson="", question=""))

        self._database.free(change)


def lessons_of(database: Database, owner: str) -> Mapping[str, Lesson]:
    """Return the lessons of the classes that an owner teaches or attends, by their names."""
    tables = (CLASSROOM_MEMBERS, CLASSROOM_TEACHERS)
    codes = [select(table.c.code).where(table.c.owner == owner) for table in tables]
    return _lessons(database, or_(*(CLASSROOM_LESSONS.c.code.in_(code) for code in codes)))


def read_class_lessons(database: Database, code: str) -> Mapping[str, Lesson]:
    """Return the lessons that were pasted into a class, by their names."""
    return _lessons(database, CLASSROOM_LESSONS.c.code == code)


def _lessons(database: Database, which: ColumnElement[bool]) -> Mapping[str, Lesson]:
    query = select(CLASSROOM_LESSONS).where(which).order_by(CLASSROOM_LESSONS.c.id)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return {class_lesson_name(row.id): lesson for row in rows if (lesson := _read(row.text))}


def _read(text: str) -> Lesson | None:
    """Return a lesson that was kept; None if this version of Digit Lab cannot read it."""
    try:
        return _parse(text)
    except LessonError as error:
        _log.warning("A lesson of a class cannot be read: %s", error)
        return None


def read_class_lesson(database: Database, code: str) -> ClassLesson:
    """Return what a class works on; nothing if there is no such class."""
    query = select(CLASSROOMS.c.lesson, CLASSROOMS.c.question).where(CLASSROOMS.c.code == code)
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    return ClassLesson(row.lesson, row.question) if row else ClassLesson("", "")


def count_reached(database: Database, code: str, name: str, lesson: Lesson) -> tuple[int, ...]:
    """Return how many members of a class have reached each step of a lesson."""
    members = select(CLASSROOM_MEMBERS.c.id).where(CLASSROOM_MEMBERS.c.code == code)
    query = (
        select(LESSON_STEPS.c.step, func.count())
        .where(LESSON_STEPS.c.member.in_(members), LESSON_STEPS.c.lesson == name)
        .group_by(LESSON_STEPS.c.step)
    )
    with database.reading() as connection:
        last: dict[int, int] = dict(connection.execute(query).all())
    return tuple(
        sum(count for step, count in last.items() if step >= number)
        for number in range(1, len(lesson.steps) + 1)
    )


def count_answers(database: Database, code: str, name: str, question: Question) -> Mapping[str, int]:
    """Return how often each answer to a choice, or to a question for a number, was given in a class.

    The options of a choice are in their order, also those that nobody has chosen; numbers are in
    theirs. Of a text there is nothing: it may say who wrote it.
    """
    if question.kind == "text":
        return {}
    members = select(CLASSROOM_MEMBERS.c.id).where(CLASSROOM_MEMBERS.c.code == code)
    query = select(LESSON_ANSWERS.c.answer).where(
        LESSON_ANSWERS.c.member.in_(members),
        LESSON_ANSWERS.c.lesson == name,
        LESSON_ANSWERS.c.question == question.id,
    )
    with database.reading() as connection:
        counts = Counter(connection.scalars(query))
    if question.kind == "choice":
        return {option: counts[option] for option in question.options}
    return _grouped({float(answer): count for answer, count in counts.items()})


def _grouped(counts: Mapping[float, int]) -> Mapping[str, int]:
    """Return how often each number was given; if there are many, in groups of equal width."""
    if len(counts) <= MAX_BARS:
        return {f"{number:g}": counts[number] for number in sorted(counts)}
    low, high = min(counts), max(counts)
    width = (high - low) / MAX_BARS
    groups = Counter[int]()
    for number, count in counts.items():
        groups[min(int((number - low) / width), MAX_BARS - 1)] += count
    return {
        f"{low + width * group:.4g} to {low + width * (group + 1):.4g}": groups[group]
        for group in range(MAX_BARS)
    }
