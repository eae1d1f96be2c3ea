"""Notices within an epoch that a training has diverged: its loss is no number, or can no longer change."""

import math
from collections.abc import Mapping

import keras
import numpy as np

from core.data import Images
from core.history import DivergenceError
from core.model import build_model, copy_weights
from core.recipe import Recipe

# How much the accuracy of the last batches is above that of guessing where the network does learn.
_CHANCE_FACTOR, _CHANCE_MARGIN = 1.3, 0.05
# The outputs of a layer that differ by no more than this share of the largest from image to image
# are the same: float32 rounds to a hundredth of it. A network of four sigmoid layers, which learns
# nothing for three epochs and then does, has a hundred times as much.
_SAME = 1e-5
# Batches until the first look, and at least between two of them.
_FIRST_LOOK = 5
# Images that it is looked at with: a unit may answer to few of them only.
PROBE_IMAGES = 512


class DivergenceWatch:
    """Watches the averages of a training, which cost nothing, and looks at the network only if these are bad.

    Parameters
    ----------
    model : keras.Model
    recipe : Recipe
    images : ndarray of uint8, shape (n, 28, 28)
        Some to fit to, at least two.
    first_step : int
        Batches trained before.

    Notes
    -----
    Units are dead where the last hidden layer gives the same for every image: ReLUs that are all
    zero, or sigmoids and tanhs that are all at their ends. No gradient passes them, so what is
    before them no longer changes, and all that is left to learn is how frequent each digit is. One
    look is not enough: the momentum of the optimizer goes on for a few batches, and may revive them.
    """

    def __init__(self, model: keras.Model, recipe: Recipe, images: Images, first_step: int) -> None:
        self._model, self._recipe, self._images = model, recipe, images[:PROBE_IMAGES]
        self._low_accuracy = _CHANCE_FACTOR / len(recipe.digits) + _CHANCE_MARGIN
        self._wait = _FIRST_LOOK
        self._next_look = first_step + _FIRST_LOOK
        self._was_dead = False
        self._seen = (0, 0.0)

    def check(self, step: int, batch: int, logs: Mapping[str, float], learning_rate: float) -> None:
        """Raise `DivergenceError` if more batches are of no use.

        Parameters
        ----------
        step : int
            Batches trained, counted from the first epoch.
        batch : int
            Those of this epoch.
        logs : mapping of str to float
            Loss and accuracy, averaged over these.
        learning_rate : float
        """
        epoch = (step - 1) // self._recipe.steps_per_epoch + 1
        if not math.isfinite(logs["loss"]):
            raise DivergenceError("nan", epoch, learning_rate)
        if self._accuracy_since(batch, logs["accuracy"]) > self._low_accuracy:
            self._wait, self._was_dead = _FIRST_LOOK, False
        elif step >= self._next_look:
            self._look(step, epoch, learning_rate)

    def _accuracy_since(self, batch: int, average: float) -> float:
        """Return the accuracy of the batches since it was asked last."""
        seen, total = self._seen if self._seen[0] < batch else (0, 0.0)
        self._seen = (batch, batch * average)
        return (batch * average - total) / (batch - seen)

    def _look(self, step: int, epoch: int, learning_rate: float) -> None:
        """Look at the network; its units are dead if they are so at two looks in a row."""
        if not self._is_dead():
            # It is slow to begin: the looks become rarer, but there is one in each epoch.
            self._wait = min(2 * self._wait, max(self._recipe.steps_per_epoch // 2, _FIRST_LOOK))
            self._was_dead = False
        elif self._was_dead:
            began_dead = self._is_flat(build_model(self._recipe))
            raise DivergenceError("born flat" if began_dead else "flat", epoch, learning_rate)
        else:
            self._wait, self._was_dead = _FIRST_LOOK, True
        self._next_look = step + self._wait

    def _is_dead(self) -> bool:
        model = self._model
        if model.compute_dtype != "float32" or any(
            layer.compute_dtype != "float32" for layer in model.layers
        ):
            # In bfloat16, what differs a little is the same.
            model = build_model(self._recipe)
            copy_weights(self._model, model)
        return self._is_flat(model)

    def _is_flat(self, model: keras.Model) -> bool:
        """Return whether the last hidden layer gives the same for every image."""
        hidden = keras.Model(model.input, model.get_layer("digit").input)
        outputs = np.asarray(hidden(self._images, training=False), np.float64)
        return bool(np.ptp(outputs, axis=0).max() <= _SAME * max(1.0, float(np.abs(outputs).max())))
