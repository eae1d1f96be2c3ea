"""A run whose worker is gone: it goes back into the queue, with its epochs."""

import pytest

from core.history import Checkpoint
from core.jobs.heartbeat import MAX_ATTEMPTS, heartbeats, requeue_stale
from core.jobs.lease import LeaseLost
from core.jobs.queue import RunQueue
from core.store.run import RunError, RunState
from core.store.runs import RunStore
from tests.core.jobs.queued import EPOCHS, RECIPE, finish, leased, save
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def test_a_stale_run_goes_on_where_it_was(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    later = queue.enqueue(RECIPE, "bob", "Later")
    save(lease, 2)
    lease.heartbeat(0.8)
    (heartbeat,) = heartbeats(store)
    requeue_stale(store, heartbeat)
    run = store.get(lease.run.id)
    assert run.state is RunState.QUEUED
    assert store.active()[0].id == run.id, "it keeps its place"

    again = queue.lease("worker 2")
    assert again.run.id == run.id != later.id
    assert store.get(run.id).progress == pytest.approx(2 / 3)
    assert again.checkpoint() == Checkpoint(EPOCHS[:2], b"state 2")
    finish(again)


def test_a_run_whose_worker_lives_is_not_requeued(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    (heartbeat,) = heartbeats(store)
    lease.heartbeat(0.1)
    requeue_stale(store, heartbeat)
    assert store.get(lease.run.id).state is RunState.RUNNING


def test_a_worker_that_lost_its_run_writes_nothing_more(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    (heartbeat,) = heartbeats(store)
    requeue_stale(store, heartbeat)
    other = queue.lease("worker 2")
    before = store.get(lease.run.id)
    for write in (
        lambda: lease.heartbeat(0.9),
        lambda: lease.save(Checkpoint(EPOCHS[:2], b"late")),
        lambda: lease.finish(b"late", b"late", False, 1.0, 1.0, {}),
        lambda: lease.fail("late"),
        lambda: lease.interrupt("late"),
        lease.release,
    ):
        with pytest.raises(LeaseLost):
            write()
    assert store.get(lease.run.id) == before
    assert other.checkpoint() == Checkpoint(EPOCHS[:1], b"state 1")


def test_a_run_that_brings_the_server_down_waits_for_its_owner(queue: RunQueue, store: RunStore):
    queue.enqueue(RECIPE, "ann", "Run")
    for attempt in range(MAX_ATTEMPTS):
        lease = queue.lease(f"worker {attempt}")
        requeue_stale(store, heartbeats(store)[0])
    run = store.get(lease.run.id)
    assert run.state is RunState.INTERRUPTED
    assert "stopped several times" in run.failure
    assert queue.lease("worker") is None
    with pytest.raises(RunError, match="Only the person"):
        queue.resume(run.id, "bob")
    queue.resume(run.id, "ann")
    assert store.get(run.id).failure == ""
    assert queue.lease("worker").run.id == run.id


def test_an_epoch_counts_as_success(queue: RunQueue, store: RunStore):
    queue.enqueue(RECIPE, "ann", "Run")
    for attempt in range(MAX_ATTEMPTS * 2):
        lease = queue.lease(f"worker {attempt}")
        save(lease, 1)
        requeue_stale(store, heartbeats(store)[0])
    assert store.get(lease.run.id).state is RunState.QUEUED


def test_a_released_run_keeps_its_place_and_its_epochs(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    queue.enqueue(RECIPE, "bob", "Later")
    save(lease, 1)
    lease.release()
    assert queue.lease("next server").run.id == lease.run.id
    assert store.history(lease.run.id) == EPOCHS[:1]


def test_cancel_after_an_interruption_keeps_what_was_learned(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    # Asked to stop before the interruption already, of which its worker did not hear.
    queue.stop(lease.run.id, "ann")
    lease.release()
    queue.stop(lease.run.id, "ann")
    run = store.get(lease.run.id)
    assert (run.state, run.stopping) == (RunState.INTERRUPTED, False)
    assert run.ended
    assert store.history(lease.run.id) == EPOCHS[:1]


def test_a_state_that_was_not_kept_means_beginning_again(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 2)
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM files")
    lease.release()
    again = queue.lease("worker 2")
    assert again.checkpoint() is None
    save(again, 1)
    assert store.history(lease.run.id) == EPOCHS[:1]
    assert store.get(lease.run.id).epochs_done == 1


def test_a_failed_run_keeps_its_curve_and_no_state(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    lease.fail("The loss grew beyond all numbers.")
    run = store.get(lease.run.id)
    assert (run.state, run.failure) == (RunState.FAILED, "The loss grew beyond all numbers.")
    assert store.history(run.id) == EPOCHS[:1]
    assert store.usage().bytes == 0


def test_progress_does_not_jump_back_after_an_interruption(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    lease.heartbeat(0.6)
    requeue_stale(store, heartbeats(store)[0])
    again = queue.lease("worker 2")
    assert again.run.progress == pytest.approx(1 / 3)
