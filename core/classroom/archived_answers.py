"""The answers of members in the file of a class, and how far they have come in its lessons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from core.classroom.archived_lessons import SavedName
from core.classroom.classroom import MAX_MEMBERS, Member
from core.classroom.saved_values import as_list, as_text, as_whole, check_distinct
from core.lessons.answers import evict
from core.lessons.lesson import MAX_TEXT, Lesson, LessonError
from core.lessons.parse import MAX_STEPS
from core.store.queries import now
from core.store.tables import LESSON_ANSWERS, LESSON_STEPS

# Of one class in its file. The six bundled lessons ask less than 150 questions, and a class has five of
# its own.
MAX_ANSWERS = MAX_MEMBERS * 200
_MAX_REACHED = MAX_MEMBERS * 20


@dataclass(frozen=True)
class SavedAnswer:
    """An answer of a member, or how far they are.

    Attributes
    ----------
    seat : int
        Of the member.
    lesson : str or int
        As the file calls it.
    values : mapping
        Columns of the table that it stands in.
    """

    seat: int
    lesson: SavedName
    values: Mapping[str, Any]


@dataclass(frozen=True)
class SavedAnswers:
    """What a file says of the answers of its members.

    Attributes
    ----------
    answers : tuple of SavedAnswer
    reached : tuple of SavedAnswer
    """

    answers: tuple[SavedAnswer, ...]
    reached: tuple[SavedAnswer, ...]


def save_answers(
    connection: Connection, seats: Mapping[int, int], names: Mapping[str, SavedName]
) -> dict[str, Any]:
    """Return the answers of a class as fields of its file, the newest first if there are too many.

    Parameters
    ----------
    connection : Connection
    seats : mapping of int to int
        Of the members, by their ids.
    names : mapping of str to str or int
        How the file calls the lessons.
    """
    answers = _rows(connection, LESSON_ANSWERS, seats, names, MAX_ANSWERS)
    reached = _rows(connection, LESSON_STEPS, seats, names, _MAX_REACHED)
    return {
        "answers": [[seats[row.member], names[row.lesson], row.question, row.answer] for row in answers],
        "reached": [[seats[row.member], names[row.lesson], row.step] for row in reached],
    }


def _rows(
    connection: Connection, table: Table, seats: Mapping[int, int], names: Mapping[str, SavedName], most: int
) -> Sequence[Any]:
    of_class = (table.c.member.in_(list(seats)), table.c.lesson.in_(list(names)))
    return connection.execute(
        select(table).where(*of_class).order_by(table.c.changed.desc()).limit(most)
    ).all()


def parse_answers(
    saved: Mapping[str, Any], seats: Sequence[int], lessons: Mapping[SavedName, Lesson]
) -> SavedAnswers:
    """Return the answers in a file; one of an older version has none.

    Answers to lessons and questions that this version of Digit Lab does not have are left out.

    Raises
    ------
    TypeError, ValueError
        If they are no answers, too many, or of nobody in the class.
    """
    answers = [_answer(one, seats, lessons) for one in as_list(saved.get("answers", []), MAX_ANSWERS)]
    reached = [_reached(one, seats, lessons) for one in as_list(saved.get("reached", []), _MAX_REACHED)]
    check_distinct([(one.seat, one.lesson, one.values["question"]) for one in answers if one])
    check_distinct([(one.seat, one.lesson) for one in reached if one])
    return SavedAnswers(tuple(filter(None, answers)), tuple(filter(None, reached)))


def _answer(saved: Any, seats: Sequence[int], lessons: Mapping[SavedName, Lesson]) -> SavedAnswer | None:
    seat, name, asked, said = as_list(saved, 4)
    lesson = _lesson(seat, name, seats, lessons)
    if len(as_text(said)) > MAX_TEXT:
        raise ValueError("too long")
    question = next((one for one in lesson.questions if one.id == as_text(asked)), None) if lesson else None
    if question is None or not said.strip():
        return None
    try:
        return SavedAnswer(seat, name, {"question": question.id, "answer": question.read(said)})
    except LessonError:  # Its options were others.
        return None


def _reached(saved: Any, seats: Sequence[int], lessons: Mapping[SavedName, Lesson]) -> SavedAnswer | None:
    seat, name, step = as_list(saved, 3)
    lesson = _lesson(seat, name, seats, lessons)
    as_whole(step, MAX_STEPS)
    return SavedAnswer(seat, name, {"step": min(step, len(lesson.steps))}) if lesson and step else None


def _lesson(seat: Any, name: Any, seats: Sequence[int], lessons: Mapping[SavedName, Lesson]) -> Lesson | None:
    if type(seat) is not int or seat not in seats:
        raise ValueError("no such member")
    if type(name) not in (str, int):
        raise TypeError("no name of a lesson")
    return lessons.get(name)


def insert_answers(
    connection: Connection,
    saved: SavedAnswers,
    members: Mapping[int, Member],
    names: Mapping[SavedName, str],
) -> None:
    """Give members the answers of their file.

    Parameters
    ----------
    connection : Connection
    saved : SavedAnswers
    members : mapping of int to Member
        By their seats.
    names : mapping of str or int to str
        What the lessons that the file names are called now.
    """
    for table, found in ((LESSON_ANSWERS, saved.answers), (LESSON_STEPS, saved.reached)):
        rows = [
            {
                "owner": members[one.seat].owner,
                "member": members[one.seat].id,
                "lesson": names[one.lesson],
                "changed": now(),
                **one.values,
            }
            for one in found
        ]
        if rows:
            connection.execute(insert(table), rows)
            evict(connection, table)
