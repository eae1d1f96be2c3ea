"""Runs that differ in nothing but their seed."""

import dataclasses
import itertools
from collections.abc import Collection, Iterable

from core.recipe import Recipe
from core.store.run import Run


def siblings(run: Run, runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return the finished runs of the same recipe, one for each seed.

    Parameters
    ----------
    run : Run
    runs : iterable of Run
        Where to look, newest first. Runs that are not measured yet are passed over, and
        so are those stopped early: they trained less than the recipe says.

    Returns
    -------
    tuple of Run
        In the order of their seeds; of two with the same seed ``run`` itself or the newest.
    """
    by_seed: dict[int, Run] = {}
    for other in (run, *runs):
        complete = other.test_accuracy is not None and other.epochs_done == other.recipe.epochs
        if complete and alike(run, other):
            by_seed.setdefault(other.recipe.seed, other)
    return tuple(by_seed[seed] for seed in sorted(by_seed))


def alike(run: Run, other: Run) -> bool:
    """Return whether two runs differ in nothing but their seed.

    One that was fine-tuned, operated on, steered or imported is like no other.
    """
    if not (run.follows_recipe and other.follows_recipe):
        return run.id == other.id
    return dataclasses.replace(other.recipe, seed=run.recipe.seed) == run.recipe


def more_seeds(recipe: Recipe, used: Collection[int], count: int) -> tuple[Recipe, ...]:
    """Return the recipe with each of the ``count`` smallest seeds that are not used yet."""
    unused = (seed for seed in itertools.count() if seed not in used)
    return tuple(dataclasses.replace(recipe, seed=seed) for seed in itertools.islice(unused, count))
