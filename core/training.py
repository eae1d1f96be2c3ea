"""Recipe and data to a trained network: a pure function with progress callbacks."""

import dataclasses
import io
import math
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data import Dataset, Labels
from core.hands import distances, write_anew
from core.history import Checkpoint, Epoch, TrainingError
from core.model import build_model, precision_of
from core.recipe import Recipe

# Batches that TensorFlow runs between two looks at Python, about: a tenth of a second even where
# the network is so small that its work counts for nothing.
STEPS_PER_EXECUTION = 200
# Work (see `Recipe.work_per_image`) between two looks, about: a tenth of a second on two
# cores, so that progress is smooth and a stop quick.
WORK_PER_EXECUTION = 1.5e10
# Up to so many times as much, so that an epoch can be divided: a look takes 0.8 ms.
_MOST_EXECUTION = 4
# Moving an image takes about as long as this many multiply-adds of a dense layer: 32 µs of
# processor time.
_AUGMENTATION_COST = 1_600_000
VALIDATION_BATCH_SIZE = 500


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A trained network and how it got there.

    Attributes
    ----------
    model : keras.Model
        For answering: in float32, whatever it was trained with, so that every machine gives
        the same answers.
    checkpoint : Checkpoint
        To go on from here with more epochs.
    stopped : bool
        Whether ``should_stop`` ended the training early. Model and checkpoint then
        keep all that was learned, also within an unfinished epoch.
    precision : str
        What it was trained in, ``float32`` or ``bfloat16``.
    """

    model: keras.Model
    checkpoint: Checkpoint
    stopped: bool
    precision: str

    @property
    def history(self) -> tuple[Epoch, ...]:
        """The epochs that were finished, with those of the checkpoint it started from."""
        return self.checkpoint.history


def train(
    recipe: Recipe,
    dataset: Dataset,
    on_epoch: Callable[[Epoch], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[float], None] | None = None,
    on_checkpoint: Callable[[Checkpoint], None] | None = None,
    resume: Checkpoint | None = None,
    start: keras.Model | None = None,
) -> TrainingResult:
    """Train the network of a recipe.

    The same recipe and data give the same history and weights on the same kind of
    processor, also while other threads use Keras, and also if the training was
    interrupted after an epoch and resumed. In bfloat16, TensorFlow adds up in another
    order now and then when the machine is busy: then they differ slightly.

    Parameters
    ----------
    recipe : Recipe
    dataset : Dataset
        The first ``recipe.train_size`` training images are used, or all if there are
        fewer; the last of those, the validation share, are kept aside for validation.
    on_epoch : callable, optional
        Called with each `Epoch` as soon as it is finished.
    should_stop : callable, optional
        Asked every few batches; return True to stop and keep what was learned.
    on_progress : callable, optional
        Called every few batches with the share done, 0.0 to 1.0.
    on_checkpoint : callable, optional
        Called after each epoch with a `Checkpoint`.
    resume : Checkpoint, optional
        Go on from here, until the network has seen ``recipe.epochs`` epochs in all.
        The recipe may have more epochs than the one that the checkpoint is of;
        all else must be the same. If its learning rate decays, it starts again from
        where it would be by then with so many epochs.
    start : keras.Model, optional
        Begin with the weights of this network, of the same layers, instead of random ones.

    Returns
    -------
    TrainingResult

    Raises
    ------
    TrainingError
        If the loss grows beyond all numbers, or the checkpoint or the network to start with
        is not one of this recipe.
    """
    recipe = dataclasses.replace(recipe, train_size=min(recipe.train_size, len(dataset.train_images)))
    precision = precision_of(recipe)
    model = build_model(recipe, precision)
    model.steps_per_execution = _steps_per_execution(recipe)
    fitted = slice(recipe.fit_size)
    kept_aside = slice(recipe.fit_size, recipe.train_size)
    reporter = _Reporter(recipe, on_epoch, should_stop, on_progress, on_checkpoint)
    if start:
        _copy_weights(start, model)
    if resume:
        _restore(model, resume.state)
        reporter.history.extend(resume.history)
    images = dataset.train_images[fitted]
    model.fit(
        _shuffled_batches(
            distances(images) if recipe.handwriting else images,
            dataset.train_labels[fitted],
            recipe,
            first_epoch=len(reporter.history),
            change=write_anew if recipe.handwriting else None,
        ),
        initial_epoch=len(reporter.history),
        epochs=recipe.epochs,
        steps_per_epoch=recipe.steps_per_epoch,
        validation_data=_batches(
            dataset.train_images[kept_aside], dataset.train_labels[kept_aside], VALIDATION_BATCH_SIZE
        )
        if recipe.validation_size
        else None,
        callbacks=[reporter],
        shuffle=False,
        verbose=0,
    )
    stopped = len(reporter.history) < recipe.epochs
    checkpoint = _checkpoint(model, reporter.history)
    return TrainingResult(_for_answering(model, recipe), checkpoint, stopped, precision)


def _for_answering(model: keras.Model, recipe: Recipe) -> keras.Model:
    """The same network, calculating in float32."""
    answering = build_model(recipe)
    _copy_weights(model, answering)
    return answering


def _variables(model: keras.Model) -> list[keras.Variable]:
    """All that a training changes: weights, random generators, and the optimizer's memory."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _checkpoint(model: keras.Model, history: Sequence[Epoch]) -> Checkpoint:
    content = io.BytesIO()
    np.savez(content, *(np.asarray(variable) for variable in _variables(model)))
    return Checkpoint(tuple(history), content.getvalue())


def _restore(model: keras.Model, state: bytes) -> None:
    variables = _variables(model)
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as arrays:
            values = [arrays[name] for name in arrays.files]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(
            "The saved state of this training is damaged or belongs to another recipe. Start it anew."
        ) from error


def _copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Copy the weights of each layer to that of the same name; a saved network lacks some layers."""
    try:
        for layer in source.layers:
            if layer.weights:
                target.get_layer(layer.name).set_weights(layer.get_weights())
    except ValueError as error:
        raise TrainingError(
            "This network does not fit its recipe, so it cannot learn further. Choose another one."
        ) from error


def _steps_per_execution(recipe: Recipe) -> int:
    """As many batches as take a tenth of a second or so, and end where an epoch ends."""
    work = recipe.work_per_image + (_AUGMENTATION_COST if recipe.augmentation else 0)
    ideal = WORK_PER_EXECUTION / (work * min(recipe.batch_size, recipe.fit_size))
    ideal = min(max(ideal, 1.0), STEPS_PER_EXECUTION)
    parts = (steps for steps in range(1, recipe.steps_per_epoch + 1) if recipe.steps_per_epoch % steps == 0)
    return min(
        (steps for steps in parts if steps <= _MOST_EXECUTION * ideal),
        key=lambda steps: max(steps / ideal, ideal / steps),
    )


def _shuffled_batches(
    images: npt.NDArray[Any],
    labels: Labels,
    recipe: Recipe,
    first_epoch: int = 0,
    change: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
) -> tf.data.Dataset:
    """Batches of one epoch after another, without end, gathered without a step in Python.

    Every epoch has its own order, and always the same one. So it is with ``change``, which
    makes the images of a batch out of those gathered, their labels and a seed of the batch.

    It is one stream, since TensorFlow takes 20 ms to begin another, a twentieth of an epoch
    of the article network.
    """
    image_tensor, label_tensor = tf.constant(images), tf.constant(labels)
    steps = recipe.steps_per_epoch

    def each_batch_with_order(first_step: tf.Tensor) -> tf.data.Dataset:
        # Not `index_shuffle`, which spares the order of all: its four rounds leave two
        # epochs alike.
        order = tf.random.experimental.stateless_shuffle(tf.range(len(images)), [recipe.seed, first_step])
        return tf.data.Dataset.from_tensors(order).repeat(steps)

    def batch(order: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        start = step % steps * recipe.batch_size
        chosen = order[start : start + recipe.batch_size]
        batch_images, batch_labels = tf.gather(image_tensor, chosen), tf.gather(label_tensor, chosen)
        if change is not None:
            seed = tf.stack([recipe.seed, step - step % steps]) + start
            batch_images = change(batch_images, batch_labels, seed)
        return batch_images, batch_labels

    # Not `counter`, of which TensorFlow keeps the graph for ever.
    ever = (first_epoch * steps, tf.int32.max)
    orders = tf.data.Dataset.range(*ever, steps, output_type=tf.int32).flat_map(each_batch_with_order)
    return _ahead(tf.data.Dataset.zip(orders, tf.data.Dataset.range(*ever, output_type=tf.int32)).map(batch))


def _batches(images: npt.NDArray[Any], labels: Labels, batch_size: int) -> tf.data.Dataset:
    """Batches in the order of the arrays, once."""
    image_tensor, label_tensor = tf.constant(images), tf.constant(labels)

    def batch(start: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = slice(start, start + batch_size)
        return image_tensor[chosen], label_tensor[chosen]

    return _ahead(tf.data.Dataset.range(0, len(images), batch_size).map(batch))


def _ahead(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Prepare batches while the one before is learned."""
    options = tf.data.Options()
    # The autotuner has nothing to tune here, and ending it took up to 2 s after a training.
    options.autotune.enabled = False
    # Batches are gathered by a thread of their own: among the threads that multiply, each would
    # hold up a multiplication.
    options.threading.private_threadpool_size = 1
    return batches.prefetch(2).with_options(options)


class _Reporter(keras.callbacks.Callback):
    """Turns Keras' callbacks into ours, and our ``should_stop`` into Keras' stop."""

    def __init__(
        self,
        recipe: Recipe,
        on_epoch: Callable[[Epoch], None] | None,
        should_stop: Callable[[], bool] | None,
        on_progress: Callable[[float], None] | None,
        on_checkpoint: Callable[[Checkpoint], None] | None,
    ) -> None:
        super().__init__()
        self.history: list[Epoch] = []
        self._recipe = recipe
        self._on_epoch = on_epoch
        self._should_stop = should_stop
        self._on_progress = on_progress
        self._on_checkpoint = on_checkpoint
        self._steps_done = 0
        self._epoch_start = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch_start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        steps = self._recipe.steps_per_epoch
        self._steps_done = len(self.history) * steps + batch + 1
        if self._on_progress:
            self._on_progress(self._steps_done / (self._recipe.epochs * steps))
        if self._should_stop and self._should_stop():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        logs = logs or {}
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                "The loss grew beyond all numbers, so the network learned nothing. "
                "Choose a smaller learning rate and start again."
            )
        if self._steps_done < (epoch + 1) * self._recipe.steps_per_epoch:
            return  # Stopped within this epoch: its averages are not those of an epoch.
        record = Epoch(
            number=epoch + 1,
            loss=float(logs["loss"]),
            accuracy=float(logs["accuracy"]),
            val_loss=_optional_float(logs.get("val_loss")),
            val_accuracy=_optional_float(logs.get("val_accuracy")),
            seconds=time.perf_counter() - self._epoch_start,
        )
        self.history.append(record)
        if self._on_epoch:
            self._on_epoch(record)
        if self._on_checkpoint:
            self._on_checkpoint(_checkpoint(self.model, self.history))


def _optional_float(value: float | None) -> float | None:
    return None if value is None else float(value)
