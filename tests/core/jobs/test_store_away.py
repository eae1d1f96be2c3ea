"""The store goes away in the middle of a training, and comes back."""

import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable

import pytest

from benchmarks.postgres import Postgres
from core.data import Dataset
from core.jobs import scheduler as scheduler_module
from core.jobs.heartbeat import Heartbeat, heartbeats
from core.jobs.queue import RunQueue
from core.jobs.scheduler import STALE_SECONDS, Scheduler
from core.recipe import Recipe
from core.store.database import StoreError
from core.store.run import RunState
from core.store.runs import RunStore
from core.training import train
from tests.postgres import ON_POSTGRESQL


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so; a store that does not answer yet says nothing."""
    deadline = time.monotonic() + 90
    while True:
        with contextlib.suppress(StoreError):
            if condition():
                return
        assert time.monotonic() < deadline
        time.sleep(0.01)


@ON_POSTGRESQL
def test_a_training_waits_for_the_database_and_goes_on_where_it_was(
    store: RunStore,
    postgres: Postgres,
    small_recipe: Recipe,
    mnist: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr("core.store.database.RETRY_SECONDS", 0.1)
    monkeypatch.setattr("core.jobs.worker.AGAIN_SECONDS", 0.1)
    monkeypatch.setattr("core.jobs.scheduler.PAUSE_SECONDS", 0.1)
    caplog.set_level(logging.INFO)
    recipe = dataclasses.replace(small_recipe, epochs=15)
    other = RunStore(store.database.address)
    trains, watches = Scheduler(store), Scheduler(other, workers=0)
    run = trains.queue.enqueue(recipe, "ann", "Run")
    wait_until(lambda: store.get(run.id).epochs_done >= 2)
    (before,) = heartbeats(store)
    postgres.end()
    try:
        wait_until(lambda: f"Run {run.id} cannot report" in caplog.text)
        wait_until(lambda: caplog.text.count("No run can be taken from the queue") == 2)
    finally:
        postgres.start()
    wait_until(lambda: {beat.worker for beat in heartbeats(store)} == {before.worker})
    wait_until(lambda: not store.get(run.id).state.active)
    for scheduler in (watches, trains):
        scheduler.shutdown()
    other.database.close()
    assert store.get(run.id).state is RunState.FINISHED
    assert "is silent" not in caplog.text
    assert caplog.text.count("is taken") == 1, "it was trained once"
    whole = train(recipe, mnist).history
    trained = store.history(run.id)
    assert [(one.loss, one.accuracy) for one in trained] == [(one.loss, one.accuracy) for one in whole]


class Clock:
    """Stands still unless the test sets it."""

    moment = 0.0

    @classmethod
    def monotonic(cls) -> float:
        return cls.moment


def test_nobody_is_silent_because_the_store_was_away(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    queue = RunQueue(store)
    queue.enqueue(Recipe(), "ann", "Run")
    lease = queue.lease("worker")
    assert lease
    looks, is_away = 0, False

    def look(store: RunStore) -> tuple[Heartbeat, ...]:
        nonlocal looks
        looks += 1
        if is_away:
            raise StoreError("The database of the run store does not answer now.")
        return heartbeats(store)

    def wait_for_looks() -> None:
        enough = looks + 3
        wait_until(lambda: looks >= enough)

    monkeypatch.setattr("core.jobs.heartbeat.time", Clock)
    monkeypatch.setattr(scheduler_module, "heartbeats", look)
    monkeypatch.setattr(scheduler_module, "PAUSE_SECONDS", 0.01)
    watching = Scheduler(store, workers=0, look_seconds=0.01)
    wait_for_looks()
    is_away = True
    wait_for_looks()
    Clock.moment += 2 * STALE_SECONDS
    is_away = False
    wait_for_looks()
    assert store.get(lease.run.id).state is RunState.RUNNING
    Clock.moment += 2 * STALE_SECONDS
    wait_until(lambda: store.get(lease.run.id).state is RunState.QUEUED)
    watching.shutdown()
