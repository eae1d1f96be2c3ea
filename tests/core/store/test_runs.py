"""The run store: what is kept of a run, who may change it, and what it is found by."""

import dataclasses
import json
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import text

from core.data import Dataset
from core.history import Checkpoint, Epoch
from core.jobs.lease import Lease
from core.jobs.queue import RunQueue
from core.model import build_model, to_bytes
from core.presets import PRESETS
from core.recipe import Recipe
from core.store.queries import update_run
from core.store.run import IMPORTED, Run, RunError, RunState
from core.store.runs import MAX_NAME, MAX_NOTE, RunStore
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import long_ago

pytestmark = ON_EVERY_DATABASE

LINEAR = Recipe(hidden_units=(), epochs=2)
EPOCHS = tuple(Epoch(number, 0.5, 0.9, None, None, 1.5) for number in (1, 2))
VERSIONS = {"keras": "3"}


def take(store: RunStore, owner: str = "ann", name: str = "Linear", recipe: Recipe = LINEAR) -> Lease:
    """A run that a worker has a lease on."""
    queue = RunQueue(store)
    queue.enqueue(recipe, owner, name)
    lease = queue.lease("worker")
    assert lease
    return lease


def finish(lease: Lease, network: bytes = b"network", state: bytes = b"state", accuracy: float = 0.92) -> Run:
    for done in range(1, len(EPOCHS) + 1):
        lease.save(Checkpoint(EPOCHS[:done], state))
    lease.finish(network, state, False, accuracy, accuracy, VERSIONS)
    return lease.store.get(lease.run.id)


@pytest.fixture
def finished(store: RunStore) -> Callable[..., Run]:
    """Makes finished runs."""
    return lambda owner="ann", **values: finish(take(store, owner), **values)


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
    waiting = RunQueue(store).enqueue(LINEAR, "cem", "Waits")
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
    imported = finished(accuracy=0.99)
    with store.database.writing() as connection:
        update_run(connection, imported.id, versions=json.dumps({IMPORTED: "2026-01-02"}))
    assert store.best() == best.id, "nobody knows what an imported run was trained on"


def test_saved_model_is_the_same(store: RunStore, mnist: Dataset, finished):
    model = build_model(Recipe())
    run = finished(network=to_bytes(model))
    images = mnist.test_images[:10]
    np.testing.assert_array_equal(np.asarray(store.load_model(run.id)(images)), np.asarray(model(images)))


def test_unknown_run_is_a_sentence(store: RunStore):
    for ask in (store.get, store.load_model):
        with pytest.raises(RunError, match="no longer on this server"):
            ask("nothing")


def test_a_model_cut_short_is_a_sentence_and_the_others_work(store: RunStore, finished):
    damaged, whole = finished(), finished("bob")
    with store.database.writing() as connection:
        cut = text("UPDATE files SET content = substr(content, 1, 3) WHERE run_id = :id")
        connection.execute(cut, {"id": damaged.id})
    with pytest.raises(RunError, match="The saved files of this run are damaged"):
        store.load_model(damaged.id)
    with pytest.raises(RunError, match="The saved files of this run are damaged"):
        RunQueue(store).extend(damaged.id, 1, "ann")
    assert store.model_file(whole.id) == b"network"


@pytest.mark.parametrize("column", ["recipe", "versions", "state", "teaching"])
def test_a_damaged_row_hides_no_other_run(store: RunStore, finished, column: str):
    damaged, whole = finished(), finished("bob")
    with store.database.writing() as connection:
        damage = text(f"UPDATE runs SET {column} = '{{\"a' WHERE id = :id")
        connection.execute(damage, {"id": damaged.id})
    assert [run.id for run in store.runs()] == [whole.id]
    with pytest.raises(RunError, match="another version"):
        store.get(damaged.id)


def test_a_file_that_keras_cannot_read_is_a_sentence(store: RunStore, finished):
    with pytest.raises(RunError, match="This version of Keras cannot read this model"):
        store.load_model(finished(network=b"not a network").id)


def test_its_owner_looks_after_a_run(store: RunStore, finished):
    run = finished()
    store.rename(run.id, "ann", "  My   best \n")
    store.annotate(run.id, "ann", " with more units ")
    store.pin(run.id, "ann", True)
    changed = store.get(run.id)
    assert (changed.name, changed.named, changed.note, changed.pinned) == (
        "My best",
        True,
        "with more units",
        True,
    )
    assert changed.label == "Run 1: My best"
    store.delete(run.id, "ann")
    with pytest.raises(RunError, match="no longer on this server"):
        store.get(run.id)
    assert store.history(run.id) == ()
    assert store.usage().bytes == 0


def test_nobody_else_changes_a_run(store: RunStore, finished):
    run = finished()
    for change in (
        lambda: store.rename(run.id, "bob", "Mine"),
        lambda: store.annotate(run.id, "bob", "Ha"),
        lambda: store.pin(run.id, "bob", True),
        lambda: store.delete(run.id, "bob"),
        lambda: store.delete(run.id, ""),
    ):
        with pytest.raises(RunError, match="Only the person who started this run"):
            change()
    assert store.get(run.id) == run


def test_a_run_in_training_is_stopped_before_it_is_deleted(store: RunStore):
    lease = take(store)
    with pytest.raises(RunError, match="Stop it first"):
        store.delete(lease.run.id, "ann")


@pytest.mark.parametrize("name", ["", "   ", "x" * (MAX_NAME + 1)])
def test_a_name_that_cannot_be(name: str, store: RunStore, finished):
    with pytest.raises(RunError, match="A name must have 1 to 60 characters"):
        store.rename(finished().id, "ann", name)


def test_a_note_that_is_too_long(store: RunStore, finished):
    with pytest.raises(RunError, match="A note can have at most 500 characters"):
        store.annotate(finished().id, "ann", "x" * (MAX_NOTE + 1))


def test_looking_is_written_down_now_and_then(store: RunStore, finished):
    run = finished()
    long_ago(store)
    store.touch(run.id)
    opened = store.get(run.id).last_accessed
    assert opened > "2026-02"
    store.touch(run.id)
    assert store.get(run.id).last_accessed == opened
    with store.database.writing() as connection:
        connection.execute(text("UPDATE runs SET opened = '2999-01-01T00:00:00+00:00'"))
    store.touch(run.id)
    assert store.get(run.id).last_accessed < "2999", "a clock that was wrong once does no harm"
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
