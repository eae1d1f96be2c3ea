"""A student joins, draws, and labels what others have drawn."""

import threading

import numpy as np
import pytest

from core.classroom import classroom as limits
from core.classroom import membership
from core.classroom.classroom import Classroom, ClassroomError, Member
from core.classroom.membership import Membership, join, memberships
from core.classroom.names import check_name, suggest_name
from core.classroom.progress import READINGS_ASKED, read_pool, read_progress
from core.classroom.second_readings import (
    agreement,
    count_readings,
    disputed,
    next_unread,
    read_drawings,
    save_reading,
)
from core.recipe import Recipe
from core.store.database import Database
from core.store.runs import RunStore
from tests.core.classroom.conftest import draw, picture
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Ann   K. ", "Ann K."),
        ("محمد", "محمد"),
        ("李雷", "李雷"),
        ("a\u202eb", "ab"),
        ("Z\u0300\u0301\u0302\u0303", "Z\u0300\u0301"),
    ],
)
def test_a_name_in_any_script_is_kept_in_one_line(said: str, kept: str):
    assert check_name(said, ()) == kept


@pytest.mark.parametrize("said", ["", " \u200b ", "n" * 21, "n" * 100_000, "OTTER 7", "\u0301\u0301"])
def test_a_name_that_cannot_be_used_is_a_sentence(said: str):
    with pytest.raises(ClassroomError):
        check_name(said, ["Otter 7"])


def test_a_suggested_name_is_an_animal_that_nobody_is():
    taken: list[str] = []
    for _ in range(45):
        taken.append(suggest_name(taken))
    assert len(set(taken)) == 45
    assert all(name.split()[1].isdigit() for name in taken)


@ON_EVERY_DATABASE
def test_a_class_joins_at_once_and_each_has_a_seat_and_a_name(database: Database, classroom: Classroom):
    """More than there is room for, and nobody is let in twice or left out."""
    refused: list[str] = []

    def come(number: int) -> None:
        try:
            join(database, classroom.code, f"browser {number}")
        except ClassroomError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    progress = read_progress(database, classroom.code)
    assert [one.member.seat for one in progress.members] == list(range(1, limits.MAX_MEMBERS + 1))
    assert len({one.member.name for one in progress.members}) == limits.MAX_MEMBERS
    assert progress.here == limits.MAX_MEMBERS
    assert refused == ["This class is full: it has 45 members."] * 5


@ON_EVERY_DATABASE
def test_students_share_a_tablet(database: Database, classroom: Classroom, monkeypatch):
    first, second = (join(database, classroom.code, "tablet", name) for name in ("Ann", "Bob"))
    assert {member.name for member in memberships(database, classroom.code, "tablet")} == {"Ann", "Bob"}
    draw(database, first, 1)
    assert len(Membership(database, first).drawings()) == 1
    assert Membership(database, second).drawings() == ()
    assert next_unread(database, second) is not None
    monkeypatch.setattr(membership, "MAX_PER_BROWSER", 2)
    with pytest.raises(ClassroomError, match="on this device"):
        join(database, classroom.code, "tablet", "Cat")


@ON_EVERY_DATABASE
def test_a_drawing_is_in_the_pool_as_it_was(database: Database, classroom: Classroom, ann: Member, mnist):
    strokes = (np.array([[10.0, 10.0], [100.0, 200.0]]),)
    Membership(database, ann).save(mnist.test_images[0], 7, strokes)
    (drawing,) = read_pool(database, classroom.code)
    np.testing.assert_array_equal(drawing.image, mnist.test_images[0])
    assert (drawing.label, drawing.seat, drawing.hidden) == (7, 1, False)
    assert Membership(database, ann).counts() == (0, 0, 0, 0, 0, 0, 0, 1, 0, 0)


@ON_EVERY_DATABASE
def test_what_is_no_drawing_or_one_too_many_is_refused(
    database: Database, ann: Member, bob: Member, monkeypatch
):
    own = Membership(database, ann)
    for image, label in ((picture(1), 10), (np.zeros((28, 27), np.uint8), 1), (picture(1) / 255, 1)):
        with pytest.raises(ClassroomError, match="one digit"):
            own.save(image, label)
    with pytest.raises(ClassroomError, match="too many points"):
        own.save(picture(1), 1, (np.zeros((9000, 2)),))
    monkeypatch.setattr(membership, "MAX_DRAWINGS", 2)
    draw(database, ann, 1, 2)
    with pytest.raises(ClassroomError, match="You have 2 drawings"):
        own.save(picture(99), 3)
    newest = own.drawings()[0]
    Membership(database, bob).remove(newest.id)
    assert len(own.drawings()) == 2, "nobody deletes another's"
    own.remove(newest.id)
    own.save(picture(99), 3)
    assert not own.classroom().closed
    own.leave()
    with pytest.raises(ClassroomError, match="Join it again"):
        own.save(picture(1), 1)
    with pytest.raises(ClassroomError, match="Join it again"):
        own.classroom()


@ON_EVERY_DATABASE
def test_others_drawings_are_read_blindly_and_each_once(
    database: Database, classroom: Classroom, ann: Member, bob: Member
):
    cat = join(database, classroom.code, "cat", "Cat")
    draw(database, ann, 1, 2)
    draw(database, bob, 7)
    seen = set()
    while (drawing := next_unread(database, cat)) is not None:
        save_reading(database, cat, drawing.id, 1)
        seen.add(drawing.id)
    assert len(seen) == count_readings(database, cat) == 3
    one_of_bob = next_unread(database, ann)
    assert one_of_bob is not None
    assert one_of_bob.seat == bob.seat
    assert next_unread(database, bob) is not None
    with pytest.raises(ClassroomError, match="deleted"):
        save_reading(database, bob, one_of_bob.id, 1)
    with pytest.raises(ClassroomError, match="0 to 9"):
        save_reading(database, ann, one_of_bob.id, 10)
    save_reading(database, ann, one_of_bob.id, None)
    save_reading(database, ann, one_of_bob.id, 7)
    read = read_drawings(database, classroom.code)
    assert [one.digits for one in read] == [(1,), (1,), (None, 1)], "the first answer counts"
    assert agreement(read).share == 1 / 4
    assert [one.drawing.label for one in disputed(read)] == [2, 7]


@ON_EVERY_DATABASE
def test_a_deleted_drawing_takes_its_readings_along(
    database: Database, classroom: Classroom, ann: Member, bob: Member
):
    draw(database, ann, 1)
    (drawing,) = read_pool(database, classroom.code)
    save_reading(database, bob, drawing.id, 7)
    Membership(database, ann).remove(drawing.id)
    assert read_drawings(database, classroom.code) == ()
    assert agreement(()).share is None


@ON_EVERY_DATABASE
def test_progress_counts_each_step(
    store: RunStore, database: Database, classroom: Classroom, ann: Member, bob: Member
):
    draw(database, ann, *list(range(10)) * 3)
    draw(database, bob, 1)
    for drawing in read_pool(database, classroom.code)[:READINGS_ASKED]:
        save_reading(database, bob, drawing.id, 1)
    finished_run(store, Recipe(epochs=1), "bob")
    assert list(read_progress(database, classroom.code).steps.values()) == [2, 2, 1, 1, 1]
