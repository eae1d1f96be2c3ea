"""What a training tells while Keras fits: batches, epochs, checkpoints, and what has gone wrong."""

import dataclasses
import io
import time
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np

from core.callbacks.divergence import DivergenceWatch
from core.data import Images
from core.history import Checkpoint, Epoch
from core.model import weights_by_layer
from core.recipe import Recipe
from core.snapshot import Snapshot, most_snapshots, pack
from core.steering.loop import NOT_STEERED, SteeredLoop, Steering


def variables(model: keras.Model) -> list[keras.Variable]:
    """All that a training changes: weights, random generators, and the optimizer's memory."""
    return [*model.variables, *model.optimizer.variables]


def checkpoint_of(model: keras.Model, history: Sequence[Epoch]) -> Checkpoint:
    """Return the state of a training after its last finished epoch, without snapshots."""
    content = io.BytesIO()
    np.savez(content, *(np.asarray(variable) for variable in variables(model)))
    return Checkpoint(tuple(history), content.getvalue())


class Reporter(keras.callbacks.Callback):
    """Turns Keras' callbacks into ours, and our ``should_stop`` into Keras' stop."""

    def __init__(
        self,
        recipe: Recipe,
        planned_steps: int,
        on_epoch: Callable[[Epoch], None] | None,
        should_stop: Callable[[], bool] | None,
        on_progress: Callable[[float], None] | None,
        on_checkpoint: Callable[[Checkpoint], None] | None,
    ) -> None:
        super().__init__()
        self.history: list[Epoch] = []
        self._recipe = recipe
        self._planned_steps = planned_steps
        self._on_epoch = on_epoch
        self._should_stop = should_stop or (lambda: False)
        self._on_progress = on_progress
        self._on_checkpoint = on_checkpoint
        self._epoch_start = self._paused_before = 0.0
        self._snapshots: tuple[Snapshot, ...] = ()

    def begin_with(self, model: keras.Model, images: Images, steering: Steering | None) -> None:
        """Begin after the epochs of the history; keep the weights before the first one for its checkpoint."""
        done = len(self.history) * self._recipe.steps_per_epoch
        self._loop = SteeredLoop(
            model,
            self._recipe,
            steering or NOT_STEERED,
            self._planned_steps,
            done,
            self._should_stop,
            self._report,
        )
        self._divergence = DivergenceWatch(model, self._recipe, images, done)
        if self._on_checkpoint and most_snapshots(self._recipe.parameters):
            self._snapshots = (self._snapshot(model),)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Look at the clock."""
        self._epoch_start, self._paused_before = time.perf_counter(), self._loop.paused_seconds

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Tell the progress, stop if asked to, and raise `DivergenceError` if more is of no use."""
        done = self._loop.step - len(self.history) * self._recipe.steps_per_epoch
        self._report()
        if self._should_stop():
            self.model.stop_training = True
        self._divergence.check(self._loop.step, done, logs or {}, self._loop.learning_rate)

    def _report(self) -> None:
        if self._on_progress:
            self._on_progress(self._loop.number / (self._recipe.epochs * self._planned_steps))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Tell the measurements of a whole epoch, and save it."""
        logs = logs or {}
        if self._loop.step < (epoch + 1) * self._recipe.steps_per_epoch:
            return  # Stopped within this epoch: its averages are not those of an epoch.
        record = Epoch(
            number=epoch + 1,
            loss=float(logs["loss"]),
            accuracy=float(logs["accuracy"]),
            val_loss=_optional_float(logs.get("val_loss")),
            val_accuracy=_optional_float(logs.get("val_accuracy")),
            seconds=time.perf_counter()
            - self._epoch_start
            - (self._loop.paused_seconds - self._paused_before),
        )
        self.history.append(record)
        if self._on_epoch:
            self._on_epoch(record)
        if self._on_checkpoint:
            self._on_checkpoint(self._finished_epoch())

    def _snapshot(self, model: keras.Model) -> Snapshot:
        return Snapshot(len(self.history), pack(weights_by_layer(model)))

    def _finished_epoch(self) -> Checkpoint:
        """Return what is to be saved after an epoch."""
        before, self._snapshots = self._snapshots, ()
        checkpoint = checkpoint_of(self.model, self.history)
        if not most_snapshots(self._recipe.parameters):
            return checkpoint
        snapshots = (*before, self._snapshot(self.model))
        return dataclasses.replace(checkpoint, snapshots=snapshots)


def _optional_float(value: float | None) -> float | None:
    return None if value is None else float(value)
