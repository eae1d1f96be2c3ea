"""The sealed half of the test set, the leaderboard of a class, and who fooled the network."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from sqlalchemy import text

from core.classroom import archive, fooling
from core.classroom.classroom import Classroom, ClassroomError, Member, find_classroom
from core.classroom.contest import entries, leaderboard, read_entry_answers
from core.classroom.membership import join
from core.classroom.progress import read_pool
from core.classroom.second_readings import save_reading
from core.classroom.teaching import TaughtClassroom
from core.data import Dataset
from core.export.files import make_file
from core.export.run_bundle import pack_bundle
from core.fine_tuning.outcome import FineTuning
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.series.series import TEST_ACCURACY, Arm, Series
from core.store.classrooms import is_sealed_for, sealed_owners
from core.store.database import Database
from core.store.runs import RunStore
from core.store.series import read_progress
from core.store.test_answers import read_answers
from core.test_sets.halves import Part, TestAnswers, part_of, places
from tests.core.classroom.conftest import draw
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finish, finished_run


def answers(mnist: Dataset, wrong_open: int, wrong_sealed: int) -> TestAnswers:
    """Answers with so many errors on either half."""
    found = mnist.test_labels.astype(int)
    for part, wrong in ((Part.OPEN, wrong_open), (Part.SEALED, wrong_sealed)):
        chosen = places(mnist, part)[:wrong]
        found[chosen] = (found[chosen] + 1) % 10
    return TestAnswers.of(found, mnist)


def standings(database: Database, code: str, mnist: Dataset):
    found = entries(database, code)
    with database.reading() as connection:
        opened = find_classroom(connection, code).unsealed_at is not None
    return leaderboard(found, read_entry_answers(database, found), mnist, opened)


def run_of(store: RunStore, member: Member, seed: int, given: TestAnswers):
    return finished_run(store, Recipe(epochs=1, seed=seed), member.owner, answers=given)


@pytest.fixture
def own(database: Database, classroom: Classroom) -> TaughtClassroom:
    return TaughtClassroom(database, classroom.code, "teacher")


@ON_EVERY_DATABASE
def test_the_best_run_of_each_member_is_ranked_and_the_seal_is_opened_once(
    store: RunStore, database: Database, own: TaughtClassroom, ann: Member, bob: Member, mnist: Dataset
):
    code = ann.code
    run_of(store, ann, 0, answers(mnist, 0, 0))
    assert entries(database, code) == (), "nothing counts from before"
    own.seal()
    assert is_sealed_for("ann", sealed_owners(database))
    assert is_sealed_for("teacher", sealed_owners(database))
    assert not is_sealed_for("eve", sealed_owners(database))
    with database.writing() as connection:  # Runs within a second of the seal would count, too.
        connection.execute(text("UPDATE runs SET created = '2020-01-01T00:00:00+00:00'"))
    run_of(store, ann, 1, answers(mnist, 300, 0))
    lucky = run_of(store, ann, 2, answers(mnist, 100, 400))
    run_of(store, bob, 3, answers(mnist, 110, 110))
    finished_run(store, Recipe(epochs=1, seed=4), "eve", answers=answers(mnist, 0, 0))
    own.hide_name(bob.id, True)

    first, second = standings(database, code, mnist)
    assert (first.entry.name, first.entry.run_id, first.entry.tried) == ("Ann", lucky.id, 2)
    assert second.entry.name == f"Student {bob.seat}"
    assert first.open.accuracy.proportion == pytest.approx(0.98)
    assert second.open.p_value < 0.05, "all errors of the first are errors of the second, too"
    assert first.sealed is None, "nothing is worked out on the sealed half"

    own.unseal()
    assert sealed_owners(database) == frozenset()
    run_of(store, bob, 5, answers(mnist, 0, 0))
    with pytest.raises(ClassroomError, match="cannot be sealed again"):
        own.seal()
    first, second = standings(database, code, mnist)
    assert first.entry.name == f"Student {bob.seat}"
    assert first.sealed.rank == 1
    assert second.luck == pytest.approx(0.06)


def test_continued_runs_count_for_who_trained_them_and_others_networks_for_nobody(
    store: RunStore, database: Database, own: TaughtClassroom, ann: Member, bob: Member, mnist: Dataset
):
    own.seal()
    parent = run_of(store, ann, 1, answers(mnist, 300, 300))
    queue = RunQueue(store)
    for owner, wrong in (("ann", 200), ("bob", 100)):
        queue.extend(parent.id, 1, owner)
        lease = queue.lease("worker")
        finish(lease, answers=answers(mnist, wrong, wrong))
    (entry,) = entries(database, ann.code)
    assert (entry.name, entry.tried) == ("Ann", 2)


def test_a_member_s_run_shows_its_open_half_only(store: RunStore, ann: Member, mnist: Dataset):
    run = run_of(store, ann, 1, answers(mnist, 500, 0))
    best = run_of(store, ann, 2, answers(mnist, 400, 1000))
    seen = store.seen(Part.OPEN)
    assert seen.get(run.id).test_accuracy == pytest.approx(0.9)
    assert [one.test_accuracy for one in seen.runs()] == [pytest.approx(0.92), pytest.approx(0.9)]
    assert seen.best() == best.id
    old = finished_run(store, Recipe(epochs=1, seed=3), "ann")
    assert seen.get(old.id).test_accuracy is None, "of an older run nobody knows"
    store.delete(run.id, "ann")
    with store.database.reading() as connection:
        assert set(read_answers(connection, [run.id, best.id])) == {best.id}


def test_the_seal_outlives_the_server_in_the_file_of_the_class(
    database: Database, own: TaughtClassroom, ann: Member, bob: Member
):
    own.seal()
    own.choose_target("relu")
    saved = archive.save_class(database, ann.code)
    own.delete()
    loaded, _ = archive.load_class(database, saved, "teacher")
    assert loaded.is_sealed
    assert loaded.target == "relu"
    assert is_sealed_for("bob", sealed_owners(database)), "before they have come back"


@ON_EVERY_DATABASE
def test_a_drawing_scores_if_two_classmates_read_it_and_the_network_does_not(
    database: Database, ann: Member, bob: Member
):
    code = ann.code
    cleo, dan = (join(database, code, owner, owner.title()) for owner in ("cleo", "dan"))
    ann_again = join(database, code, "ann", "Ann's other self")
    draw(database, ann, 1, 7, 4, 9)
    one, seven, four, nine = read_pool(database, code)
    for drawing, said in ((one, (1, 1, None)), (seven, (7, 1, 1)), (four, (4, None, None))):
        for reader, digit in zip((bob, cleo, dan), said, strict=True):
            save_reading(database, reader, drawing.id, digit)
    for reader in (bob, ann_again):
        save_reading(database, reader, nine.id, 9)
    agreed = fooling.read_agreed(database, code)
    assert [drawing.id for drawing, _ in agreed] == [one.id]
    assert fooling.fooled(agreed, [1]) == ()
    (fooled,) = fooling.fooled(agreed, [7])
    assert (fooled.author.name, fooled.prediction) == ("Ann", 7)
    assert fooling.points((fooled, fooled)) == (fooling.Points("Ann", 2),)
    hidden = dataclasses.replace(fooled, author=dataclasses.replace(ann, name_hidden=True))
    assert fooling.points((hidden,))[0].name == f"Student {ann.seat}"
    assert np.array_equal(fooled.drawing.image, one.image)


def test_a_member_s_files_and_series_have_the_open_half_only(store: RunStore, ann: Member, mnist: Dataset):
    run = run_of(store, ann, 1, answers(mnist, 500, 0))
    seen = store.seen(Part.OPEN)
    results = read_progress(seen, Series("", "", (Arm("", run.recipe),), (TEST_ACCURACY,))).results
    (result,) = results.values()
    assert result.test_accuracy == result.test_confusion.accuracy() == pytest.approx(0.9)
    tuned = dataclasses.replace(run, fine_tuning=FineTuning(8, 2, test_before=0.9))
    assert tuned.seen(Part.OPEN).fine_tuning.test_before is None
    model, dataset = store.load_model("softmax"), part_of(mnist, Part.OPEN)
    report = make_file("report_html", store, store.get("softmax"), dataset).decode()
    assert "92.64%" in report
    assert "92.57%" not in report
    assert "5,000 open test images" in report
    with zipfile.ZipFile(io.BytesIO(pack_bundle(seen.get("softmax"), (), model))) as bundle:
        assert json.loads(bundle.read("run.json"))["test_accuracy"] == 0.9264
