import dataclasses

from core.fine_tuning.outcome import FineTuning
from core.recipe import ARTICLE, Recipe
from core.store.run import IMPORTED, Run, RunState
from core.store.seeds import alike, more_seeds, siblings
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def finished(number: int, recipe: Recipe, epochs: int | None = None, accuracy: float | None = 0.9) -> Run:
    return Run(
        f"run-{number}",
        f"Run {number}",
        recipe,
        RunState.FINISHED,
        owner="ann",
        epochs_done=recipe.epochs if epochs is None else epochs,
        test_accuracy=accuracy,
    )


def test_siblings_differ_in_nothing_but_the_seed():
    one = finished(1, Recipe(seed=3))
    two = finished(2, Recipe(seed=1))
    again = finished(3, Recipe(seed=1))
    other = finished(4, Recipe(seed=4, epochs=5))
    stopped = finished(5, Recipe(seed=5), epochs=2)
    unmeasured = finished(6, Recipe(seed=6), accuracy=None)
    runs = (unmeasured, stopped, other, again, two, one)
    assert siblings(one, runs) == (again, one)
    assert siblings(two, runs) == (two, one), "the run itself, not another one of its seed"
    assert siblings(stopped, runs) == (again, one), "a run stopped early is not among its own"
    assert siblings(finished(7, dataclasses.replace(ARTICLE, epochs=3)), runs)[0].id == "run-7"


def test_more_seeds_are_those_not_used_yet():
    recipes = more_seeds(ARTICLE, {0, 2, 7}, 3)
    assert [recipe.seed for recipe in recipes] == [1, 3, 4]
    plain, *others = (Run("a", "Run", recipe, RunState.FINISHED) for recipe in (ARTICLE, *recipes))
    assert all(alike(plain, other) for other in others)
    assert not alike(plain, dataclasses.replace(plain, recipe=dataclasses.replace(ARTICLE, epochs=3)))


def test_a_network_that_was_taught_is_no_seed_of_another():
    plain = Run("a", "Run", ARTICLE, RunState.FINISHED, epochs_done=10, test_accuracy=0.9)
    taught = dataclasses.replace(plain, id="b", fine_tuning=FineTuning(9, 3))
    also = dataclasses.replace(taught, id="c")
    assert not alike(plain, taught)
    assert siblings(plain, [taught, also]) == (plain,)
    assert siblings(taught, [plain, also]) == (taught,)
    assert not alike(plain, dataclasses.replace(plain, id="d", versions={IMPORTED: "2026-01-02"}))
