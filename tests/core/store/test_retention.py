"""What is evicted when the store is too full, and what never is."""

import pytest
from sqlalchemy import text

from core.history import Checkpoint
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.recipe import Recipe
from core.store.retention import MAX_BYTES, evict
from core.store.run import Run, RunError
from core.store.runs import RunStore
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run, long_ago, set_size

pytestmark = ON_EVERY_DATABASE

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
    shrink(store, max_bytes=4 * size)
    shrink(store, max_bytes=3 * size)
    kept = [run.id for run in store.models() if not run.bundled]
    assert kept == [in_use.id, pinned.id]
    assert lease.checkpoint() is not None, "a run in training loses nothing"
    assert len(store.history(others[0].id)) == RECIPE.epochs, "the curve stays"
    with pytest.raises(RunError, match="deleted automatically: the run store of this server was full"):
        store.load_model(others[0].id)
    with pytest.raises(RunError, match="cannot be continued"):
        queue.extend(others[0].id, 1, "ann")


def test_one_owner_who_pins_everything_does_not_stop_others(store: RunStore):
    """Eleven models of 61 MB, pinned one by one, once filled the store for everybody."""
    runs = [finished(store) for _ in range(11)]
    for run in runs:
        set_size(store, run.id, 61)
        with store.database.writing() as connection:  # As an older version of Digit Lab let them.
            connection.execute(text("UPDATE runs SET marked = true"))
    queue = RunQueue(store)
    with pytest.raises(RunRefused, match="Your pinned models leave too little of your 120 MB"):
        queue.enqueue(RECIPE, "ann", "Another")
    queue.enqueue(RECIPE, "bob", "Bob's")
    assert [store.get(run.id).has_model for run in runs] == [False] * 9 + [False, True]
    assert store.owner_usage("ann").bytes == 61 * 2**20
    told = store.evicted("ann")
    assert [run.id for run in told] == [run.id for run in reversed(runs[:10])]
    assert "models of one person may take 120 MB together" in told[0].eviction
    assert store.evicted("bob") == ()


def test_many_owners_who_pin_all_they_may_do_not_stop_others(store: RunStore):
    """What is pinned keeps half of the store, shared evenly: a small model is safe among large ones."""
    small = finished(store, "ann")
    set_size(store, small.id, 4)
    store.pin(small.id, "ann", True)
    large = {}
    for number in range(10):
        large[f"owner {number}"] = [finished(store, f"owner {number}").id for _ in range(2)]
        for run_id in large[f"owner {number}"]:
            set_size(store, run_id, 59)
            store.pin(run_id, f"owner {number}", True)
    long_ago(store)
    queue = RunQueue(store)
    for owner in ("bob", "cem"):
        queue.enqueue(RECIPE, owner, "Run")
    assert store.usage().bytes <= MAX_BYTES
    assert store.get(small.id).has_model, "the largest owner is next, each time"
    assert "the run store of this server was full" in store.evicted("owner 0")[0].eviction


def test_the_largest_owner_is_evicted_first(store: RunStore):
    old = finished(store, "bob")
    runs = [finished(store) for _ in range(3)]
    for run in (old, *runs):
        set_size(store, run.id, 30)
    long_ago(store)
    shrink(store, max_bytes=90 * 2**20)
    assert [store.get(run.id).has_model for run in (old, *runs)] == [True, False, True, True]


def test_a_new_model_takes_the_place_of_its_owner_s_oldest(store: RunStore):
    """Also of one that was looked at just now: only pins count, and they are counted at the start."""
    first, second, third = finished(store), finished(store), finished(store)
    bob = finished(store, "bob")
    for run in (first, second, third, bob):
        set_size(store, run.id, 60)
    store.pin(second.id, "ann", True)
    for run in (first, third):
        store.touch(run.id)
    fourth = finished(store)
    assert [store.get(run.id).has_model for run in (first, second, third, fourth)] == [
        False,
        True,
        True,
        True,
    ]
    assert store.get(bob.id).has_model
    with pytest.raises(RunError, match="120 MB together"):
        store.load_model(first.id)


def test_a_model_larger_than_the_quota_is_kept_until_the_next_one(store: RunStore):
    large = finished(store)
    set_size(store, large.id, 233)
    shrink(store)
    assert store.get(large.id).has_model
    finished(store)
    assert not store.get(large.id).has_model


def test_the_sixth_pin_is_one_sentence(store: RunStore):
    runs = [finished(store) for _ in range(6)]
    for run in runs[:5]:
        store.pin(run.id, "ann", True)
    with pytest.raises(RunError, match="You can pin 5 runs"):
        store.pin(runs[5].id, "ann", True)
    assert not store.get(runs[5].id).pinned
    store.pin(runs[0].id, "ann", False)
    store.pin(runs[5].id, "ann", True)


def test_pins_that_would_take_more_than_the_quota_are_one_sentence(store: RunStore):
    first, second = finished(store), finished(store)
    for run in (first, second):
        set_size(store, run.id, 61)
    store.pin(first.id, "ann", True)
    with pytest.raises(RunError, match="Your pinned models can take 120 MB together"):
        store.pin(second.id, "ann", True)


def test_queued_runs_that_bring_networks_leave_room_for_others(store: RunStore):
    parents = [finished(store, f"owner {number}") for number in range(4)]
    queue = RunQueue(store)
    for number, parent in enumerate(parents[:3]):
        child = queue.extend(parent.id, 1, f"owner {number}")
        set_size(store, child.id, 60)
    with pytest.raises(RunRefused, match="Too many queued runs continue other runs"):
        queue.extend(parents[3].id, 1, "owner 3")
    queue.enqueue(RECIPE, "ann", "A new one brings nothing")


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
    mine = finished(store, "bob")
    shrink(store, max_runs=2)
    assert [run.id for run in store.runs()] == [mine.id, old.id], "the owner who has most"
    store.delete(mine.id, "bob")
    new = finished(store, "bob")
    long_ago(store)
    shrink(store, max_runs=1)
    assert [run.id for run in store.runs()] == [new.id]
    assert store.history(old.id) == ()
    assert finished(store, "cem").number == 5, "numbers are not given twice"
