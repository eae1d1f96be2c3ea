"""When a waiting run begins and ends."""

import math

import pytest

from core.jobs.eta import SECONDS_AROUND, Estimate, estimate, seconds_per_epoch
from core.presets import PRESETS
from core.recipe import Recipe
from core.store.run import Run, RunState
from core.store.runs import RunStore

ARTICLE = Recipe()


def run(run_id: str, state: RunState, **values) -> Run:
    return Run(run_id, run_id, values.pop("recipe", ARTICLE), state, **values)


def measured(seconds: float, recipe: Recipe = ARTICLE) -> Run:
    return run("measured", RunState.FINISHED, recipe=recipe, epochs_done=10, seconds=seconds * 10)


def test_one_after_another():
    active = [
        run("a", RunState.RUNNING, progress=0.5, epochs_done=5, seconds=10.0),
        run("b", RunState.QUEUED, queue_order=2),
        run("c", RunState.QUEUED, queue_order=3),
    ]
    expected = estimate(active, [measured(1.0)])
    around = SECONDS_AROUND
    assert expected["a"] == Estimate(False, 0, 0.0, 10.0 + around)
    assert expected["b"] == Estimate(True, 0, 10 + around, 20 + 2 * around)
    assert expected["c"] == Estimate(True, 1, 20 + 2 * around, 30 + 3 * around)


def test_two_workers_side_by_side():
    active = [
        run("a", RunState.RUNNING, owner="ann", progress=0.5),
        run("b", RunState.RUNNING, owner="bob"),
        run("c", RunState.QUEUED, owner="cem"),
        run("d", RunState.QUEUED, owner="dan"),
    ]
    expected = estimate(active, [measured(1.0)])
    assert expected["c"].starts == expected["a"].ends
    assert expected["d"].starts == expected["b"].ends


def test_nobody_waits_for_more_than_one_run_of_a_series():
    series = [run(f"ann {seed}", RunState.QUEUED, queue_order=1, number=seed) for seed in (1, 2, 3)]
    bob = run("bob", RunState.QUEUED, queue_order=2, number=4)
    expected = estimate([*series, bob], [measured(1.0)])
    assert [expected[name].position for name in ("ann 1", "bob", "ann 2", "ann 3")] == [0, 1, 2, 3]
    assert expected["bob"].starts == expected["ann 1"].ends


def test_the_first_in_an_empty_queue_begins_at_once():
    assert estimate([run("a", RunState.QUEUED)], [measured(1.0)])["a"].starts == 0


def test_workers_that_are_free_begin_at_once_but_nobody_gets_two():
    active = [
        run("a", RunState.RUNNING, owner="ann", progress=0.5),
        run("ann's second", RunState.QUEUED, owner="ann"),
        run("b", RunState.QUEUED, owner="bob"),
        run("c", RunState.QUEUED, owner="cem"),
    ]
    expected = estimate(active, [measured(1.0)], workers=2)
    assert (expected["b"].position, expected["b"].starts) == (0, 0)
    assert expected["ann's second"].position == 1, "before Cem, but not beside her first"
    assert expected["ann's second"].starts == expected["a"].ends
    assert expected["c"].starts == expected["b"].ends


def test_without_a_worker_no_time_is_promised():
    expected = estimate([run("a", RunState.QUEUED), run("b", RunState.QUEUED)], [measured(1.0)], workers=0)
    assert [expected[name].position for name in "ab"] == [0, 1]
    assert {expected["a"].starts, expected["a"].ends, expected["b"].starts} == {math.inf}


def test_the_most_similar_recipe_decides_and_the_newest_of_equals():
    small = Recipe(hidden_units=(30,))
    known = [measured(2.0), measured(5.0), measured(0.1, small)]
    assert seconds_per_epoch(run("a", RunState.QUEUED), known) == 2.0
    half = Recipe(train_size=30_000)
    assert seconds_per_epoch(run("a", RunState.QUEUED, recipe=half), [measured(2.0)]) == pytest.approx(1.0)


def test_a_run_in_training_knows_best():
    busy = run("a", RunState.RUNNING, epochs_done=2, seconds=8.0)
    assert seconds_per_epoch(busy, [measured(1.0)]) == 4.0


def test_without_any_measurement_nothing_is_promised():
    assert seconds_per_epoch(run("a", RunState.QUEUED), []) == 0.0


def test_the_bundled_runs_are_measurements_too(store: RunStore):
    for recipe in PRESETS.values():
        assert 0.05 < seconds_per_epoch(run("a", RunState.QUEUED, recipe=recipe), store.measured()) < 120
