"""The limits of the hyperparameters, and the checks that a recipe makes of its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from core.data import CLASSES, TRAINING_IMAGES


class RecipeError(ValueError):
    """Raised when a recipe cannot be trained. The message says what to change."""


@dataclass(frozen=True)
class Limit:
    """The smallest and largest value of a hyperparameter.

    Attributes
    ----------
    low, high : float
        Both ends are allowed.
    sentence : str
        Shown when a value is outside; ``{low}`` and ``{high}`` stand for the ends.
    """

    low: float
    high: float
    sentence: str

    def message(self) -> str:
        """Return the sentence with both ends filled in."""
        return self.sentence.format(low=f"{self.low:,g}", high=f"{self.high:,g}")


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "hidden_layers": Limit(0, 4, "Choose from {low} to {high} hidden layers."),
        "hidden_units": Limit(1, 1024, "Each hidden layer needs {low} to {high} units."),
        "conv_layers": Limit(0, 3, "Choose from {low} to {high} convolutional layers."),
        "conv_filters": Limit(1, 64, "Each convolutional layer needs {low} to {high} filters."),
        "learning_rate": Limit(0.0001, 1.0, "The learning rate must be from {low} to {high}."),
        "epochs": Limit(1, 100, "Epochs must be a whole number from {low} to {high}."),
        "batch_size": Limit(1, 10_000, "The batch size must be a whole number from {low} to {high}."),
        "dropout": Limit(0.0, 0.8, "The dropout rate must be from {low} to {high}."),
        "validation_share": Limit(0.0, 0.5, "The validation split must be from {low} to {high}."),
        "train_size": Limit(
            100,
            TRAINING_IMAGES,
            "The training set size must be a whole number from {low} to {high}.",
        ),
        "label_noise": Limit(0.0, 0.5, "The share of wrong labels must be from {low} to {high}."),
        "seed": Limit(0, 999_999, "The random seed must be a whole number from {low} to {high}."),
    }
)


def whole(value: Any, limit: Limit) -> int:
    """Return a whole number within a limit, or raise the limit's sentence."""
    checked = number(value, limit)
    if not checked.is_integer():
        raise RecipeError(limit.message())
    return int(checked)


def number(value: Any, limit: Limit) -> float:
    """Return a number within a limit, or raise the limit's sentence."""
    # Written so that NaN, which compares false with everything, is refused too.
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise RecipeError(limit.message())
    try:
        plain = float(value)
    except OverflowError as error:
        raise RecipeError(limit.message()) from error
    if not limit.low <= plain <= limit.high:
        raise RecipeError(limit.message())
    return plain


def layers(sizes: Any, count: str, units: str) -> tuple[int, ...]:
    """Return the sizes of some layers; the limits of their number and of a size have these names."""
    if not isinstance(sizes, tuple | list) or len(sizes) > LIMITS[count].high:
        raise RecipeError(LIMITS[count].message())
    return tuple(whole(size, LIMITS[units]) for size in sizes)


def digits(values: Any, sentence: str) -> tuple[int, ...]:
    """Return some digits in ascending order, each once, or raise the sentence."""
    if not isinstance(values, tuple | list):
        raise RecipeError(sentence)
    return tuple(sorted({whole(value, Limit(0, CLASSES - 1, sentence)) for value in values}))


def choice(value: object, choices: tuple[str, ...], sentence: str) -> None:
    """Raise the sentence, with the choices filled in, if a value is none of them."""
    if not isinstance(value, str) or value not in choices:
        raise RecipeError(sentence.format(choices=", ".join(choices)))


def switch(value: object, sentence: str) -> None:
    """Raise the sentence if a value is neither true nor false."""
    if not isinstance(value, bool):
        raise RecipeError(sentence)
