"""Runs that differ in nothing but their seed."""

import dataclasses
from collections.abc import Iterable

from core.runs import Run


def siblings(run: Run, runs: Iterable[Run]) -> tuple[Run, ...]:
    """Find the finished runs of the same recipe, one for each seed.

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
        complete = other.test_accuracy is not None and len(other.history) == other.recipe.epochs
        if complete and dataclasses.replace(other.recipe, seed=run.recipe.seed) == run.recipe:
            by_seed.setdefault(other.recipe.seed, other)
    return tuple(by_seed[seed] for seed in sorted(by_seed))
