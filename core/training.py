"""Recipe and data to a trained network: a pure function with progress callbacks."""

import dataclasses
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from core.augmentation.distance_fields import signed_distance_fields
from core.augmentation.drawn_digits import drawn_fields
from core.augmentation.handwriting import augment
from core.callbacks.reporter import Reporter, checkpoint_of, variables
from core.cost import AFFINE_COST
from core.data import Dataset, Images, Labels
from core.history import Checkpoint, Epoch, TrainingError
from core.hyperparameters.validation import LIMITS
from core.model import build_model, copy_weights
from core.pipeline import ordered_batches, shuffled_batches
from core.precision import precision_of
from core.recipe import Recipe
from core.sampling import select, take
from core.steering.loop import Steering

# Batches that TensorFlow runs between two returns to Python, at most: a tenth of a second even
# where the network is so small that its cost counts for nothing.
STEPS_PER_EXECUTION = 200
# Cost (see `core.cost`) between two returns to Python: about a tenth of a second on two cores, so
# that progress is smooth and a stop quick.
COST_PER_EXECUTION = 1.5e10
# Up to this many times as much, so that an epoch can be divided: a return takes 0.8 ms.
_MAX_EXECUTION = 4
VALIDATION_BATCH_SIZE = 500


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A trained network and how it got there.

    Attributes
    ----------
    model : keras.Model
        Calculates in float32, whatever it was trained in, so that every machine predicts the same.
    checkpoint : Checkpoint
        To continue from here with more epochs.
    stopped : bool
        Whether ``should_stop`` ended the training early. Model and checkpoint then
        keep all that was learned, also within an unfinished epoch.
    precision : str
        What it was trained in, ``float32`` or ``bfloat16``.
    fit_images : ndarray of uint8, shape (n, 28, 28)
    fit_labels : ndarray of uint8, shape (n,)
        What it was fitted to, without the validation split; see `core.sampling.Selection`.
    """

    model: keras.Model
    checkpoint: Checkpoint
    stopped: bool
    precision: str
    fit_images: Images
    fit_labels: Labels

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
    steering: Steering | None = None,
) -> TrainingResult:
    """Train the network of a recipe.

    The same recipe and data give the same history and weights on the same kind of
    processor, also while other threads use Keras, and also if the training was
    interrupted after an epoch and resumed. In bfloat16, TensorFlow sometimes sums in another
    order when the machine is busy: then they differ slightly.

    Parameters
    ----------
    recipe : Recipe
    dataset : Dataset
        `core.sampling.select` says which of its training images are used.
    on_epoch : callable, optional
        Called with each `Epoch` as soon as it is finished.
    should_stop : callable, optional
        Asked every few batches; return True to stop and keep what was learned.
    on_progress : callable, optional
        Called every few batches with the share done, 0.0 to 1.0.
    on_checkpoint : callable, optional
        Called after each epoch with a `Checkpoint`.
    resume : Checkpoint, optional
        Continue from here, until the network has seen ``recipe.epochs`` epochs in all.
        The recipe may have more epochs than the one that the checkpoint is of;
        all else must be the same. If its learning rate decays, it continues
        where it would be by then with that many epochs.
    start : keras.Model, optional
        Begin with the weights of this model, of the same layers, instead of random ones.
    steering : Steering, optional
        Changes the learning rate, and pauses, between batches.

    Returns
    -------
    TrainingResult

    Raises
    ------
    TrainingError
        If the checkpoint or the model to start from is not one of this recipe.
    DivergenceError
        If the loss becomes infinite or not a number, or can no longer change because units are dead.
    SelectionError
        If the dataset cannot give the images that the recipe asks for.
    DataError
        If the recipe has handwriting augmentation, and the drawn digits for it are missing or damaged.

    Examples
    --------
    >>> from core.data import load_mnist
    >>> recipe = Recipe(hidden_units=(16,), epochs=1, train_size=1000, batch_size=100)
    >>> result = train(recipe, load_mnist())
    >>> [epoch.number for epoch in result.history]
    [1]
    >>> result.model.output_shape
    (None, 10)
    """
    if recipe.handwriting:
        # Read here, since TensorFlow puts a traceback before the sentence of what is raised in a graph.
        drawn_fields()
    selection = select(recipe, dataset)
    planned = dataclasses.replace(recipe, train_size=min(recipe.train_size, len(dataset.train_images)))
    recipe = _sized(planned, len(selection.fit))
    precision = precision_of(recipe)
    model = build_model(recipe, precision)
    model.steps_per_execution = _steps_per_execution(recipe)
    # Otherwise it is built while TensorFlow traces the first step, which is then traced once more:
    # 0.3 s later comes the first epoch.
    model.optimizer.build(model.trainable_variables)
    if start:
        _begin_with(start, model)
    images, labels = take(dataset.train_images, selection.fit), selection.fit_labels
    planned_steps = max(planned.steps_per_epoch, recipe.steps_per_epoch)
    reporter = Reporter(recipe, planned_steps, on_epoch, should_stop, on_progress, on_checkpoint)
    if resume:
        _restore(model, resume.state)
        reporter.history.extend(resume.history)
    reporter.begin_with(model, images, steering)

    model.fit(
        shuffled_batches(
            signed_distance_fields(images) if recipe.handwriting else images,
            labels,
            recipe,
            first_epoch=len(reporter.history),
            augment=augment if recipe.handwriting else None,
        ),
        initial_epoch=len(reporter.history),
        epochs=recipe.epochs,
        steps_per_epoch=recipe.steps_per_epoch,
        validation_data=ordered_batches(
            take(dataset.train_images, selection.validation),
            take(dataset.train_labels, selection.validation),
            VALIDATION_BATCH_SIZE,
        )
        if len(selection.validation)
        else None,
        callbacks=[reporter],
        shuffle=False,
        verbose=0,
    )
    stopped = len(reporter.history) < recipe.epochs
    checkpoint = checkpoint_of(model, reporter.history)
    if precision != "float32":
        trained, model = model, build_model(recipe)
        copy_weights(trained, model)
    return TrainingResult(model, checkpoint, stopped, precision, images, labels)


def _sized(recipe: Recipe, fit_size: int) -> Recipe:
    """Return a recipe of the same training that counts the images there are to fit to."""
    if recipe.fit_size == fit_size:
        return recipe
    # What counts from here on is how many images there are; which ones they are is decided.
    plain = dataclasses.replace(recipe, writers="everyone", balanced=False, left_out=(), noise_pair=())
    smallest = int(LIMITS["train_size"].low)
    share = 0.0 if fit_size >= smallest else 1 - fit_size / smallest
    return dataclasses.replace(plain, train_size=max(fit_size, smallest), validation_share=share)


def _restore(model: keras.Model, state: bytes) -> None:
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as arrays:
            values = [arrays[name] for name in arrays.files]
        for variable, value in zip(variables(model), values, strict=True):
            variable.assign(value)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(
            "The saved state of this training is damaged or belongs to another recipe. Start a new training."
        ) from error


def _begin_with(start: keras.Model, model: keras.Model) -> None:
    try:
        copy_weights(start, model)
    except ValueError as error:
        raise TrainingError(
            "This network does not fit its recipe, so it cannot be trained further. Choose another one."
        ) from error


def _steps_per_execution(recipe: Recipe) -> int:
    """Return how many batches take about a tenth of a second and end where an epoch ends."""
    cost = recipe.cost_per_image + (AFFINE_COST if recipe.augmentation else 0)
    ideal = COST_PER_EXECUTION / (cost * min(recipe.batch_size, recipe.fit_size))
    ideal = min(max(ideal, 1.0), STEPS_PER_EXECUTION)
    divisors = (
        steps for steps in range(1, recipe.steps_per_epoch + 1) if recipe.steps_per_epoch % steps == 0
    )
    return min(
        (steps for steps in divisors if steps <= _MAX_EXECUTION * ideal),
        key=lambda steps: max(steps / ideal, ideal / steps),
    )
