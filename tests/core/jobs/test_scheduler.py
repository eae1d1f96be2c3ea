"""The scheduler on the real data: from the queue to the store, and through crashes."""

import concurrent.futures
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sqlalchemy import Connection, event

from core.data import DataError, Dataset
from core.fine_tuning import rehearsal
from core.fine_tuning.drawings import Drawings
from core.jobs.queue import RunQueue
from core.jobs.scheduler import DaemonThreadExecutor, Scheduler
from core.recipe import Recipe
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.training import train


@pytest.fixture
def scheduler(store: RunStore) -> Iterator[Scheduler]:
    scheduler = Scheduler(store)
    yield scheduler
    scheduler.shutdown()


@pytest.fixture
def long_recipe(small_recipe: Recipe) -> Recipe:
    return dataclasses.replace(small_recipe, epochs=100)


def wait_for(store: RunStore, run_id: str, condition: Callable[[Run], object], seconds: float = 90) -> Run:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run = store.get(run_id)
        if condition(run):
            return run
        time.sleep(0.02)
    raise AssertionError(store.get(run_id))


def wait_until_done(store: RunStore, run_id: str) -> Run:
    return wait_for(store, run_id, lambda run: not run.state.active)


def curve(store: RunStore, run_id: str) -> list[tuple[float, float]]:
    return [(epoch.loss, epoch.accuracy) for epoch in store.history(run_id)]


def test_a_training_from_start_to_end(scheduler: Scheduler, store: RunStore, small_recipe: Recipe):
    submitted = scheduler.queue.enqueue(small_recipe, "ann", "First", "Ann")
    assert (submitted.state, submitted.owner, submitted.label) == (RunState.QUEUED, "ann", "Run 1: First")
    run = wait_until_done(store, submitted.id)
    assert run.state is RunState.FINISHED
    assert run.nickname == "Ann"
    assert run.epochs_done == len(store.history(run.id)) == small_recipe.epochs
    assert run.progress == 1.0
    assert run.train_accuracy > 0.8
    assert run.test_accuracy > 0.8
    assert run.versions["keras"]
    assert run.versions["precision"] == "float32", "its batches are too small for another one"
    assert store.models()[0].id == run.id
    assert store.load_model(run.id).count_params() == small_recipe.parameters


def test_epochs_are_in_the_store_while_it_trains_others_wait_and_the_owner_stops(
    scheduler: Scheduler, store: RunStore, long_recipe: Recipe, small_recipe: Recipe
):
    ann = scheduler.queue.enqueue(long_recipe, "ann", "Ann's")
    bob = scheduler.queue.enqueue(small_recipe, "bob", "Bob's")
    seen = wait_for(store, ann.id, lambda run: run.epochs_done >= 2)
    assert seen.state is RunState.RUNNING
    assert len(store.history(ann.id)) >= 2
    wait_for(store, ann.id, lambda run: 0 < run.progress < 1)
    assert store.get(bob.id).state is RunState.QUEUED
    with pytest.raises(RunError, match="Only the person who started"):
        scheduler.queue.stop(ann.id, "bob")
    scheduler.queue.stop(ann.id, "ann")
    stopped = wait_until_done(store, ann.id)
    assert stopped.state is RunState.STOPPED
    assert 0 < stopped.epochs_done < 100
    assert stopped.test_accuracy > 0.5
    assert wait_until_done(store, bob.id).state is RunState.FINISHED


def test_train_further_is_as_if_it_had_been_planned(
    scheduler: Scheduler, store: RunStore, small_recipe: Recipe, mnist: Dataset
):
    parent = scheduler.queue.enqueue(dataclasses.replace(small_recipe, epochs=2), "ann", "Short")
    wait_until_done(store, parent.id)
    child = wait_until_done(store, scheduler.queue.extend(parent.id, 1, "bob").id)
    assert child.state is RunState.FINISHED
    assert (child.parent, child.epochs_done) == (parent.id, 3)
    planned = train(small_recipe, mnist)
    assert curve(store, child.id) == [(epoch.loss, epoch.accuracy) for epoch in planned.history]
    assert len(store.history(parent.id)) == 2


def test_a_failure_is_a_sentence_and_the_next_training_works(
    store: RunStore, small_recipe: Recipe, mnist: Dataset
):
    failures: dict[BaseException, str] = {
        DataError("MNIST is missing. Restore it."): "MNIST is missing. Restore it.",
        MemoryError(): "The server ran out of memory",
        RuntimeError("0x3f"): "a program error",
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"): "ran out of memory",
        SystemExit(1): "a program error",
    }
    answers = iter([*failures, mnist])

    def load() -> Dataset:
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    scheduler = Scheduler(store, load_data=load)
    for sentence in failures.values():
        failed = wait_until_done(store, scheduler.queue.enqueue(small_recipe, "ann", "Fails").id)
        assert failed.state is RunState.FAILED
        assert sentence in failed.failure
        assert "0x3f" not in failed.failure
    works = wait_until_done(store, scheduler.queue.enqueue(small_recipe, "ann", "Works").id)
    assert works.state is RunState.FINISHED
    scheduler.shutdown()


def test_the_threads_are_named_and_end_with_the_scheduler(store: RunStore, long_recipe: Recipe):
    before = set(threading.enumerate())
    scheduler = Scheduler(store)
    run = scheduler.queue.enqueue(long_recipe, "ann", "Long")
    wait_for(store, run.id, lambda run: run.epochs_done)
    own = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("digit-lab-")]
    assert {thread.name for thread in own} == {
        "digit-lab-scheduler",
        "digit-lab-training",
        "digit-lab-heartbeat",
        "digit-lab-shutdown",
    }
    scheduler.shutdown()
    for thread in own:
        thread.join(10)
        assert not thread.is_alive()


def test_the_end_of_the_server_loses_no_epoch_and_the_next_one_goes_on(
    store: RunStore, long_recipe: Recipe, mnist: Dataset
):
    recipe = dataclasses.replace(long_recipe, epochs=6)
    first = Scheduler(store)
    run = first.queue.enqueue(recipe, "ann", "Interrupted")
    wait_for(store, run.id, lambda run: run.epochs_done >= 2)
    first.shutdown()
    between = store.get(run.id)
    assert between.state is RunState.QUEUED
    epochs = store.history(run.id)
    assert len(epochs) >= 2

    second = Scheduler(store)
    done = wait_until_done(store, run.id)
    second.shutdown()
    assert done.state is RunState.FINISHED
    assert store.history(run.id)[: len(epochs)] == epochs
    whole = train(recipe, mnist)
    assert curve(store, run.id) == [(epoch.loss, epoch.accuracy) for epoch in whole.history]


def test_the_threads_of_this_process_give_results_and_errors():
    executor = DaemonThreadExecutor()
    assert executor.submit(divmod, 7, 2).result(30) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 7, 0).result(30)


def test_a_worker_that_cannot_start_is_a_sentence_and_blocks_nobody(store: RunStore, small_recipe: Recipe):
    class Busy(concurrent.futures.ThreadPoolExecutor):
        """Fails once, as when the system has no thread left."""

        failed = False

        def submit(self, *args, **kwargs):
            if not self.failed:
                self.failed = True
                raise RuntimeError("can't start new thread")
            return super().submit(*args, **kwargs)

    scheduler = Scheduler(store, executor=Busy(1))
    refused = wait_until_done(store, scheduler.queue.enqueue(small_recipe, "ann", "Fails").id)
    assert refused.state is RunState.FAILED
    assert "too busy to train now" in refused.failure
    run = wait_until_done(store, scheduler.queue.enqueue(small_recipe, "ann", "Works").id)
    assert run.state is RunState.FINISHED
    scheduler.shutdown()


def test_a_full_disk_in_the_middle_is_a_sentence_and_the_run_can_be_resumed(
    store: RunStore, long_recipe: Recipe
):
    """SQLite itself reports the full disk: it may not use more pages than it has."""
    recipe = dataclasses.replace(long_recipe, epochs=5, hidden_units=(300,))
    pages = {"most": 0}

    @event.listens_for(store.database._open(), "begin")
    def bound(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            most = pages["most"] or 2**30
            connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    scheduler = Scheduler(store)
    other = wait_until_done(
        store, scheduler.queue.enqueue(dataclasses.replace(recipe, epochs=1), "bob", "Before").id
    )
    run = scheduler.queue.enqueue(recipe, "ann", "Fills the disk")
    wait_for(store, run.id, lambda run: run.state is RunState.RUNNING)
    with store.database.reading() as connection:
        pages["most"] = connection.exec_driver_sql("PRAGMA page_count").scalar()
    stuck = wait_for(store, run.id, lambda run: run.state is RunState.INTERRUPTED)
    assert "The disk of this server is full" in stuck.failure
    assert len(store.history(run.id)) == stuck.epochs_done < 5
    assert store.model_file(other.id)

    pages["most"] = 0
    scheduler.queue.resume(run.id, "ann")
    done = wait_until_done(store, run.id)
    assert done.state is RunState.FINISHED
    assert done.failure == ""
    assert len(store.history(run.id)) == 5
    scheduler.shutdown()


def test_queued_runs_are_trained_one_after_another(
    scheduler: Scheduler, store: RunStore, small_recipe: Recipe
):
    tiny = dataclasses.replace(small_recipe, epochs=1, train_size=100)
    runs = [scheduler.queue.enqueue(tiny, f"owner {number}", "Run") for number in range(3)]
    most = 0
    while active := store.active():
        most = max(most, sum(run.state is RunState.RUNNING for run in active))
        time.sleep(0.01)
    done = [store.get(run.id) for run in runs]
    assert [run.state for run in done] == [RunState.FINISHED] * 3
    assert [run.ended for run in done] == sorted(run.ended for run in done)
    assert most == 1


def test_a_store_that_is_locked_for_a_while_holds_nobody_up_for_ever(
    store: RunStore, small_recipe: Recipe, monkeypatch: pytest.MonkeyPatch, caplog, tmp_path: Path
):
    import sqlite3

    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 0.05)
    monkeypatch.setattr("core.jobs.scheduler.PAUSE_SECONDS", 0.1)
    run = RunQueue(store).enqueue(small_recipe, "ann", "Run")
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    scheduler = Scheduler(store)
    while not any("tries again" in record.getMessage() for record in caplog.records):
        time.sleep(0.01)
    assert store.get(run.id).state is RunState.QUEUED
    other.execute("ROLLBACK")
    other.close()
    assert wait_until_done(store, run.id).state is RunState.FINISHED
    scheduler.shutdown()


def test_fine_tuning_learns_a_handwriting_and_forgets_nothing_also_if_the_server_is_ended(
    scheduler: Scheduler, store: RunStore, mnist: Dataset, monkeypatch
):
    monkeypatch.setattr(rehearsal, "REHEARSAL_IMAGES", 2000)
    monkeypatch.setattr(rehearsal, "REPEATED_DRAWINGS", 600)
    monkeypatch.setattr(rehearsal, "EPOCHS", 4)
    # Somebody who writes Threes and Sevens the wrong way round.
    some = np.flatnonzero(np.isin(mnist.test_labels, (3, 7)))[:120]
    mirrored = Drawings(mnist.test_images[some][:, :, ::-1], mnist.test_labels[some])
    run = scheduler.queue.fine_tune("relu", mirrored, "ann")
    wait_for(store, run.id, lambda run: run.epochs_done >= 1)
    scheduler.shutdown()
    assert store.get(run.id).state is RunState.QUEUED
    again = Scheduler(store)
    try:
        run = wait_until_done(store, run.id)
    finally:
        again.shutdown()
    assert run.state is RunState.FINISHED, run.failure
    assert [epoch.number for epoch in store.history(run.id)] == [1, 2, 3, 4]
    outcome = run.fine_tuning
    assert outcome
    assert (outcome.train_size, outcome.holdout_size) == (90, 30)
    assert outcome.before is not None
    assert outcome.after is not None
    assert outcome.before < 0.6
    assert outcome.after > outcome.before + 0.3
    assert run.test_accuracy is not None
    assert outcome.test_before == store.get("relu").test_accuracy
    assert run.test_accuracy > 0.9, "it still recognizes what it did before"
