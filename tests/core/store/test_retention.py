"""What is evicted when the store is too full, and what never is."""

import pytest

from core.history import Checkpoint
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.retention import evict
from core.store.run import Run, RunError
from core.store.runs import RunStore
from tests.stored import finished_run, long_ago

RECIPE = Recipe(hidden_units=(), epochs=2)


def finished(store: RunStore, owner: str = "ann") -> Run:
    return finished_run(store, RECIPE, owner)


def shrink(store: RunStore, **bounds: int) -> None:
    with store.database.writing() as connection:
        evict(connection, **bounds)


def test_the_oldest_unnamed_models_are_evicted_first(store: RunStore):
    runs = [finished(store, owner) for owner in ("ann", "bob", "cem", "dan", "eve", "fay")]
    named, pinned, in_use, *others = runs
    store.rename(named.id, "ann", "Keep")
    store.pin(pinned.id, "bob", True)
    queue = RunQueue(store)
    queue.enqueue(RECIPE, "gus", "In training")
    lease = queue.lease("worker")
    assert lease
    lease.save(Checkpoint(store.history(named.id)[:1], b"state"))
    long_ago(store)
    store.touch(in_use.id)
    size = len(b"network") + len(b"state")

    shrink(store, max_bytes=store.usage().bytes - size - 1)
    assert [store.get(run.id).has_model for run in others] == [False, False, True], "oldest first"
    shrink(store, max_bytes=0)
    kept = [run.id for run in store.models() if not run.bundled]
    assert kept == [in_use.id, pinned.id]
    assert lease.checkpoint() is not None, "a run in training loses nothing"
    assert len(store.history(others[0].id)) == RECIPE.epochs, "the curve stays"
    with pytest.raises(RunError, match="no longer saved"):
        store.load_model(others[0].id)
    with pytest.raises(RunError, match="cannot be continued"):
        queue.extend(others[0].id, 1, "ann")


def test_named_models_are_evicted_last(store: RunStore):
    named, unnamed = finished(store), finished(store, "bob")
    store.rename(named.id, "ann", "Keep")
    long_ago(store)
    shrink(store, max_bytes=store.usage().bytes // 2)
    assert store.get(named.id).has_model
    assert not store.get(unnamed.id).has_model


def test_too_many_runs_are_deleted_altogether(store: RunStore):
    old, new = finished(store), finished(store, "bob")
    long_ago(store)
    shrink(store, max_runs=1)
    assert [run.id for run in store.runs()] == [new.id]
    assert store.history(old.id) == ()
    assert finished(store, "cem").number == 3, "numbers are not given twice"
