"""A lease that is kept alive: heartbeats, the wish to stop, and the loss of the run."""

import time
from collections.abc import Callable

import pytest

from core.history import Checkpoint, Epoch
from core.jobs.heartbeat import heartbeats
from core.jobs.heartbeat_thread import kept_alive
from core.jobs.lease import Lease, LeaseLost
from core.jobs.queue import RunQueue
from core.jobs.worker import train_run
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


@pytest.fixture
def lease(queue: RunQueue, monkeypatch: pytest.MonkeyPatch) -> Lease:
    monkeypatch.setattr("core.jobs.heartbeat_thread.HEARTBEAT_SECONDS", 0.01)
    queue.enqueue(Recipe(), "ann", "Run")
    lease = queue.lease("worker")
    assert lease
    return lease


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_its_heart_beats_as_long_as_the_block_lasts(lease: Lease, queue: RunQueue, store: RunStore):
    with kept_alive(lease) as heartbeat:
        (first,) = heartbeats(store)
        wait_until(lambda: heartbeats(store) != (first,))
        heartbeat.report(0.25)
        wait_until(lambda: store.get(lease.run.id).progress == 0.25)
        assert heartbeat.should_stop() is False
    assert not heartbeat.is_alive()


def test_it_tells_the_training_to_stop(lease: Lease, queue: RunQueue):
    with kept_alive(lease) as heartbeat:
        queue.stop(lease.run.id, "ann")
        wait_until(heartbeat.should_stop)


def test_it_tells_the_training_that_the_run_is_another_worker_s(lease: Lease):
    with kept_alive(lease) as heartbeat:
        lease.release()
        wait_until(lambda: not heartbeat.is_alive())
        with pytest.raises(LeaseLost):
            heartbeat.should_stop()


def test_its_heart_goes_on_after_something_that_nobody_foresaw(
    lease: Lease, store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    beat, failed = Lease.heartbeat, []

    def fail_once(lease: Lease, progress: float) -> bool:
        if not failed:
            failed.append(True)
            raise MemoryError
        return beat(lease, progress)

    monkeypatch.setattr(Lease, "heartbeat", fail_once)
    (first,) = heartbeats(store)
    with kept_alive(lease):
        wait_until(lambda: failed and heartbeats(store) != (first,))


def test_a_run_that_finds_no_memory_after_an_epoch_can_be_resumed(
    lease: Lease, queue: RunQueue, store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    def learn_and_break_off(lease: Lease, *_: object) -> None:
        lease.save(Checkpoint((Epoch(1, 0.5, 0.9, None, None, 1.0),), b"state"))
        raise SystemError("Exception encountered: error return without exception set")

    monkeypatch.setattr("core.jobs.worker._train", learn_and_break_off)
    train_run(lease)
    run = store.get(lease.run.id)
    assert run.state is RunState.INTERRUPTED
    assert run.failure.startswith("The server ran out of memory. What this run has learned is saved")
    queue.resume(run.id, "ann")
    again = queue.lease("worker 2")
    assert again
    assert again.checkpoint() == Checkpoint((Epoch(1, 0.5, 0.9, None, None, 1.0),), b"state")
