"""The lessons in the file of a class: those that its teacher has pasted, and the one it works on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.classroom.class_lessons import MAX_LESSONS
from core.lessons.library import read_library
from core.lessons.parse import parse_lesson
from core.store.classrooms import class_lesson_name
from core.store.queries import now
from core.store.tables import CLASSROOM_LESSONS, CLASSROOMS


@dataclass(frozen=True)
class SavedLessons:
    """What a file says of the lessons of a class.

    Attributes
    ----------
    texts : tuple of str
        Those that its teacher has pasted.
    current : str or int
        What the class works on: the name of a bundled lesson, empty for none, or a place in `texts`.
    """

    texts: tuple[str, ...]
    current: str | int


def save_lessons(connection: Connection, code: str) -> dict[str, Any]:
    """Return the lessons of a class as fields of its file. Answers are their students', and not in it."""
    query = select(CLASSROOM_LESSONS.c.id, CLASSROOM_LESSONS.c.text).where(CLASSROOM_LESSONS.c.code == code)
    pasted = connection.execute(query.order_by(CLASSROOM_LESSONS.c.id)).all()
    names = [class_lesson_name(row.id) for row in pasted]
    current = connection.scalar(select(CLASSROOMS.c.lesson).where(CLASSROOMS.c.code == code)) or ""
    return {
        "lessons": [row.text for row in pasted],
        "lesson": names.index(current) if current in names else current,
    }


def parse_lessons(saved: Mapping[str, Any]) -> SavedLessons:
    """Return the lessons in a file; one of an older version has none.

    Raises
    ------
    LessonError, ValueError
        If they are no lessons, or too many.
    """
    texts, current = saved.get("lessons", []), saved.get("lesson", "")
    if not isinstance(texts, list) or len(texts) > MAX_LESSONS or not all(type(one) is str for one in texts):
        raise ValueError("no such lessons")
    for text in texts:
        parse_lesson(text)
    is_pasted = type(current) is int and 0 <= current < len(texts)
    known = is_pasted or (isinstance(current, str) and current in read_library())
    # A bundled lesson may have got another name since.
    return SavedLessons(tuple(texts), current if known else "")


def insert_lessons(connection: Connection, code: str, saved: SavedLessons) -> None:
    """Give a class the lessons of its file."""
    names = []
    for text in saved.texts:
        added = connection.execute(insert(CLASSROOM_LESSONS).values(code=code, text=text, created=now()))
        (number,) = added.inserted_primary_key or (0,)
        names.append(class_lesson_name(number))
    current = saved.current if isinstance(saved.current, str) else names[saved.current]
    connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.code == code).values(lesson=current))
