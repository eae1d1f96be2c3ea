"""Steers Keras' training between batches: another learning rate, a pause, one batch at a time."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core._keras import SteerableCosineDecay
from core.data import MAX_PIXEL
from core.recipe import Recipe
from core.steering.control import MAX_CHANGES, Control, RateChange, factor_at
from core.steering.moment import SHOWN, Moment

# How often a training that pauses asks whether it goes on.
ASK_SECONDS = 0.02
# The smallest probability of which Keras takes the logarithm.
_EPSILON = 1e-7


@dataclass(frozen=True)
class Steering:
    """How a training is steered from outside.

    Attributes
    ----------
    control : callable
        Returns what is wanted now. Asked before each execution, so it must be quick.
    on_change : callable
        Called with all changes of the learning rate, before the newest one takes effect.
    on_moment : callable
        Called with a `Moment` when the training pauses, and after each batch in slow motion.
    changes : sequence of RateChange
        Those of before, if the training is resumed; later ones are made again at the same batch.
    """

    control: Callable[[], Control]
    on_change: Callable[[Sequence[RateChange]], None]
    on_moment: Callable[[Moment], None]
    changes: Sequence[RateChange] = ()


def _ignore(_: object) -> None:
    """Tell nobody."""


NOT_STEERED = Steering(Control, _ignore, _ignore)


class SteeredLoop:
    """Takes the place of a model's ``train_function``, which trains several batches at a call.

    A run that is not steered has the same function called, after three comparisons. Within a call
    that is steered the batches are trained one by one, by the same calculation.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    recipe : Recipe
    steering : Steering
    planned_steps : int
        Batches of an epoch by the recipe in the store, at least as many as there are: a validation
        split by writers leaves some images unused. Those who look at a run number its steps by these.
    first_step : int
        Batches trained before.
    should_stop : callable
        Ends a pause.
    on_progress : callable
        Called before a pause.

    Attributes
    ----------
    step : int
        Batches trained, counted from the first epoch.
    """

    def __init__(
        self,
        model: keras.Model,
        recipe: Recipe,
        steering: Steering,
        planned_steps: int,
        first_step: int,
        should_stop: Callable[[], bool],
        on_progress: Callable[[], None],
    ) -> None:
        self.step = first_step
        self.paused_seconds = 0.0
        self._model = model
        self._recipe = recipe
        self._steering = steering
        self._planned_steps = planned_steps
        self._changes = list(steering.changes)
        self._should_stop = should_stop
        self._on_progress = on_progress
        self._factor = float("nan")  # Whatever it is in the checkpoint: it is set before the first batch.
        self._shown = -1
        self._one_step: Any = None
        model.make_train_function()
        self._several_steps = model.train_function
        model.train_function = self
        self._set(factor_at(self._changes, self.number))

    def __call__(self, iterator: Iterator[Any]) -> dict[str, Any]:
        """Train the batches of one execution, and return the averages of the epoch so far."""
        end = self.step + int(self._model.steps_per_execution)
        control = self._obey()
        if self._is_eventful(control, end):
            return self._one_by_one(iterator, end)
        logs: dict[str, Any] = self._several_steps(iterator)
        self.step = end
        return logs

    @property
    def number(self) -> int:
        """The step as the store has it: the last batch of each epoch is followed by the next planned one."""
        return self._number(self.step)

    def _number(self, step: int) -> int:
        epoch, batch = divmod(step, self._recipe.steps_per_epoch)
        return epoch * self._planned_steps + batch

    @property
    def learning_rate(self) -> float:
        """What the learning rate is now, or what it decays from."""
        return self._recipe.learning_rate * self._factor

    def _is_eventful(self, control: Control, end: int) -> bool:
        """Return whether the training is to be changed or to pause before this batch."""
        if control.hold_at is not None and control.hold_at <= self._number(end):
            return True
        return any(self.number < change.step < self._number(end) for change in self._changes)

    def _one_by_one(self, iterator: Iterator[Any], end: int) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        while self.step < end and not (logs and self._should_stop()):
            control = self._obey()
            after = self._number(self.step + 1)
            is_watched = control.hold_at is not None and self.number < control.hold_at <= after
            logs = self._train_batch(iterator, is_watched)
        return logs

    def _train_batch(self, iterator: Iterator[Any], is_watched: bool) -> dict[str, Any]:
        if self._one_step is None:
            signature = [iterator.element_spec]  # type: ignore[attr-defined]
            self._one_step = tf.function(self._model.train_step, input_signature=signature)
        batch = next(iterator)
        before = self._predict(batch) if is_watched else None
        logs: dict[str, Any] = self._one_step(batch)
        self.step += 1
        if before is not None:
            self._show(self._moment(batch, before, self._predict(batch)))
        return logs

    def _obey(self) -> Control:
        """Take the learning rate that is wanted, and wait as long as a pause is."""
        began = None
        while True:
            control = self._steering.control()
            self._follow(control)
            if control.hold_at is None or control.hold_at > self.number or self._should_stop():
                break
            if began is None:
                began = time.perf_counter()
                self._on_progress()
                self._show(Moment.without_batch(self.number))
            time.sleep(ASK_SECONDS)
        if began is not None:
            self.paused_seconds += time.perf_counter() - began
        return control

    def _follow(self, control: Control) -> None:
        """Change the learning rate as it was changed here before, or else as it is wanted now."""
        last = self._changes[-1].step if self._changes else 0
        if self.number < last or len(self._changes) >= MAX_CHANGES:
            self._set(factor_at(self._changes, self.number))
        elif control.factor != factor_at(self._changes, self.number):
            self._changes = [change for change in self._changes if change.step < self.number]
            self._changes.append(RateChange(self.number, control.factor))
            self._steering.on_change(tuple(self._changes))
            self._set(control.factor)
        else:
            self._set(control.factor)

    def _set(self, factor: float) -> None:
        if factor == self._factor:
            return
        self._factor = factor
        optimizer = self._model.optimizer
        schedule = optimizer._learning_rate
        if isinstance(schedule, SteerableCosineDecay):
            schedule.factor.assign(factor)
        else:
            optimizer.learning_rate = self._recipe.learning_rate * factor

    def _show(self, moment: Moment) -> None:
        if moment.step != self._shown:
            self._shown = moment.step
            self._steering.on_moment(moment)

    def _predict(self, batch: tuple[Any, Any]) -> np.ndarray:
        return np.asarray(self._model(batch[0], training=False), np.float32)

    def _moment(self, batch: tuple[Any, Any], before: np.ndarray, after: np.ndarray) -> Moment:
        images, labels = np.asarray(batch[0]), np.asarray(batch[1]).astype(np.uint8)
        return Moment(
            self.number,
            _loss(before, labels),
            _loss(after, labels),
            np.clip(np.rint(images[:SHOWN]), 0, MAX_PIXEL).astype(np.uint8),
            labels[:SHOWN],
            before[:SHOWN],
            after[:SHOWN],
        )


def _loss(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the cross-entropy, averaged over the images."""
    of_label = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(of_label, _EPSILON)).mean())
