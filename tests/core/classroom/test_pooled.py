"""The drawings of a class as a data set: split by person, trained on through the queue, taken home."""

import csv
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from core import mixture
from core.classroom.classroom import PooledDrawing
from core.classroom.pooled import (
    TRAINED_ON,
    UNSEEN,
    by_person,
    class_runs,
    to_drawings,
    to_npz,
    to_zip,
    was_trained_on,
)
from core.data import Dataset
from core.evaluation import evaluate
from core.fine_tuning import rehearsal
from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.jobs.lease import Lease
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.jobs.tuning import tune_for_class
from core.jobs.worker import train_run
from core.mixture import Mixture
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore

CODE = "BCFHJ"


@pytest.fixture(scope="module")
def pool(mnist: Dataset) -> tuple[PooledDrawing, ...]:
    """Six people with ten digits each."""
    return tuple(
        PooledDrawing(number, number // 10 + 1, int(label), False, image)
        for number, (image, label) in enumerate(
            zip(mnist.test_images[:60], mnist.test_labels[:60], strict=True)
        )
    )


def test_nobody_is_on_both_sides_and_everybody_stays_on_theirs(pool):
    training, holdout = to_drawings(pool).split()
    assert set(training.people) == {1, 3, 4, 5}
    assert set(holdout.people) == {2, 6}
    assert len(training) + len(holdout) == 60
    fewer = to_drawings(pool[:25]).split()
    assert set(fewer[1].people) == {2}, "who comes later moves nobody"
    again = Drawings.from_bytes(to_drawings(pool).to_bytes())
    np.testing.assert_array_equal(again.people, to_drawings(pool).people)


@pytest.mark.parametrize("from_scratch", [True, False])
@pytest.mark.parametrize("data", mixture.DATA)
@pytest.mark.parametrize("count", [8, 470, 3400])
def test_the_recipe_counts_what_the_mixture_holds(mnist: Dataset, data: str, from_scratch: bool, count: int):
    recipe = Recipe(validation_share=0.1, left_out=(3,), label_noise=0.1)
    drawings = Drawings(mnist.test_images[:count], mnist.test_labels[:count])
    images, repeats = mixture.plan(recipe, data, from_scratch, count)
    mixed = Mixture(CODE, data, from_scratch, images, repeats, 5, 1)
    planned = rehearsal.mixture_recipe(recipe, mixed, count)
    dataset = rehearsal.rehearsal_dataset(mnist, drawings, 0, mixed)
    assert len(dataset.train_images) == len(dataset.train_labels) == planned.train_size
    assert (planned.validation_share, planned.left_out, planned.label_noise) == (0.0, (), 0.0)
    drawn = repeats * count
    assert (drawn == 0, images == 0) == (data == "mnist", data == "class")
    if data == "both":
        assert 0.01 < drawn / planned.train_size < 0.4
    if from_scratch and count >= 470:
        assert 0.75 < planned.train_size / recipe.train_size <= 1, "as many weight updates for all three"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.setattr(mixture, "REHEARSAL_IMAGES", 2000)
    monkeypatch.setattr(mixture, "REPEATED_DRAWINGS", 500)
    monkeypatch.setattr(rehearsal, "EPOCHS", 1)
    return Recipe(hidden_units=(), epochs=1, batch_size=100, train_size=2000)


def lease(store: RunStore, data: str, from_scratch: bool, pool, run_id: str = "softmax") -> Lease:
    queue = RunQueue(store)
    queue.enqueue_tuning(tune_for_class(store, run_id, to_drawings(pool), CODE, data, from_scratch), "ann")
    taken = queue.lease("worker")
    assert taken
    return taken


@pytest.mark.parametrize(("data", "from_scratch"), [("both", False), ("class", True), ("mnist", True)])
def test_a_network_is_trained_for_a_class_and_measured_on_unseen_people(
    store: RunStore, small: Recipe, pool, data: str, from_scratch: bool, monkeypatch
):
    if from_scratch:
        monkeypatch.setattr("core.jobs.tuning.plan", lambda _, *rest: mixture.plan(small, *rest))
        monkeypatch.setattr(
            "core.jobs.tuning.mixture_recipe", lambda _, *rest: rehearsal.mixture_recipe(small, *rest)
        )
    taken = lease(store, data, from_scratch, pool)
    train_run(taken)
    run = store.get(taken.run.id)
    assert run.state is RunState.FINISHED, run.failure
    outcome = run.fine_tuning
    assert outcome
    assert outcome.mixture
    assert (outcome.train_size, outcome.holdout_size) == (40, 20)
    assert (outcome.mixture.people, outcome.mixture.holdout_people) == (4, 2)
    assert outcome.after is not None
    assert (outcome.before is None, outcome.test_before is None) == (from_scratch, from_scratch)
    assert run.parent == (None if from_scratch else "softmax")
    assert [one.id for one in class_runs(store, CODE)] == [run.id]
    assert class_runs(store, "ZZZZZ") == ()
    assert was_trained_on(run, CODE) == (data != "mnist")


def test_what_an_older_version_wrote_is_read_and_a_mixture_comes_back():
    mixed = Mixture(CODE, "both", True, 100, 3, 4, 2)
    outcome = FineTuning(40, 20, None, 0.9, None, mixed)
    assert FineTuning.from_json(outcome.to_json()) == outcome
    plain = FineTuning(6, 2, before=0.0)
    assert "mixture" not in plain.to_json()
    assert FineTuning.from_json(plain.to_json()) == plain


def test_too_few_people_is_a_sentence(store: RunStore, pool):
    for few in (pool[:10], pool[:7], ()):
        with pytest.raises(RunRefused, match="two people"):
            tune_for_class(store, "softmax", to_drawings(few), CODE, "both", True)


def test_each_person_is_a_dot_without_a_name(pool, bundled_model):
    drawings = to_drawings(pool)
    evaluation = evaluate(bundled_model("softmax"), drawings.images, drawings.labels)
    scores = by_person(evaluation, drawings.people, trained=True)
    assert [score.images for score in scores] == [10] * 6
    assert sum(score.errors for score in scores) == len(evaluation.errors)
    assert sorted(score.group for score in scores) == [TRAINED_ON] * 4 + [UNSEEN] * 2
    assert {score.writer for score in scores} == {0}
    assert {score.group for score in by_person(evaluation, drawings.people, trained=False)} == {UNSEEN}
    assert list(scores) == sorted(scores, key=lambda score: score.accuracy)


def test_the_files_hold_every_drawing_with_its_label(pool):
    drawings = to_drawings(pool)
    with np.load(io.BytesIO(to_npz(drawings)), allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["images"], drawings.images)
        np.testing.assert_array_equal(arrays["labels"], drawings.labels)
        np.testing.assert_array_equal(arrays["people"], drawings.people)
    with zipfile.ZipFile(io.BytesIO(to_zip(drawings))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
        assert len(rows) == 60
        for row, drawing in zip(rows, pool, strict=True):
            assert (int(row["label"]), int(row["person"])) == (drawing.label, drawing.seat)
            with Image.open(archive.open(row["file"])) as picture:
                np.testing.assert_array_equal(np.asarray(picture), drawing.image)
