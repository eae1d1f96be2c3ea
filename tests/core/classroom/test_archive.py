"""A class is saved as a file and loaded again, on another server."""

import gzip
import json

import numpy as np
import pytest

from core.classroom import archive, membership
from core.classroom.archive import load_class, save_class
from core.classroom.board import read_board
from core.classroom.class_lessons import (
    LessonDesk,
    count_answers,
    count_reached,
    read_class_lesson,
    read_class_lessons,
)
from core.classroom.classroom import Classroom, ClassroomError, Member
from core.classroom.membership import Membership, join, memberships
from core.classroom.progress import read_pool, read_progress
from core.classroom.second_readings import read_drawings, save_reading
from core.classroom.teaching import TaughtClassroom, taught_by
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.lessons.answers import LessonBook, read_answers
from core.lessons.library import read_library
from core.lessons.parse import parse_lesson
from core.recipe import Recipe
from core.store.database import Database
from core.store.runs import RunStore
from tests.core.classroom.conftest import draw, picture
from tests.core.lessons.test_parse import LESSON
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


@pytest.fixture
def file(database: Database, classroom: Classroom, ann: Member, bob: Member) -> bytes:
    draw(database, ann, 1, 2)
    pool = read_pool(database, classroom.code)
    save_reading(database, bob, pool[0].id, 7)
    TaughtClassroom(database, classroom.code, "teacher").hide_drawing(pool[1].id, True)
    return save_class(database, classroom.code)


def test_a_loaded_class_is_the_one_that_was_saved(database: Database, classroom: Classroom, file: bytes):
    before = read_pool(database, classroom.code, hidden=True)
    TaughtClassroom(database, classroom.code, "teacher").delete()
    loaded, _ = load_class(database, file, "teacher")
    assert loaded.code == classroom.code
    after = read_pool(database, loaded.code, hidden=True)
    for old, new in zip(before, after, strict=True):
        assert (old.seat, old.label, old.hidden) == (new.seat, new.label, new.hidden)
        np.testing.assert_array_equal(old.image, new.image)
    assert [one.digits for one in read_drawings(database, loaded.code)] == [(7,)]
    (ann,) = memberships(database, loaded.code, "ann")
    assert (ann.name, ann.owner) == ("Ann", "ann"), "she is who she was"
    draw(database, ann, 5)
    assert join(database, loaded.code, "eve").seat == 3
    assert json.loads(gzip.decompress(save_class(database, loaded.code)))["members"][1]["name"] == "Bob"


def test_a_student_of_a_loaded_class_is_one_also_before_they_come_back(
    store: RunStore, database: Database, classroom: Classroom, file: bytes, monkeypatch: pytest.MonkeyPatch
):
    TaughtClassroom(database, classroom.code, "teacher").delete()
    loaded, _ = load_class(database, file, "teacher")
    TaughtClassroom(database, loaded.code, "teacher").pause(trainings=True)
    with pytest.raises(RunRefused, match="paused trainings"):
        RunQueue(store).enqueue(Recipe(), "ann", "Run")
    monkeypatch.setattr(membership, "MAX_PER_BROWSER", 1)
    with pytest.raises(ClassroomError, match="on this device"):
        join(database, loaded.code, "ann", "Another")


def test_a_student_of_a_loaded_class_who_trains_before_they_come_back_is_on_the_board(
    store: RunStore, database: Database, classroom: Classroom, file: bytes
):
    TaughtClassroom(database, classroom.code, "teacher").delete()
    loaded, _ = load_class(database, file, "teacher")
    RunQueue(store).enqueue(Recipe(), "ann", "Run")
    RunQueue(store).enqueue(Recipe(), "stranger", "Run")
    assert [name for name, _ in read_board(store, loaded.code).queue] == ["Ann"]


def test_answers_to_lessons_come_back_with_their_class_and_belong_to_those_who_gave_them(
    database: Database, classroom: Classroom, ann: Member, bob: Member
):
    bundled, lesson = next(iter(read_library().items()))
    pasted = LessonDesk(database, classroom.code, "teacher").add(LESSON)
    (rule, _) = own = parse_lesson(LESSON).questions
    for member, said in ((ann, "No"), (bob, "Yes")):
        book = LessonBook(database, member.owner, member.id, pasted)
        book.answer(rule, said)
        book.reach(1)
    first = LessonBook(database, "ann", ann.id, bundled)
    first.answer(lesson.questions[0], "9")
    first.reach(3)
    LessonBook(database, "stranger", 0, bundled).answer(lesson.questions[0], "1")
    file = save_class(database, classroom.code)
    TaughtClassroom(database, classroom.code, "teacher").delete()
    loaded, _ = load_class(database, file, "teacher")
    (new_name,) = read_class_lessons(database, loaded.code)
    assert count_answers(database, loaded.code, new_name, rule) == {"Yes": 1, "No": 1}
    assert count_answers(database, loaded.code, bundled, lesson.questions[0]) == {"9": 1}
    assert count_reached(database, loaded.code, bundled, lesson)[:4] == (1, 1, 1, 0)
    again = save_class(database, loaded.code)
    assert sorted(map(str, of_file(again, "answers"))) == sorted(map(str, of_file(file, "answers")))
    (ann,) = memberships(database, loaded.code, "ann")
    assert LessonBook(database, "ann", ann.id, new_name).answers() == {own[0].id: "No"}
    assert read_answers(database, "ann", (ann.id,), {bundled: lesson})[0][1] == "9"


def test_an_answer_to_a_question_that_is_not_there_any_more_is_left_out(database: Database, file: bytes):
    name, lesson = next(iter(read_library().items()))
    asked = lesson.questions[0].id
    answers = [[1, "another lesson", "1.1", "7"], [1, name, "9.9", "7"], [1, name, asked, "many"]]
    loaded, _ = load_class(database, changed(file, answers=answers, reached=[[1, name, 20]]), "teacher")
    assert of_file(save_class(database, loaded.code), "answers") == []
    assert of_file(save_class(database, loaded.code), "reached") == [[1, name, len(lesson.steps)]]


def of_file(file: bytes, name: str) -> list[list[object]]:
    values: list[list[object]] = json.loads(gzip.decompress(file))[name]
    return values


def test_a_class_whose_file_would_be_too_large_is_saved_without_the_paths_of_the_pen(
    database: Database, classroom: Classroom, ann: Member, monkeypatch: pytest.MonkeyPatch
):
    noise = np.random.default_rng(0).uniform(0, 280, (1000, 2))
    Membership(database, ann).save(picture(1), 1, (noise,))
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 2000)
    loaded, _ = load_class(database, save_class(database, classroom.code), "teacher")
    np.testing.assert_array_equal(read_pool(database, loaded.code)[0].image, picture(1))


def test_a_class_beside_the_saved_one_has_another_code(database: Database, classroom: Classroom, file: bytes):
    loaded, _ = load_class(database, file, "teacher")
    assert loaded.code != classroom.code
    assert len(taught_by(database, "teacher")) == 2


def test_nobody_becomes_a_student_by_their_file(file: bytes):
    browsers = [member["browser"] for member in json.loads(gzip.decompress(file))["members"]]
    assert not {"ann", "bob"} & set(browsers)


@pytest.mark.parametrize("current", ["../secret", 3, -1, None, True])
def test_a_lesson_that_is_not_there_is_none(database: Database, file: bytes, current: object):
    loaded, _ = load_class(database, changed(file, lesson=current), "teacher")
    assert read_class_lesson(database, loaded.code).lesson == ""


def changed(file: bytes, **values: object) -> bytes:
    return gzip.compress(json.dumps({**json.loads(gzip.decompress(file)), **values}).encode())


def test_a_file_that_is_none_is_a_sentence_and_leaves_nothing(database: Database, file: bytes):
    saved = json.loads(gzip.decompress(file))
    member, drawing, lesson = saved["members"][0], saved["drawings"][0], next(iter(read_library()))
    wrong = [
        b"",
        b"no file",
        file[:100],
        gzip.compress(b"[" * 100_000),
        gzip.compress(b"0" * 40_000_000),
        changed(file, digit_lab_class=2),
        changed(file, members=[member] * 46),
        changed(file, members=[member, member]),
        changed(file, members=[{**member, "name": "n" * 1000}]),
        changed(file, members=[{**member, "browser": "ann"}]),
        changed(file, members={"seat": 1}),
        changed(file, drawings=[{**drawing, "label": 10}]),
        changed(file, drawings=[{**drawing, "label": True}]),
        changed(file, drawings=[{**drawing, "seat": 99}]),
        changed(file, drawings=[{**drawing, "seat": []}]),
        changed(file, drawings=[{**drawing, "image": "AAAA"}]),
        changed(file, drawings=[{**drawing, "strokes": "[[[1e400, 2]]]"}]),
        changed(file, drawings=[drawing] * 101),
        changed(file, drawings=None),
        changed(file, readings=[[0, 2, 7], [0, 2, 7]]),
        changed(file, readings=[[99, 2, 7]]),
        changed(file, readings=[[0, 2]]),
        changed(file, code=None),
        changed(file, lessons=["no lesson"]),
        changed(file, lessons=[["a list"]]),
        changed(file, lessons=LESSON),
        changed(file, answers=[[1, lesson, "1.1", "7"], [1, lesson, "1.1", "8"]]),
        changed(file, answers=[[99, lesson, "1.1", "7"]]),
        changed(file, answers=[[1, ["a list"], "1.1", "7"]]),
        changed(file, answers=[[1, lesson, "1.1", "7" * 1001]]),
        changed(file, answers=[[1, lesson, "1.1", 7]]),
        changed(file, answers=[[1, "no lesson", "1.1", "7"]] * 10_000),
        changed(file, reached=[[1, lesson, 1], [1, lesson, 2]]),
        changed(file, reached=[[1, lesson, 10**9]]),
        changed(file, reached={"1": 2}),
    ]
    before = read_progress(database, saved["code"])
    for content in wrong:
        with pytest.raises(ClassroomError, match="not the file of a class"):
            load_class(database, content, "teacher")
    assert len(taught_by(database, "teacher")) == 1
    assert read_progress(database, saved["code"]) == before


@pytest.mark.parametrize(
    "change",
    [
        {"lessons": [LESSON.replace("There is none.", "There is \ud800none.")]},
        {"lessons": [LESSON.replace("There is none.", "There is \x00none.")]},
        {"sealed_at": "2026-01-02\ud80003:04:05"},
        {"sealed_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_a_file_with_what_no_database_takes_is_a_sentence(database: Database, file: bytes, change: dict):
    saved = json.loads(gzip.decompress(file)) | change
    with pytest.raises(ClassroomError, match="not the file of a class"):
        load_class(database, gzip.compress(json.dumps(saved).encode()), "teacher")
