"""Sweeps and experiments in the store."""

import dataclasses

import numpy as np
import pytest
from sqlalchemy import update

from core.jobs.queue import RunQueue
from core.presets import PRESETS
from core.recipe import Recipe
from core.series.experiment import Trial
from core.series.experiments import EXPERIMENTS
from core.series.series import points
from core.series.sweep import Sweep
from core.store.runs import RunStore
from core.store.series import MAX_PLANS, read_plans, read_progress, save_plan
from core.store.tables import RUNS
from core.test_sets.confusion import TestConfusion
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finish, finished_run

SWEEP = Sweep(Recipe(epochs=2), "batch_size", (100, 500, 1000))
SMALL, MIDDLE, LARGE = (recipe.to_json() for recipe in SWEEP.series.recipes)


@pytest.fixture
def queue(store: RunStore) -> RunQueue:
    return RunQueue(store)


@ON_EVERY_DATABASE
def test_a_series_fills_in_while_its_runs_finish(store: RunStore, queue: RunQueue):
    assert read_progress(store, SWEEP.series).missing == (SMALL, MIDDLE, LARGE)
    queue.enqueue_series(SWEEP.series.recipes, "ann", SWEEP.series.title)
    lease = queue.lease("worker")
    assert lease
    waiting = read_progress(store, SWEEP.series)
    assert [waiting.active[text].is_running for text in (SMALL, MIDDLE, LARGE)] == [True, False, False]
    finish(lease, accuracy=0.95)
    progress = read_progress(store, SWEEP.series)
    assert list(progress.results) == [SMALL]
    assert list(progress.active) == [MIDDLE, LARGE]
    assert [point.mean for point in points(SWEEP.series, progress.results)] == [0.95]


@ON_EVERY_DATABASE
def test_plans_are_read_back_newest_first(store: RunStore):
    trial = Trial("nist", "About as many")
    for plan in (SWEEP, trial):
        save_plan(store.database, "ann", plan)
    assert read_plans(store.database, "ann") == (trial, SWEEP)
    assert read_plans(store.database, "bob") == ()
    save_plan(store.database, "ann", SWEEP)
    assert read_plans(store.database, "ann") == (SWEEP, trial), "started again, it is the newest"


def test_only_the_newest_plans_are_kept(store: RunStore):
    for seeds in range(1, MAX_PLANS + 3):
        save_plan(store.database, "ann", dataclasses.replace(SWEEP, seeds=seeds))
    plans = read_plans(store.database, "ann")
    assert len(plans) == MAX_PLANS
    assert plans[0] == dataclasses.replace(SWEEP, seeds=MAX_PLANS + 2)


def test_a_plan_of_another_version_is_passed_over(store: RunStore):
    save_plan(store.database, "ann", Trial("an experiment of the future"))
    save_plan(store.database, "ann", SWEEP)
    assert read_plans(store.database, "ann") == (SWEEP,)


def test_what_somebody_has_trained_is_not_missing(store: RunStore):
    finished_run(store, SWEEP.series.recipes[1], "bob", accuracy=0.8)
    progress = read_progress(store, SWEEP.series)
    assert (list(progress.results), progress.missing) == ([MIDDLE], (SMALL, LARGE))


def test_a_run_on_other_data_or_from_a_file_is_not_one_of_the_series(store: RunStore):
    mixed, imported = (finished_run(store, SWEEP.series.recipes[1], owner) for owner in ("ann", "bob"))
    values = ((mixed.id, {"fine_tuning": "{}"}), (imported.id, {"versions": '{"imported": "2026-01-01"}'}))
    with store.database.writing() as connection:
        for run_id, columns in values:
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(columns))
    assert not read_progress(store, SWEEP.series).results


def test_a_preset_counts_as_trained(store: RunStore):
    sweep = Sweep(PRESETS["article"], "learning_rate", (0.001, 0.01))
    progress = read_progress(store, sweep.series)
    assert [result.test_accuracy for result in progress.results.values()] == [
        store.get("article").test_accuracy
    ]


def test_a_run_that_was_stopped_or_has_failed_is_missing_and_says_why(store: RunStore, queue: RunQueue):
    small, middle, _ = SWEEP.series.recipes
    finished_run(store, small, epochs=1)
    queue.enqueue(middle, "ann", "Run")
    lease = queue.lease("worker")
    assert lease
    lease.fail("The server ran out of memory.")
    progress = read_progress(store, SWEEP.series)
    assert progress.missing == (SMALL, MIDDLE, LARGE)
    assert progress.failure == "The server ran out of memory."


def test_a_continued_run_is_not_one_of_the_series(store: RunStore, queue: RunQueue):
    first = finished_run(store, dataclasses.replace(SWEEP.series.recipes[0], epochs=1))
    queue.extend(first.id, 1, "ann")
    assert read_progress(store, SWEEP.series).missing == (SMALL, MIDDLE, LARGE)


def test_a_run_that_was_not_measured_by_group_is_trained_again(store: RunStore, queue: RunQueue):
    series = EXPERIMENTS["nist"].series
    recipe = series.recipes[0]
    finished_run(store, recipe)
    assert recipe.to_json() in read_progress(store, series).missing
    queue.enqueue(recipe, "ann", "Run")
    lease = queue.lease("worker")
    assert lease
    zeros = np.zeros(10, np.int64)
    finish(lease, test_confusion=TestConfusion.of(zeros, zeros.astype(np.uint8), zeros + [0, 2100] * 5))
    progress = read_progress(store, series)
    assert list(progress.results) == [recipe.to_json()]
    assert points(series, progress.results)[0].mean == 1.0


def test_an_owner_stops_only_their_own_runs_of_a_series(store: RunStore, queue: RunQueue):
    small, middle, large = SWEEP.series.recipes
    queue.enqueue(small, "bob", "Run")
    queue.enqueue_series((middle, large), "ann", SWEEP.series.title)
    active = read_progress(store, SWEEP.series).active
    queue.cancel([run.id for run in active.values()], "ann")
    assert list(read_progress(store, SWEEP.series).active) == [SMALL]
