"""What it costs a run that it could be steered, and is watched for divergence, but nobody steers it."""

import statistics
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import keras

from core.callbacks import reporter
from core.data import load_mnist
from core.recipe import Recipe
from core.training import train

RECIPES = {
    "article network": Recipe(epochs=3),
    "small batches": Recipe(hidden_units=(32,), train_size=20_000, batch_size=16, epochs=2),
}
ROUNDS = 7


class Bare:
    """The loop as Keras has it: only counts."""

    paused_seconds, learning_rate = 0.0, 0.0

    def __init__(self, model: keras.Model, *others: Any) -> None:
        model.make_train_function()
        self.step, self._count, self._train = others[2], model.steps_per_execution, model.train_function
        model.train_function = self

    def __call__(self, iterator: Iterator[Any]) -> Any:
        """Train the batches of one execution."""
        self.step += self._count
        return self._train(iterator)


class Blind:
    """Watches nothing."""

    def __init__(self, *_: Any) -> None:
        pass

    def check(self, *_: Any) -> None:
        """Find nothing."""


def main() -> None:
    """Train each recipe with and without, in turns, and print the ratio of the medians."""
    dataset = load_mnist()
    for name, recipe in RECIPES.items():
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for number in range(2 * ROUNDS + 2):
            steerable = number % 2 == 0
            without: dict[str, Any] = {} if steerable else {"SteeredLoop": Bare, "DivergenceWatch": Blind}
            with patch.multiple(reporter, **without):
                began = time.process_time()
                train(recipe, dataset)
            if number > 1:
                seconds[steerable].append(time.process_time() - began)
        ratio = statistics.median(seconds[True]) / statistics.median(seconds[False])
        best = min(seconds[True]) / min(seconds[False])
        print(f"{name}: processor time {ratio:.3f} times as much (median of {ROUNDS}), {best:.3f} (best)")


if __name__ == "__main__":
    main()
