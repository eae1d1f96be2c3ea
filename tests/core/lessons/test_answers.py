"""Answers stay with the student who gave them."""

from core.lessons.answers import LessonBook
from core.lessons.lesson import Question
from core.store.owners import delete_all
from core.store.runs import RunStore
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE
CHOICE = Question("1.1", "choice", "Which?", ("Yes", "No"), right=1)
NUMBER = Question("2.1", "number", "How many?")


def test_an_answer_is_kept_changed_and_taken_back(store: RunStore):
    ann = LessonBook(store.database, "ann", 0, "sevens")
    ann.answer(CHOICE, "Yes")
    ann.answer(NUMBER, "1,000")
    ann.answer(CHOICE, "No")
    assert ann.answers() == {"1.1": "No", "2.1": "1000"}
    ann.answer(NUMBER, "")
    assert ann.answers() == {"1.1": "No"}


def test_students_and_lessons_have_answers_of_their_own_and_take_them_along(store: RunStore):
    for owner, member, lesson in (("ann", 0, "a"), ("ann", 1, "a"), ("bob", 0, "a"), ("ann", 0, "b")):
        LessonBook(store.database, owner, member, lesson).answer(NUMBER, str(member + 5))
    assert LessonBook(store.database, "ann", 1, "a").answers() == {"2.1": "6"}
    delete_all(store.database, "ann")
    assert LessonBook(store.database, "ann", 1, "a").answers() == {}
    assert LessonBook(store.database, "bob", 0, "a").answers() == {"2.1": "5"}


def test_the_oldest_answers_make_room(store: RunStore, monkeypatch):
    monkeypatch.setattr("core.lessons.answers.MAX_ANSWERS", 2)
    monkeypatch.setattr("core.lessons.answers.now", iter("123456").__next__)
    for lesson in "abc":
        LessonBook(store.database, "ann", 0, lesson).answer(NUMBER, "1")
    kept = [bool(LessonBook(store.database, "ann", 0, lesson).answers()) for lesson in "abc"]
    assert kept == [False, True, True]
