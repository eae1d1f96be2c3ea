"""The run store: what is kept of a run, who may change it, and what makes room."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from core.data import Dataset
from core.evaluation import evaluate
from core.history import Checkpoint, Epoch
from core.jobs.lease import Claim
from core.jobs.queue import Line
from core.model import build_model, to_bytes
from core.presets import PRESET_INFO, PRESETS
from core.recipe import Recipe
from core.store.bundled import BUNDLED_FOLDER, BundledRun
from core.store.retention import make_room
from core.store.run import Run, RunError, RunState
from core.store.runs import MAX_NAME, MAX_NOTE, RunStore

LINEAR = Recipe(hidden_units=(), epochs=2)
EPOCHS = tuple(Epoch(number, 0.5, 0.9, None, None, 1.5) for number in (1, 2))
VERSIONS = {"keras": "3"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled models that a test may damage."""
    return shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")


@pytest.fixture
def bundled_store(folder: Path, address: str) -> RunStore:
    return RunStore(address, folder)


def take(store: RunStore, owner: str = "ann", name: str = "Linear", recipe: Recipe = LINEAR) -> Claim:
    """A run in the hands of a worker."""
    line = Line(store)
    line.enqueue(recipe, owner, name)
    claim = line.claim("worker")
    assert claim
    return claim


def finish(claim: Claim, network: bytes = b"network", state: bytes = b"state", accuracy: float = 0.92) -> Run:
    for done in range(1, len(EPOCHS) + 1):
        claim.save(Checkpoint(EPOCHS[:done], state))
    claim.finish(network, state, False, accuracy, accuracy, VERSIONS)
    return claim.store.get(claim.run.id)


@pytest.fixture
def finished(store: RunStore) -> Callable[..., Run]:
    """Makes finished runs."""
    return lambda owner="ann", **values: finish(take(store, owner), **values)


def test_every_preset_is_bundled(store: RunStore):
    bundled = {run.id: run for run in store.bundled()}
    assert bundled.keys() == PRESETS.keys()
    for name, run in bundled.items():
        assert run.bundled
        assert run.recipe == PRESETS[name], "run `make models`: the preset has changed"
        assert run.label == PRESET_INFO[name].title
        assert len(store.history(name)) == run.recipe.epochs == run.epochs_done
        assert {"python", "keras", "numpy"} <= run.versions.keys()


@pytest.mark.parametrize("name", PRESETS)
def test_bundled_model_reads_as_well_as_its_card_says(name: str, store: RunStore, mnist: Dataset):
    evaluation = evaluate(store.load_model(name), mnist.test_images, mnist.test_labels)
    # Other processors round differently; a handful of images may tip over.
    assert evaluation.accuracy == pytest.approx(store.get(name).test_accuracy, abs=0.001)


@pytest.mark.parametrize("name", PRESETS)
def test_card_round_trip(name: str):
    text = (BUNDLED_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert BundledRun.from_json(text).to_json() == text


def test_a_finished_run_is_kept_with_all_that_was_measured(store: RunStore, finished):
    run = finished()
    assert run.state is RunState.FINISHED
    assert (run.epochs_done, run.seconds, run.progress) == (2, 3.0, 1.0)
    assert run.versions == VERSIONS
    assert (run.owner, run.label, run.recipe) == ("ann", "Run 1: Linear", LINEAR)
    assert run.ended >= run.created
    assert store.history(run.id) == EPOCHS


def test_another_server_finds_the_runs_again(store: RunStore, address: str, finished):
    run = finished()
    store.database.close()
    again = RunStore(address)
    assert again.get(run.id) == run
    assert again.history(run.id) == EPOCHS
    assert again.model_file(run.id) == b"network"
    again.database.close()


def test_newest_first_and_models_need_a_network(store: RunStore, finished):
    first, second = finished(), finished("bob")
    waiting = Line(store).enqueue(LINEAR, "cem", "Waits")
    assert [run.id for run in store.runs()] == [waiting.id, second.id, first.id]
    assert [run.id for run in store.runs("ann")] == [first.id]
    assert [run.id for run in store.runs(limit=2)] == [waiting.id, second.id]
    assert [run.id for run in store.models()] == [second.id, first.id, *sorted(PRESETS)]
    with pytest.raises(RunError, match="no model yet"):
        store.load_model(waiting.id)


def test_the_best_run_reads_most_test_images(store: RunStore, finished):
    assert store.best() is None
    finished(accuracy=0.91)
    best = finished(accuracy=0.95)
    finished(accuracy=0.95)
    assert store.best() == best.id, "the first of equals"


def test_saved_model_is_the_same(store: RunStore, mnist: Dataset, finished):
    model = build_model(Recipe())
    run = finished(network=to_bytes(model))
    images = mnist.test_images[:10]
    np.testing.assert_array_equal(np.asarray(store.load_model(run.id)(images)), np.asarray(model(images)))


def test_unknown_run_is_a_sentence(store: RunStore):
    for ask in (store.get, store.load_model):
        with pytest.raises(RunError, match="not on this server any more"):
            ask("nothing")


@pytest.mark.parametrize("damage", ["deleted", "cut short", "replaced"])
def test_damaged_bundled_model_is_a_sentence_and_the_others_work(
    bundled_store: RunStore, folder: Path, damage: str
):
    path = folder / "article.keras"
    if damage == "deleted":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        shutil.copyfile(folder / "softmax.keras", path)
    with pytest.raises(RunError, match="restore the folder models/"):
        bundled_store.load_model("article")
    assert bundled_store.load_model("softmax").count_params() == 7850
    listed = {run.id for run in bundled_store.models()}
    assert listed == PRESETS.keys() - ({"article"} if damage == "deleted" else set())


def test_damaged_card_does_not_hide_the_others(folder: Path, address: str):
    (folder / "article.json").write_text("{", encoding="utf-8")
    assert {run.id for run in RunStore(address, folder).models()} == PRESETS.keys() - {"article"}


def test_no_bundled_models_at_all(tmp_path: Path, store: RunStore):
    assert RunStore(store.database.address, tmp_path / "nothing").models() == ()


def test_a_model_cut_short_is_a_sentence_and_the_others_work(store: RunStore, finished):
    damaged, whole = finished(), finished("bob")
    with store.database.writing() as connection:
        cut = text("UPDATE files SET content = substr(content, 1, 3) WHERE run_id = :id")
        connection.execute(cut, {"id": damaged.id})
    with pytest.raises(RunError, match="What is saved of this run is damaged"):
        store.load_model(damaged.id)
    with pytest.raises(RunError, match="What is saved of this run is damaged"):
        Line(store).extend(damaged.id, 1, "ann")
    assert store.model_file(whole.id) == b"network"


def test_a_file_that_keras_cannot_read_is_a_sentence(store: RunStore, finished):
    with pytest.raises(RunError, match="This version of Keras cannot read this model"):
        store.load_model(finished(network=b"not a network").id)


def test_its_owner_looks_after_a_run(store: RunStore, finished):
    run = finished()
    store.rename(run.id, "ann", "  My   best \n")
    store.annotate(run.id, "ann", " with more units ")
    store.mark(run.id, "ann", True)
    changed = store.get(run.id)
    assert (changed.name, changed.named, changed.note, changed.marked) == (
        "My best",
        True,
        "with more units",
        True,
    )
    assert changed.label == "Run 1: My best"
    store.delete(run.id, "ann")
    with pytest.raises(RunError, match="not on this server any more"):
        store.get(run.id)
    assert store.history(run.id) == ()
    assert store.usage().bytes == 0


def test_nobody_else_changes_a_run(store: RunStore, finished):
    run = finished()
    for change in (
        lambda: store.rename(run.id, "bob", "Mine"),
        lambda: store.annotate(run.id, "bob", "Ha"),
        lambda: store.mark(run.id, "bob", True),
        lambda: store.delete(run.id, "bob"),
        lambda: store.delete(run.id, ""),
    ):
        with pytest.raises(RunError, match="Only the person who started this run"):
            change()
    assert store.get(run.id) == run


def test_a_run_in_training_is_stopped_before_it_is_deleted(store: RunStore):
    claim = take(store)
    with pytest.raises(RunError, match="Stop it first"):
        store.delete(claim.run.id, "ann")


@pytest.mark.parametrize("name", ["", "   ", "x" * (MAX_NAME + 1)])
def test_a_name_that_cannot_be(name: str, store: RunStore, finished):
    with pytest.raises(RunError, match="A name has 1 to 60 characters"):
        store.rename(finished().id, "ann", name)


def test_a_note_that_is_too_long(store: RunStore, finished):
    with pytest.raises(RunError, match="A note has at most 500 characters"):
        store.annotate(finished().id, "ann", "x" * (MAX_NOTE + 1))


def long_ago(store: RunStore) -> None:
    """Nobody has looked at the models for a while."""
    with store.database.writing() as connection:
        connection.execute(text("UPDATE runs SET opened = '2026-01-01T00:00:00+00:00'"))


def shrink(store: RunStore, **bounds: int) -> None:
    with store.database.writing() as connection:
        make_room(connection, **bounds)


def test_the_oldest_unnamed_models_make_room(store: RunStore, finished):
    runs = [finished(owner) for owner in ("ann", "bob", "cem", "dan", "eve", "fay")]
    named, marked, opened, *others = runs
    store.rename(named.id, "ann", "Keep")
    store.mark(marked.id, "bob", True)
    active = take(store, "gus")
    active.save(Checkpoint(EPOCHS[:1], b"state"))
    long_ago(store)
    store.touch(opened.id)
    size = len(b"network") + len(b"state")

    shrink(store, max_bytes=store.usage().bytes - size - 1)
    assert [store.get(run.id).has_model for run in others] == [False, False, True], "oldest first"
    shrink(store, max_bytes=0)
    kept = [run.id for run in store.models() if not run.bundled]
    assert kept == [opened.id, marked.id]
    assert active.checkpoint() is not None, "a run in training loses nothing"
    assert store.history(others[0].id) == EPOCHS, "the curve stays"
    with pytest.raises(RunError, match="not kept any more"):
        store.load_model(others[0].id)
    with pytest.raises(RunError, match="nothing to go on from"):
        Line(store).extend(others[0].id, 1, "ann")


def test_named_models_go_last(store: RunStore, finished):
    named, unnamed = finished(), finished("bob")
    store.rename(named.id, "ann", "Keep")
    long_ago(store)
    shrink(store, max_bytes=store.usage().bytes // 2)
    assert store.get(named.id).has_model
    assert not store.get(unnamed.id).has_model


def test_too_many_records_go_altogether(store: RunStore, finished):
    old, new = finished(), finished("bob")
    long_ago(store)
    shrink(store, max_runs=1)
    assert [run.id for run in store.runs()] == [new.id]
    assert store.history(old.id) == ()
    assert finished("cem").number == 3, "numbers are not given twice"


def test_looking_is_written_down_now_and_then(store: RunStore, finished):
    run = finished()
    long_ago(store)
    store.touch(run.id)
    opened = store.get(run.id).opened
    assert opened > "2026-02"
    store.touch(run.id)
    assert store.get(run.id).opened == opened
    with store.database.writing() as connection:
        connection.execute(text("UPDATE runs SET opened = '2999-01-01T00:00:00+00:00'"))
    store.touch(run.id)
    assert store.get(run.id).opened < "2999", "a clock that was wrong once does no harm"
    store.touch("article")


def test_a_record_of_another_version_is_a_sentence_and_hides_no_other(store: RunStore, finished):
    strange, other = finished(), finished("bob")
    with store.database.writing() as connection:
        change = text("UPDATE runs SET recipe = '{\"epochs\": -1}' WHERE id = :id")
        connection.execute(change, {"id": strange.id})
    assert [run.id for run in store.runs()] == [other.id]
    with pytest.raises(RunError, match="another version of Digit Lab"):
        store.get(strange.id)


def test_the_seeds_of_a_recipe(store: RunStore):
    one = finish(take(store, recipe=dataclasses.replace(LINEAR, seed=1)))
    ten = finish(take(store, recipe=dataclasses.replace(LINEAR, seed=10)))
    finish(take(store, recipe=dataclasses.replace(LINEAR, batch_size=100)))
    take(store, recipe=dataclasses.replace(LINEAR, seed=2))  # in training: no network yet
    for recipe in (one.recipe, ten.recipe, LINEAR):
        found = store.seeds_of(recipe)
        assert [run.id for run in found if not run.bundled] == [ten.id, one.id]
        assert {run.id for run in found} >= PRESETS.keys()
