"""The lessons in the file of a class: those that its teacher has pasted, and the one it works on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.classroom.class_lessons import MAX_LESSONS
from core.classroom.saved_values import as_list, as_text
from core.lessons.lesson import Lesson
from core.lessons.library import read_library
from core.lessons.parse import parse_lesson
from core.store.classrooms import class_lesson_name
from core.store.queries import now
from core.store.tables import CLASSROOM_LESSONS, CLASSROOMS

# How a file calls a lesson: a bundled one by its name, a pasted one by its place in the file.
SavedName = str | int


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
    current: SavedName

    @property
    def lessons(self) -> Mapping[SavedName, Lesson]:
        """The lessons that members can have answered, as the file calls them."""
        bundled = dict[SavedName, Lesson](read_library().items())
        return bundled | dict(enumerate(map(parse_lesson, self.texts)))


def saved_names(connection: Connection, code: str) -> Mapping[str, SavedName]:
    """Return how a class's file calls the lessons that its members can have answered."""
    query = select(CLASSROOM_LESSONS.c.id).where(CLASSROOM_LESSONS.c.code == code)
    pasted = connection.scalars(query.order_by(CLASSROOM_LESSONS.c.id)).all()
    places = {class_lesson_name(number): place for place, number in enumerate(pasted)}
    return {**{name: name for name in read_library()}, **places}


def save_lessons(connection: Connection, code: str) -> dict[str, Any]:
    """Return the lessons of a class as fields of its file."""
    query = select(CLASSROOM_LESSONS.c.text).where(CLASSROOM_LESSONS.c.code == code)
    current = connection.scalar(select(CLASSROOMS.c.lesson).where(CLASSROOMS.c.code == code)) or ""
    return {
        "lessons": list(connection.scalars(query.order_by(CLASSROOM_LESSONS.c.id))),
        "lesson": saved_names(connection, code).get(current, current),
    }


def parse_lessons(saved: Mapping[str, Any]) -> SavedLessons:
    """Return the lessons in a file; one of an older version has none.

    Raises
    ------
    LessonError, TypeError, ValueError
        If they are no lessons, or too many.
    """
    texts = tuple(map(as_text, as_list(saved.get("lessons", []), MAX_LESSONS)))
    current = saved.get("lesson", "")
    for text in texts:
        parse_lesson(text)
    is_pasted = type(current) is int and 0 <= current < len(texts)
    known = is_pasted or (isinstance(current, str) and current in read_library())
    # A bundled lesson may have got another name since.
    return SavedLessons(texts, current if known else "")


def insert_lessons(connection: Connection, code: str, saved: SavedLessons) -> Mapping[SavedName, str]:
    """Give a class the lessons of its file; return what they are called from now on."""
    names: dict[SavedName, str] = {name: name for name in read_library()}
    for place, text in enumerate(saved.texts):
        added = connection.execute(insert(CLASSROOM_LESSONS).values(code=code, text=text, created=now()))
        (number,) = added.inserted_primary_key or (0,)
        names[place] = class_lesson_name(number)
    current = names.get(saved.current, "")
    connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.code == code).values(lesson=current))
    return names
