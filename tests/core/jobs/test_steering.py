"""The owner's hand on a training, from the page through the store to the worker."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core import training
from core.history import Checkpoint, Epoch
from core.jobs import heartbeat_thread
from core.jobs.heartbeat import heartbeats
from core.jobs.heartbeat_thread import Pause, kept_alive
from core.jobs.lease import Lease
from core.jobs.queue import RunQueue
from core.jobs.scheduler import Scheduler
from core.jobs.steering import moment_of, steer
from core.recipe import Recipe
from core.steering.control import MAX_CHANGES, Control, RateChange, changes_to_json
from core.store.queries import update_run
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run


@pytest.fixture
def scheduler(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    monkeypatch.setattr(heartbeat_thread, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat_thread, "SLOW_MOTION_SECONDS", 0.02)
    monkeypatch.setattr(training, "STEPS_PER_EXECUTION", 10)
    scheduler = Scheduler(store)
    yield scheduler
    scheduler.shutdown()


def wait_for(store: RunStore, run_id: str, condition: Callable[[Run], object]) -> Run:
    deadline = time.monotonic() + 60
    while not condition(run := store.get(run_id)):
        assert time.monotonic() < deadline, run
        time.sleep(0.01)
    return run


@ON_EVERY_DATABASE
def test_only_the_owner_steers_and_only_while_the_run_is_active(store: RunStore):
    ended = finished_run(store, Recipe(epochs=1), owner="bob")
    run = RunQueue(store).enqueue(Recipe(), "ann", "Run")
    assert (run.control, run.rate_changes, run.steered) == (Control(), (), "")
    with pytest.raises(RunError, match="Only the person"):
        steer(store, run.id, "bob", Control(0.1))
    with pytest.raises(RunError, match="beyond its limits"):
        steer(store, run.id, "ann", Control(1e9))
    steer(store, run.id, "ann", Control(0.1, hold_at=0))
    assert store.get(run.id).control == Control(0.1, hold_at=0)
    assert moment_of(store, run.id) is None
    changes = changes_to_json([RateChange(step, 0.1) for step in range(MAX_CHANGES)])
    with store.database.writing() as connection:
        update_run(connection, run.id, rate_changes=changes)
    with pytest.raises(RunError, match="50 times"):
        steer(store, run.id, "ann", Control(0.3))
    steer(store, run.id, "ann", Control(0.1))
    assert store.get(run.id).control == Control(0.1), "it can still go on"
    with pytest.raises(RunError, match="has ended"):
        steer(store, ended.id, "bob", Control(0.1))


@ON_EVERY_DATABASE
def test_a_run_that_continues_a_steered_one_says_so_and_keeps_its_learning_rate(store: RunStore):
    queue = RunQueue(store)
    parent = queue.enqueue(Recipe(epochs=1), "ann", "Run")
    steer(store, parent.id, "ann", Control(0.1, hold_at=7))
    lease = queue.lease("worker")
    assert lease
    assert lease.control() == Control(0.1, hold_at=7)
    lease.record([RateChange(20, 0.1)])
    lease.save(Checkpoint((Epoch(1, 0.5, 0.9, None, None, 1.0),), b"state"))
    lease.finish(b"network", b"state", False, 0.9, 0.9, {})
    child = queue.extend(parent.id, 1, "ann")
    assert child.control == Control(0.1), "the pause was that of the other run"
    assert child.rate_changes == (RateChange(20, 0.1),)
    assert "0.0001 from epoch 1, batch 21" in child.steered


def test_a_run_that_continues_one_stopped_within_an_epoch_has_the_learning_rate_of_then(store: RunStore):
    queue = RunQueue(store)
    parent = queue.enqueue(Recipe(epochs=3), "ann", "Run")
    steer(store, parent.id, "ann", Control(3.0))
    lease = queue.lease("worker")
    assert lease
    lease.save(Checkpoint((Epoch(1, 0.5, 0.9, None, None, 1.0),), b"state"))
    lease.record([RateChange(20, 0.1), RateChange(90, 0.3), RateChange(100, 3.0)])
    lease.finish(b"network", b"state of batch 110", True, 0.9, 0.9, {})
    child = queue.extend(parent.id, 1, "ann")
    assert child.rate_changes == (RateChange(20, 0.1), RateChange(60, 3.0))


def test_a_training_is_paused_slowed_down_and_steered_through_the_store(
    scheduler: Scheduler, store: RunStore, small_recipe: Recipe
):
    recipe = dataclasses.replace(small_recipe, epochs=2)
    run = scheduler.queue.enqueue(recipe, "ann", "Run")
    steer(store, run.id, "ann", Control(hold_at=0))
    wait_for(store, run.id, lambda run: run.is_paused and moment_of(store, run.id))
    step = store.get(run.id).steps_done
    steer(store, run.id, "ann", Control(0.1, hold_at=step + 1))
    run = wait_for(store, run.id, lambda run: run.steps_done == step + 1)
    moment = moment_of(store, run.id)
    assert moment
    assert (moment.step, len(moment.images)) == (step + 1, 10)
    assert run.is_paused
    assert run.rate_changes == (RateChange(step, 0.1),)
    steer(store, run.id, "ann", Control(0.1))
    run = wait_for(store, run.id, lambda run: not run.state.active)
    assert run.state is RunState.FINISHED
    assert run.rate_changes == (RateChange(step, 0.1),)
    assert "Steered while it was trained" in run.steered
    assert moment_of(store, run.id) is None


def test_a_run_does_not_pause_after_its_last_batch(small_recipe: Recipe):
    last = small_recipe.epochs * small_recipe.steps_per_epoch
    run = Run(
        "1", "Run", small_recipe, RunState.RUNNING, progress=1 - 1 / last, control=Control(hold_at=last - 1)
    )
    assert run.is_paused
    assert not dataclasses.replace(run, progress=1.0, control=Control(hold_at=last)).is_paused


def test_a_run_whose_units_are_dead_fails_with_the_setting_to_change(scheduler: Scheduler, store: RunStore):
    recipe = Recipe(hidden_units=(32, 32), learning_rate=1.0, train_size=3000, batch_size=50, epochs=3)
    run = scheduler.queue.enqueue(recipe, "ann", "Run")
    run = wait_for(store, run.id, lambda run: not run.state.active)
    assert run.state is RunState.FAILED
    assert "saturated" in run.failure
    assert run.failure.endswith("Set it to 0.1.")


def test_a_pause_ends_when_others_wait_and_nobody_clicks(monkeypatch: pytest.MonkeyPatch):
    seconds = [0.0]
    monkeypatch.setattr(heartbeat_thread.time, "monotonic", lambda: seconds[0])
    pause, paused = Pause(), Control(hold_at=0)
    assert not pause.why_over(paused, 0.5, lambda: True)
    seconds[0] = heartbeat_thread.MAX_PAUSE_SECONDS + 1
    assert not pause.why_over(paused, 0.5, lambda: False), "nobody waits"
    assert not pause.why_over(paused, 0.5, lambda: True), "it has asked a moment ago"
    seconds[0] += heartbeat_thread.ASK_SECONDS
    assert "because others wait" in pause.why_over(paused, 0.5, lambda: True)
    assert not pause.why_over(Control(hold_at=9), 0.5, lambda: True), "somebody has clicked"
    assert not pause.why_over(Control(hold_at=9), 0.6, lambda: True), "it has not come so far yet"
    seconds[0] += heartbeat_thread.MAX_IDLE_SECONDS + 1
    assert "after 30 minutes" in pause.why_over(Control(hold_at=9), 0.6, lambda: False)
    assert not pause.why_over(Control(), 0.6, lambda: True)


@ON_EVERY_DATABASE
def test_the_owner_is_told_why_their_pause_was_ended_until_they_pause_again(store: RunStore):
    queue = RunQueue(store)
    run = queue.enqueue(Recipe(), "ann", "Run")
    steer(store, run.id, "ann", Control(0.1, hold_at=0))
    lease = queue.lease("worker")
    assert lease
    lease.end_pause("Others wait.")
    assert store.get(run.id).control == Control(0.1, pause_ended="Others wait.")
    steer(store, run.id, "ann", Control(0.1, hold_at=9))
    assert store.get(run.id).control.pause_ended == ""
    assert Control.from_json('{"factor": 1.0, "hold_at": null}') == Control(), "of an earlier version"


def test_a_worker_that_waits_for_a_click_writes_no_more_than_one_that_trains(store: RunStore):
    queue = RunQueue(store)
    run = queue.enqueue(Recipe(), "ann", "Run")
    steer(store, run.id, "ann", Control(hold_at=0))
    lease = queue.lease("worker")
    assert lease
    looks, looked = [0], threading.Event()

    class Watched(Lease):
        def control(self) -> Control:
            looks[0] += 1
            if looks[0] == 4:
                looked.set()
            return super().control()

    began = time.monotonic()
    with kept_alive(Watched(store, lease.run, lease.worker)):
        assert looked.wait(60)
    (sign,) = heartbeats(store)
    assert sign.count <= 1 + (time.monotonic() - began) / heartbeat_thread.HEARTBEAT_SECONDS


def test_clicks_do_not_keep_a_worker_from_the_others_for_ever(monkeypatch: pytest.MonkeyPatch):
    seconds = [0.0]
    monkeypatch.setattr(heartbeat_thread.time, "monotonic", lambda: seconds[0])
    pause, batch = Pause(), 0
    while not pause.why_over(Control(hold_at=batch), batch / 1000, lambda: True):
        seconds[0] += heartbeat_thread.MAX_PAUSE_SECONDS - 1
        if pause.why_over(Control(hold_at=batch), batch / 1000, lambda: True):
            break
        batch += 1
        assert seconds[0] < 1000
    assert batch > 1
