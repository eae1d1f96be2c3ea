"""Lessons of a class: pasted in, worked on, and counted without names."""

import pytest
from sqlalchemy import insert

from core.classroom.archive import load_class, save_class
from core.classroom.class_lessons import (
    LessonDesk,
    count_answers,
    count_reached,
    lessons_of,
    read_class_lesson,
    read_class_lessons,
)
from core.classroom.classroom import Classroom, ClassroomError, Member
from core.classroom.membership import join
from core.lessons.answers import LessonBook, read_answers
from core.lessons.lesson import Question
from core.store.database import Database
from core.store.tables import LESSON_ANSWERS
from tests.core.lessons.test_parse import LESSON
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE
CHOICE = Question("1.1", "choice", "Rule?", ("Yes", "No"), right=1)
NUMBER = Question("1.2", "number", "Bars?")


@pytest.fixture
def desk(database: Database, classroom: Classroom) -> LessonDesk:
    return LessonDesk(database, classroom.code, "teacher")


def test_a_pasted_lesson_is_for_the_class_only_and_goes_with_it(
    database: Database, desk: LessonDesk, classroom: Classroom, ann: Member
):
    name = desk.add(LESSON)
    desk.work_on(name, "1.1")
    assert list(lessons_of(database, "ann")) == list(lessons_of(database, "teacher")) == [name]
    assert not lessons_of(database, "stranger")
    LessonBook(database, "ann", ann.id, name).answer(CHOICE, "No")
    with pytest.raises(ClassroomError, match="of this title"):
        desk.add(LESSON)
    file = save_class(database, classroom.code)
    loaded, _ = load_class(database, file, "another teacher")
    (kept,) = read_class_lessons(database, loaded.code)
    assert read_class_lesson(database, loaded.code).lesson == kept != name
    desk.remove(name)
    assert read_class_lesson(database, classroom.code).lesson == ""
    assert not read_class_lessons(database, classroom.code)
    assert not LessonBook(database, "ann", ann.id, name).answers()
    LessonBook(database, "ann", ann.id, "other").answer(CHOICE, "No")
    desk.delete()
    assert not LessonBook(database, "ann", ann.id, "other").answers()


def test_only_a_teacher_adds_lessons_and_a_wrong_one_is_named_with_its_line(
    database: Database, desk: LessonDesk, classroom: Classroom, ann: Member
):
    with pytest.raises(ClassroomError, match=r"^Line 12: HTML"):
        desk.add(LESSON.replace("Look at *sevens*.", "<b>Look</b>"))
    with pytest.raises(ClassroomError, match="Only a teacher"):
        LessonDesk(database, classroom.code, ann.owner).add(LESSON)


def test_answers_and_steps_are_counted_for_members_only(
    database: Database, desk: LessonDesk, classroom: Classroom, ann: Member, bob: Member
):
    name = desk.add(LESSON)
    lesson = read_class_lessons(database, classroom.code)[name]
    said = (("ann", ann.id, "No", "3"), ("bob", bob.id, "No", "12"), ("stranger", 0, "Yes", "9"))
    for owner, member, rule, bars in said:
        book = LessonBook(database, owner, member, name)
        book.reach(1)
        book.answer(CHOICE, rule)
        book.answer(NUMBER, bars)
    code = classroom.code
    assert count_answers(database, code, name, CHOICE) == {"Yes": 0, "No": 2}
    assert count_answers(database, code, name, NUMBER) == {"3": 1, "12": 1}
    assert count_reached(database, code, name, lesson) == (2,)
    assert [answer for _, answer in read_answers(database, "ann", (0, ann.id), {name: lesson})] == ["No", "3"]


def test_who_answers_first_and_joins_then_keeps_the_answers(database: Database, classroom: Classroom):
    before = LessonBook(database, "eve", 0, "lesson")
    before.answer(CHOICE, "No")
    before.reach(2)
    first, second = (join(database, classroom.code, "eve") for _ in range(2))
    for member in (first, second):
        LessonBook(database, "eve", 0, "lesson").hand_to(member.id)
    assert LessonBook(database, "eve", first.id, "lesson").answers() == {"1.1": "No"}
    assert not LessonBook(database, "eve", second.id, "lesson").answers()
    assert count_answers(database, classroom.code, "lesson", CHOICE) == {"Yes": 0, "No": 1}


def test_many_different_numbers_become_groups(database: Database, classroom: Classroom, ann: Member):
    name, code = "numbers", classroom.code
    with database.writing() as connection:
        rows = [
            {
                "owner": f"o{number}",
                "member": ann.id,
                "lesson": name,
                "question": "1.2",
                "answer": str(number),
            }
            for number in range(17)
        ]
        connection.execute(insert(LESSON_ANSWERS), [row | {"changed": ""} for row in rows])
    bars = count_answers(database, code, name, NUMBER)
    assert list(bars)[:2] == ["0 to 2", "2 to 4"]
    assert sum(bars.values()) == 17
