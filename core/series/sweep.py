"""A sweep: one recipe with several values of one hyperparameter."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from core.hyperparameters.validation import RecipeError
from core.hyperparameters.words import SPELLING
from core.recipe import ACTIVATIONS, OPTIMIZERS, Recipe
from core.series.series import TEST_ACCURACY, VALIDATION_ACCURACY, Arm, Series

MAX_VALUES = 6
# One seed, or as many as give a mean and a range.
SEEDS = (1, 3)


def _plain(value: Any) -> str:
    return f"{value:,g}" if isinstance(value, int | float) else SPELLING[value]


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _set(recipe: Recipe, field: str, value: Any) -> Recipe:
    fields: dict[str, Any] = {field: value}
    return dataclasses.replace(recipe, **fields)


def _set_width(recipe: Recipe, _: str, value: Any) -> Recipe:
    """Give every hidden dense layer this many units, and a network without one a layer."""
    return dataclasses.replace(recipe, hidden_units=(value,) * max(len(recipe.hidden_units), 1))


@dataclass(frozen=True)
class Hyperparameter:
    """A hyperparameter that can be swept.

    Attributes
    ----------
    label : str
    choices : tuple
        Values to choose from, in their order.
    first : tuple
        Those chosen at first.
    words : callable
        Returns a value as text.
    set : callable
        Returns a recipe with a value: takes the recipe, the field's name, and the value.
    """

    label: str
    choices: tuple[Any, ...]
    first: tuple[Any, ...]
    words: Callable[[Any], str] = _plain
    set: Callable[[Recipe, str, Any], Recipe] = _set


# By the field of a recipe.
HYPERPARAMETERS: Mapping[str, Hyperparameter] = MappingProxyType(
    {
        "learning_rate": Hyperparameter(
            "Learning rate",
            (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
            (0.0003, 0.001, 0.003, 0.01, 0.03),
        ),
        "batch_size": Hyperparameter(
            "Batch size", (16, 32, 64, 128, 256, 512, 1000, 2000, 5000), (64, 128, 256, 512, 1000)
        ),
        "hidden_units": Hyperparameter(
            "Units per hidden layer",
            (4, 8, 16, 32, 64, 100, 128, 200, 300, 500, 1000),
            (8, 32, 100, 300),
            set=_set_width,
        ),
        "epochs": Hyperparameter("Epochs", (1, 2, 3, 5, 8, 10, 15, 20, 30), (1, 3, 10, 20)),
        "dropout": Hyperparameter(
            "Dropout", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8), (0.0, 0.2, 0.4, 0.6), _percent
        ),
        "activation": Hyperparameter("Activation function", ACTIVATIONS, ACTIVATIONS),
        "optimizer": Hyperparameter("Optimizer", OPTIMIZERS, OPTIMIZERS),
        "train_size": Hyperparameter(
            "Training set size",
            (100, 300, 1000, 3000, 10_000, 20_000, 30_000, 60_000),
            (300, 1000, 3000, 10_000, 30_000),
        ),
    }
)
_WITHOUT_ORDER = ("activation", "optimizer")


@dataclass(frozen=True)
class Sweep:
    """One recipe with several values of one hyperparameter.

    Attributes
    ----------
    base : Recipe
    field : str
        One of `HYPERPARAMETERS`.
    values : tuple
        From two to `MAX_VALUES`.
    seeds : int
        How many seeds each value is trained with.

    Raises
    ------
    RecipeError
        If there are too few or too many values, or one of them gives a recipe that cannot be trained.

    Examples
    --------
    >>> sweep = Sweep(Recipe(), "learning_rate", (0.01, 0.001), seeds=3)
    >>> sweep.series.title, [arm.label for arm in sweep.series.arms], len(sweep.series.recipes)
    ('Sweep: learning rate', ['0.001', '0.01'], 6)
    """

    base: Recipe
    field: str
    values: tuple[Any, ...]
    seeds: int = 1

    kind = "sweep"

    def __post_init__(self) -> None:
        """Bring the values into their order, and make every recipe once."""
        object.__setattr__(self, "values", _in_order(self.field, self.values))
        if not 2 <= len(self.values) <= MAX_VALUES:
            raise RecipeError(f"Choose from 2 to {MAX_VALUES} values to compare.")
        for value in self.values:
            self._arm(value)

    @property
    def series(self) -> Series:
        """The runs: the best value is the one with the highest validation accuracy, if there is a split."""
        measured = (VALIDATION_ACCURACY, TEST_ACCURACY) if self.base.validation_size else (TEST_ACCURACY,)
        label = HYPERPARAMETERS[self.field].label
        return Series(
            f"Sweep: {label.lower()}",
            label,
            tuple(map(self._arm, self.values)),
            measured,
            self.seeds,
            ordered=self.field not in _WITHOUT_ORDER,
            has_best=True,
        )

    def _arm(self, value: Any) -> Arm:
        parameter = HYPERPARAMETERS[self.field]
        label = parameter.words(value)
        try:
            return Arm(label, parameter.set(self.base, self.field, value))
        except RecipeError as error:
            raise RecipeError(f"{parameter.label} {label}: {error}") from error

    def to_json(self) -> str:
        """Return the sweep as a JSON object."""
        fields = {"field": self.field, "values": self.values, "seeds": self.seeds}
        return json.dumps({**fields, "base": json.loads(self.base.to_json())})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the sweep that `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If the text is something else.
        """
        fields = json.loads(text)
        base = Recipe.from_json(json.dumps(fields["base"]))
        return cls(base, fields["field"], tuple(fields["values"]), int(fields["seeds"]))


def choices(field: str, base: Recipe) -> tuple[Any, ...]:
    """Return the values of a hyperparameter to choose from, with that of the recipe among them."""
    return _in_order(field, (*HYPERPARAMETERS[field].choices, *_own(field, base)))


def first_values(field: str, base: Recipe) -> tuple[Any, ...]:
    """Return the values that a sweep begins with: some choices, with that of the recipe among them."""
    return _in_order(field, (*HYPERPARAMETERS[field].first, *_own(field, base)))


def _own(field: str, base: Recipe) -> tuple[Any, ...]:
    return base.hidden_units[:1] if field == "hidden_units" else (getattr(base, field),)


def _in_order(field: str, values: Iterable[Any]) -> tuple[Any, ...]:
    """Return each value once: numbers by their size, names as they are offered."""
    known = HYPERPARAMETERS[field].choices
    return tuple(sorted(set(values), key=known.index if field in _WITHOUT_ORDER else None))
