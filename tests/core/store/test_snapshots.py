"""Snapshots in the store: written with their epoch, thinned, counted, and evicted first."""

import pytest
from sqlalchemy import text

from core.history import Checkpoint, Epoch
from core.jobs.lease import Lease, LeaseLost
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.snapshot import Snapshot
from core.store.retention import evict
from core.store.run import Run, RunError
from core.store.runs import RunStore
from core.store.snapshots import read_snapshot, snapshot_epochs
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run, set_size

pytestmark = ON_EVERY_DATABASE
RECIPE = Recipe(hidden_units=(), epochs=3)
HISTORY = tuple(Epoch(number, 0.5, 0.9, None, None, 1.0) for number in range(1, 201))


def begin(store: RunStore, recipe: Recipe = RECIPE, owner: str = "ann") -> Lease:
    queue = RunQueue(store)
    queue.enqueue(recipe, owner, "Run")
    lease = queue.lease("worker")
    assert lease
    return lease


def save(lease: Lease, epoch: int, size: int = 100) -> None:
    """Save an epoch as a training does: the first one with the weights before it."""
    numbers = range(0 if epoch == 1 else epoch, epoch + 1)
    snapshots = tuple(Snapshot(number, bytes([number]) * size) for number in numbers)
    lease.save(Checkpoint(HISTORY[:epoch], b"state", snapshots))


def trained(store: RunStore, owner: str = "ann", size: int = 100) -> Run:
    lease = begin(store, owner=owner)
    for epoch in (1, 2, 3):
        save(lease, epoch, size)
    lease.finish(b"network", b"state", False, 0.9, 0.9, {})
    return store.get(lease.run.id)


def test_every_epoch_and_the_weights_before_it_can_be_read(store: RunStore):
    run = trained(store)
    assert snapshot_epochs(store, run) == (0, 1, 2, 3)
    assert [read_snapshot(store, run, epoch)[:1] for epoch in range(4)] == [b"\0", b"\1", b"\2", b"\3"]
    with pytest.raises(RunError, match="no longer saved"):
        read_snapshot(store, run, 4)


def test_a_long_run_is_thinned_as_it_goes_and_has_always_its_newest(store: RunStore):
    lease = begin(store, Recipe(hidden_units=(), epochs=100))
    for epoch in range(1, 38):
        save(lease, epoch)
        kept = snapshot_epochs(store, lease.run)
        assert len(kept) <= 25
        assert (kept[0], kept[-1]) == (0, epoch)


def test_an_epoch_and_its_snapshot_are_written_both_or_none(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    lease = begin(store)
    save(lease, 1)
    with monkeypatch.context() as patch:
        patch.setattr("core.store.snapshots.checksum", lambda _: None)
        with pytest.raises(Exception, match=r"\w"):
            save(lease, 2)
    assert len(store.history(lease.run.id)) == 1
    assert snapshot_epochs(store, lease.run) == (0, 1)
    lease.release()
    with pytest.raises(LeaseLost):
        save(lease, 2)
    assert snapshot_epochs(store, lease.run) == (0, 1)


def test_a_run_that_goes_on_after_a_restart_keeps_its_snapshots(store: RunStore):
    lease = begin(store)
    save(lease, 1)
    lease.release()
    again = RunQueue(store).lease("next server")
    assert again
    snapshots = (Snapshot(1, b"\1"), Snapshot(2, b"\2"))
    again.save(Checkpoint(HISTORY[:2], b"state", snapshots))
    assert snapshot_epochs(store, again.run) == (0, 1, 2)


def test_a_run_that_continues_another_one_goes_back_to_its_beginning(store: RunStore):
    parent, queue = trained(store), RunQueue(store)
    queue.extend(parent.id, 2, "bob")
    lease = queue.lease("worker")
    assert lease
    lease.save(Checkpoint(HISTORY[:4], b"state", (Snapshot(3, b"\3"), Snapshot(4, b"\4"))))
    assert snapshot_epochs(store, lease.run) == (0, 1, 2, 3, 4)
    assert read_snapshot(store, lease.run, 1) == b"\1" * 100
    assert read_snapshot(store, lease.run, 3) == b"\3"
    store.delete(parent.id, "ann")
    assert snapshot_epochs(store, lease.run) == (3, 4)
    with pytest.raises(RunError, match="no longer saved"):
        read_snapshot(store, lease.run, 1)


def test_a_run_that_begins_again_replaces_them(store: RunStore):
    lease = begin(store)
    for epoch in (1, 2):
        save(lease, epoch)
    save(lease, 1)
    assert snapshot_epochs(store, lease.run) == (0, 1)


def test_a_network_that_is_too_large_keeps_none(store: RunStore):
    lease = begin(store, Recipe(hidden_units=(1000, 1000), epochs=2, train_size=1000))
    save(lease, 1)
    assert snapshot_epochs(store, lease.run) == ()
    assert len(store.history(lease.run.id)) == 1


def test_they_are_deleted_with_their_run_and_when_it_fails(store: RunStore):
    run = trained(store)
    assert store.owner_usage("ann").bytes == 412
    store.delete(run.id, "ann")
    lease = begin(store)
    save(lease, 1)
    lease.fail("Training diverged.")
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM snapshots")) == 0
    with pytest.raises(RunError, match="no longer on this server"):
        snapshot_epochs(store, run)
    assert snapshot_epochs(store, lease.run) == ()


def test_they_count_for_their_owner_and_are_evicted_before_any_model(store: RunStore):
    runs = [trained(store, "ann"), trained(store, "bob"), trained(store, "ann")]
    store.pin(runs[0].id, "ann", True)
    assert store.owner_usage("ann").bytes == store.usage().bytes - store.owner_usage("bob").bytes == 824
    assert store.owner_usage("ann").pinned_bytes == 12, "a pin keeps the model"
    with store.database.writing() as connection:
        evict(connection, max_bytes=450)
    assert all(store.get(run.id).has_model for run in runs)
    assert [len(snapshot_epochs(store, run)) for run in runs] == [0, 4, 0]
    with store.database.writing() as connection:
        evict(connection, max_bytes=30)
    assert [store.get(run.id).has_model for run in runs] == [True, True, False]
    assert [len(snapshot_epochs(store, run)) for run in runs] == [0, 0, 0]


def test_an_owner_over_the_quota_loses_the_snapshots_of_older_runs_first(store: RunStore):
    older, newer = trained(store), trained(store)
    with store.database.writing() as connection:
        evict(connection, owner_bytes=450)
    assert [store.get(run.id).has_model for run in (older, newer)] == [True, True]
    assert [len(snapshot_epochs(store, run)) for run in (older, newer)] == [0, 4]
    assert store.evicted("ann") == (), "a model that is still there is no news"


def test_a_damaged_snapshot_is_a_sentence(store: RunStore):
    run = trained(store)
    with store.database.writing() as connection:
        connection.execute(text("UPDATE snapshots SET sha256 = 'x' WHERE epoch = 2"))
    with pytest.raises(RunError, match="snapshots of this run are damaged"):
        read_snapshot(store, run, 2)
    assert read_snapshot(store, run, 1) == b"\1" * 100


def test_a_run_without_snapshots_has_none(store: RunStore):
    run = finished_run(store, RECIPE)
    set_size(store, run.id, 1)
    assert snapshot_epochs(store, run) == ()


def test_the_article_network_brings_its_own(store: RunStore):
    run = store.get("article")
    epochs = snapshot_epochs(store, run)
    assert epochs == tuple(range(run.epochs_done + 1))
    assert len({read_snapshot(store, run, epoch) for epoch in epochs}) == len(epochs)
    assert snapshot_epochs(store, store.get("relu")) == ()
