"""A series of runs: what differs between them, what is measured, and what came of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.recipe import Recipe
from core.test_sets.confusion import TestConfusion


@dataclass(frozen=True, eq=False)
class Result:
    """What was measured of a finished run.

    Attributes
    ----------
    train_accuracy, test_accuracy : float
        On the images that it was fitted to, with their labels, and on the 10,000 test images.
    validation_accuracy : float or None
        After the last epoch; None without a validation split.
    test_confusion : TestConfusion or None
        None for runs trained before it was kept.
    """

    train_accuracy: float
    test_accuracy: float
    validation_accuracy: float | None = None
    test_confusion: TestConfusion | None = None


@dataclass(frozen=True)
class Measure:
    """What a chart shows of each run.

    Attributes
    ----------
    label : str
    of : callable
        Returns it, 0 to 1; None if it was not measured.
    """

    label: str
    of: Callable[[Result], float | None]


TEST_ACCURACY = Measure("Test accuracy", lambda result: result.test_accuracy)
TRAINING_ACCURACY = Measure("Training accuracy", lambda result: result.train_accuracy)
VALIDATION_ACCURACY = Measure("Validation accuracy", lambda result: result.validation_accuracy)


@dataclass(frozen=True)
class Arm:
    """One of the settings that a series compares.

    Attributes
    ----------
    label : str
        What is special about it, for the axis of a chart.
    recipe : Recipe
        With the smallest seed.
    """

    label: str
    recipe: Recipe


@dataclass(frozen=True)
class Series:
    """Runs that differ in one thing, and in their seeds.

    Attributes
    ----------
    title : str
        Also the name of its runs.
    axis : str
        What differs.
    arms : tuple of Arm
    measures : tuple of Measure
        One or two. The first one decides which arm is the best.
    seeds : int
        How many runs each arm has, with different random seeds.
    ordered : bool
        Whether the arms are in an order, so that a line through them means something.
    has_best : bool
        Whether it asks for the best arm.
    """

    title: str
    axis: str
    arms: tuple[Arm, ...]
    measures: tuple[Measure, ...]
    seeds: int = 1
    ordered: bool = True
    has_best: bool = False

    def of_arm(self, arm: Arm) -> tuple[Recipe, ...]:
        """Return the recipes of an arm, one for each seed."""
        first = arm.recipe.seed
        return tuple(dataclasses.replace(arm.recipe, seed=first + more) for more in range(self.seeds))

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """All recipes: first every arm with the first seed, so that the whole chart fills in early."""
        return tuple(
            recipe for of_a_seed in zip(*map(self.of_arm, self.arms), strict=True) for recipe in of_a_seed
        )

    def is_measured(self, result: Result) -> bool:
        """Return whether a result has all that this series measures."""
        return all(measure.of(result) is not None for measure in self.measures)


# By the recipe of the run, as JSON.
Results: TypeAlias = Mapping[str, Result]


@dataclass(frozen=True)
class Point:
    """One measure of one arm over the seeds that are finished.

    Attributes
    ----------
    arm, measure : str
        Their labels.
    mean, low, high : float
        0 to 1.
    count : int
        Number of seeds, at least 1.
    is_best : bool
        Whether it is the arm with the highest mean of the first measure.
    """

    arm: str
    measure: str
    mean: float
    low: float
    high: float
    count: int
    is_best: bool = False


def results_of(series: Series, arm: Arm, results: Results) -> tuple[Result, ...]:
    """Return what came of the finished runs of an arm."""
    texts = (recipe.to_json() for recipe in series.of_arm(arm))
    return tuple(results[text] for text in texts if text in results)


def points(series: Series, results: Results) -> tuple[Point, ...]:
    """Return mean and range of each measure of each arm that has a finished run."""
    found = [
        _point(arm, measure, [measure.of(result) for result in results_of(series, arm, results)])
        for measure in series.measures
        for arm in series.arms
    ]
    measured = [point for point in found if point]
    best = best_arm(series, measured)
    return tuple(dataclasses.replace(point, is_best=point.arm == best) for point in measured)


def _point(arm: Arm, measure: Measure, measured: Sequence[float | None]) -> Point | None:
    values = [value for value in measured if value is not None]
    if not values:
        return None
    mean = sum(values) / len(values)
    return Point(arm.label, measure.label, mean, min(values), max(values), len(values))


def best_arm(series: Series, measured: Sequence[Point]) -> str | None:
    """Return the label of the arm with the highest mean of the first measure, the first of several."""
    decisive = [point for point in measured if point.measure == series.measures[0].label]
    if not series.has_best or len(decisive) < 2:
        return None
    return max(decisive, key=lambda point: point.mean).arm
