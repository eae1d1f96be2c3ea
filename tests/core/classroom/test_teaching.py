"""A teacher opens a class, finds it again, pauses, closes and deletes it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from core.classroom import codes
from core.classroom.classroom import MAX_PER_TEACHER, Classroom, ClassroomError, Member, find_classroom
from core.classroom.membership import Membership, join, memberships
from core.classroom.progress import read_pool
from core.classroom.second_readings import save_reading
from core.classroom.teaching import TaughtClassroom, add_teacher, become_teacher, open_classroom, taught_by
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.jobs.scheduler import Scheduler
from core.recipe import Recipe
from core.store.classrooms import sweep_classrooms
from core.store.database import Database
from core.store.owners import delete_all
from core.store.queries import as_text
from core.store.runs import RunStore
from core.store.tables import CLASSROOMS, METADATA
from tests.core.classroom.conftest import draw
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def rows(database: Database) -> int:
    tables = [table for table in METADATA.sorted_tables if table.name.startswith("classroom")]
    with database.reading() as connection:
        return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def find(database: Database, code: str) -> Classroom:
    with database.reading() as connection:
        return find_classroom(connection, code)


def test_a_class_has_a_code_and_its_teacher_finds_it_again(database: Database):
    opened, token = open_classroom(database, "teacher")
    assert codes.read_code(f" {opened.code[:2].lower()}-{opened.code[2:]} ") == opened.code
    assert taught_by(database, "teacher") == (opened,)
    assert taught_by(database, "ann") == ()
    with database.reading() as connection:
        assert token not in str(connection.execute(select(CLASSROOMS)).all()), "only its digest is kept"


def test_a_second_teacher_gets_in_by_the_link_until_there_is_a_new_one(database: Database):
    opened, token = open_classroom(database, "teacher")
    link = f"http://school.example/class?teacher={token}"
    assert become_teacher(database, codes.read_token(link) or "", "other") == opened.code
    assert become_teacher(database, token, "other") == opened.code, "twice is once"
    newer = TaughtClassroom(database, opened.code, "other").new_link()
    with pytest.raises(ClassroomError, match="newest"):
        become_teacher(database, token, "third")
    assert become_teacher(database, newer, "third") == opened.code
    assert codes.read_token("http://school.example/class?room=BCFHJ") is None


def test_only_a_few_classes_are_opened(database: Database, monkeypatch):
    for _ in range(MAX_PER_TEACHER):
        open_classroom(database, "teacher")
    with pytest.raises(ClassroomError, match="Delete one"):
        open_classroom(database, "teacher")
    monkeypatch.setattr("core.classroom.teaching.MAX_CLASSROOMS", MAX_PER_TEACHER)
    with pytest.raises(ClassroomError, match="its limit"):
        open_classroom(database, "another")
    monkeypatch.setattr("core.classroom.teaching.EMPTY_TIME", timedelta(0))
    for one in taught_by(database, "teacher")[1:]:
        join(database, one.code, "ann")
    newest = open_classroom(database, "another")[0]
    assert len(taught_by(database, "teacher")) == MAX_PER_TEACHER - 1, "the empty one made room"
    join(database, newest.code, "ann")
    with pytest.raises(ClassroomError, match="its limit"):
        open_classroom(database, "one more")


def test_a_student_cannot_do_what_a_teacher_can(database: Database, classroom: Classroom, ann: Member):
    desk = TaughtClassroom(database, classroom.code, "ann")
    for attempt in (desk.delete, desk.prolong, desk.new_link, lambda: desk.hide_name(ann.id, True)):
        with pytest.raises(ClassroomError, match="Only a teacher"):
            attempt()
    assert find(database, classroom.code) == classroom


def test_what_is_paused_is_a_sentence_and_goes_on(
    store: RunStore, database: Database, classroom: Classroom, ann: Member
):
    desk, queue = TaughtClassroom(database, classroom.code, "teacher"), RunQueue(store)
    desk.pause(uploads=True, trainings=True)
    with pytest.raises(ClassroomError, match="paused drawing"):
        draw(database, ann, 3)
    with pytest.raises(RunRefused, match=f"paused trainings in the class {classroom.code}"):
        queue.enqueue(Recipe(), "ann", "Run")
    queue.enqueue(Recipe(), "somebody else", "Run")
    desk.pause(uploads=False)
    draw(database, ann, 3)
    assert find(database, classroom.code).trainings_paused
    desk.pause(trainings=False)
    queue.enqueue(Recipe(), "ann", "Run")


def test_a_closed_class_keeps_what_it_has(database: Database, classroom: Classroom, ann: Member):
    draw(database, ann, 3)
    desk = TaughtClassroom(database, classroom.code, "teacher")
    desk.close(True)
    for attempt in (lambda: join(database, classroom.code, "eve"), lambda: draw(database, ann, 4)):
        with pytest.raises(ClassroomError, match="closed"):
            attempt()
    assert len(read_pool(database, classroom.code)) == 1
    desk.close(False)
    draw(database, ann, 4)


def test_hidden_drawings_and_names_are_seen_by_nobody(
    database: Database, classroom: Classroom, ann: Member, bob: Member
):
    draw(database, ann, 3, 4)
    desk = TaughtClassroom(database, classroom.code, "teacher")
    first, second = read_pool(database, classroom.code)
    desk.hide_drawing(first.id, True)
    desk.hide_name(ann.id, True)
    assert [one.id for one in read_pool(database, classroom.code)] == [second.id]
    assert [one.hidden for one in read_pool(database, classroom.code, hidden=True)] == [True, False]
    assert memberships(database, classroom.code, "ann")[0].shown_name == "Student 1"
    desk.hide_drawing(first.id, False)
    desk.hide_name(ann.id, False)
    assert len(read_pool(database, classroom.code)) == 2
    desk.remove_member(ann.id)
    assert read_pool(database, classroom.code) == ()
    assert memberships(database, classroom.code, "bob") == (bob,)


def test_strangers_who_fill_a_class_are_removed_at_once(
    database: Database, classroom: Classroom, ann: Member, bob: Member
):
    draw(database, ann, 3)
    desk = TaughtClassroom(database, classroom.code, "teacher")
    assert desk.remove_idle() == 1
    assert memberships(database, classroom.code, "ann") == (ann,)
    assert memberships(database, classroom.code, "bob") == ()
    assert join(database, classroom.code, "cat").seat == 2, "a seat that nobody has drawn on is free again"


def test_the_board_shows_what_was_chosen_in_its_own_order(database: Database, classroom: Classroom):
    TaughtClassroom(database, classroom.code, "teacher").show_on_board(["matrix", "joined", "no such"])
    assert find(database, classroom.code).board == ("joined", "matrix")


def fill(database: Database, code: str) -> None:
    members = [join(database, code, name) for name in ("cat", "dan")]
    draw(database, members[0], 1, 2)
    save_reading(database, members[1], read_pool(database, code)[-1].id, 1)


def test_a_deleted_class_leaves_nothing(database: Database):
    opened, _ = open_classroom(database, "teacher")
    fill(database, opened.code)
    TaughtClassroom(database, opened.code, "teacher").delete()
    assert rows(database) == 0


def test_a_class_ends_by_itself_unless_it_is_prolonged(database: Database):
    kept, _ = open_classroom(database, "teacher")
    ended, token = open_classroom(database, "teacher")
    fill(database, ended.code)
    before = as_text(datetime.now(UTC) - timedelta(seconds=1))
    with database.writing() as connection:
        connection.execute(update(CLASSROOMS).values(ends_at=before).where(CLASSROOMS.c.code == ended.code))
        soon = as_text(datetime.now(UTC) + timedelta(minutes=1))
        connection.execute(update(CLASSROOMS).values(ends_at=soon).where(CLASSROOMS.c.code == kept.code))
    assert taught_by(database, "teacher")[0].code == kept.code, "an ended class is gone at once"
    with pytest.raises(ClassroomError):
        become_teacher(database, token, "teacher")
    with pytest.raises(ClassroomError, match="no class with this code"):
        join(database, ended.code, "ann")
    TaughtClassroom(database, kept.code, "teacher").prolong()
    assert find(database, kept.code).ends_at > as_text(datetime.now(UTC) + timedelta(days=29))
    assert sweep_classrooms(database) == 1
    assert rows(database) == 2, "the other class, and its teacher"


def test_all_my_data_includes_what_is_in_classes(
    database: Database, classroom: Classroom, ann: Member, bob: Member
):
    draw(database, ann, 1)
    draw(database, bob, 1)
    delete_all(database, "ann")
    assert [one.seat for one in read_pool(database, classroom.code)] == [bob.seat]
    add_teacher(database, classroom.code, "other")
    delete_all(database, "teacher")
    assert [one.code for one in taught_by(database, "other")] == [classroom.code]
    delete_all(database, "other")
    assert rows(database) == 0, "a class without a teacher is deleted"


def test_the_pool_survives_that_a_member_is_here_twice(database: Database, classroom: Classroom, ann: Member):
    """In two tabs."""
    draw(database, ann, 1)
    (again,) = memberships(database, classroom.code, "ann")
    Membership(database, again).save(read_pool(database, classroom.code)[0].image, 2)
    assert [one.label for one in read_pool(database, classroom.code)] == [2], "corrected, not doubled"


def test_a_server_deletes_what_has_ended_without_anybody_asking(store: RunStore, database: Database):
    opened, _ = open_classroom(database, "teacher")
    fill(database, opened.code)
    with database.writing() as connection:
        connection.execute(update(CLASSROOMS).values(ends_at="2026-01-01T00:00:00+00:00"))
    scheduler = Scheduler(store, workers=0)
    deadline = time.monotonic() + 30
    while rows(database) and time.monotonic() < deadline:
        time.sleep(0.01)
    scheduler.shutdown()
    assert rows(database) == 0
