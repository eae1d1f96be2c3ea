"""Fine-tuning: train a trained network further on somebody's drawings, without its forgetting MNIST.

The drawings are mixed with images of MNIST, and the network is trained a little further on both.
Trained on the drawings alone it would soon recognize nothing else: that is called catastrophic
forgetting (McCloskey and Cohen, 1989), and showing old examples again, rehearsal, is the oldest
remedy (Robins, 1995).
"""

import dataclasses
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from core.data import IMAGE_SIZE, Dataset, Images, Labels
from core.history import TrainingError
from core.recipe import Recipe

if TYPE_CHECKING:
    import keras

    from core.training import TrainingResult

# With fewer there would be hardly any to measure on.
MIN_DRAWINGS = 8
# Every fourth drawing is held out: it shows whether others of the same handwriting are recognized.
HOLDOUT_EVERY = 4
# With fewer held out, one drawing more or less changes their accuracy by over 10 percentage points.
MEANINGFUL_HOLDOUT = 10
# How much the network sees in an epoch: images of MNIST, and drawings repeated to half as many,
# each at most so many times. With fewer of them, or less time, it learned a third as much of a
# handwriting; old images it read better than before in any case (benchmarks/teaching.py).
REHEARSAL_IMAGES = 20_000
REPEATED_DRAWINGS = 10_000
MAX_REPEATS = 100
EPOCHS = 10
LEARNING_RATE = 0.001
BATCH_SIZE = 128


@dataclass(frozen=True)
class FineTuning:
    """What a network was fine-tuned on, and what came of it.

    Attributes
    ----------
    train_size, holdout_size : int
        Drawings trained on, and drawings held out to measure on.
    before, after : float or None
        Accuracy on the holdout drawings; None until the run has ended, and if there are none.
    test_before : float or None
        Accuracy on the 10,000 test images of MNIST before.
    """

    train_size: int
    holdout_size: int
    before: float | None = None
    after: float | None = None
    test_before: float | None = None

    def to_json(self) -> str:
        """Return it as a JSON object, with the names that stores have had from the beginning."""
        return json.dumps(
            {
                "learned": self.train_size,
                "held_out": self.holdout_size,
                "before": self.before,
                "after": self.after,
                "test_before": self.test_before,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        values = json.loads(text)
        return cls(train_size=values.pop("learned"), holdout_size=values.pop("held_out"), **values)


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings in MNIST's form, with the digits that they mean.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    """

    images: Images
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def split(self) -> tuple["Drawings", "Drawings"]:
        """Return the drawings to train on, and every fourth one as the holdout.

        They are taken in the order of their digits, so that every digit that has four has
        some on both sides. The same drawings are always split in the same way.
        """
        order = self.labels.argsort(kind="stable")
        holdout = np.zeros(len(self), dtype=np.bool_)
        holdout[order[HOLDOUT_EVERY - 1 :: HOLDOUT_EVERY]] = True
        return (
            Drawings(self.images[~holdout], self.labels[~holdout]),
            Drawings(self.images[holdout], self.labels[holdout]),
        )

    def to_bytes(self) -> bytes:
        """Return them as a NumPy archive."""
        content = io.BytesIO()
        np.savez_compressed(content, images=self.images, labels=self.labels)
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Drawings":
        """Return what `to_bytes` wrote.

        Raises
        ------
        TrainingError
            If it is damaged.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return cls(arrays["images"], arrays["labels"])
        except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise TrainingError("The drawings of this run are damaged. Fine-tune the model again.") from error


def fine_tuning_recipe(recipe: Recipe, train_size: int) -> Recipe:
    """Return the recipe by which a network is fine-tuned.

    Parameters
    ----------
    recipe : Recipe
        By which the network was trained.
    train_size : int
        Drawings to train on.

    Returns
    -------
    Recipe
        The same network, with handwriting augmentation: a few drawings have to stand for all
        that the same person will draw.
    """
    return dataclasses.replace(
        recipe,
        optimizer="adam",
        learning_rate=LEARNING_RATE,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        validation_share=0.0,
        train_size=REHEARSAL_IMAGES + train_size * _repeats(train_size),
        augmentation=False,
        handwriting=True,
        decay=True,
        writers="everyone",
        balanced=False,
        left_out=(),
        label_noise=0.0,
    )


def fine_tune(
    recipe: Recipe, dataset: Dataset, start: "keras.Model", drawings: Drawings, **options: Any
) -> tuple["TrainingResult", FineTuning]:
    """Train a network further on drawings and on rehearsed images, and measure it before and after.

    Parameters
    ----------
    recipe : Recipe
        As `fine_tuning_recipe` gives it for the drawings that are not held out.
    dataset : Dataset
    start : keras.Model
        The network to begin with; it stays as it is.
    drawings : Drawings
        Some of them are held out, see `Drawings.split`.
    **options
        ``should_stop``, ``on_epoch``, ``on_progress``, ``on_checkpoint`` and ``resume``, as for
        `core.training.train`.

    Returns
    -------
    result : TrainingResult
    outcome : FineTuning
    """
    # Imported here because it brings TensorFlow, which nobody needs who only looks at a run.
    from core.evaluation import evaluate
    from core.training import train

    training, holdout = drawings.split()
    mixed = rehearsal_dataset(dataset, training, recipe.seed)
    result = train(recipe, mixed, start=start, **options)
    outcome = FineTuning(
        train_size=len(training),
        holdout_size=len(holdout),
        before=evaluate(start, holdout.images, holdout.labels).accuracy,
        after=evaluate(result.model, holdout.images, holdout.labels).accuracy,
        test_before=evaluate(start, dataset.test_images, dataset.test_labels).accuracy,
    )
    return result, outcome


def rehearsal_dataset(dataset: Dataset, drawings: Drawings, seed: int) -> Dataset:
    """Return drawings among images of MNIST, in the numbers that `fine_tuning_recipe` says.

    Parameters
    ----------
    dataset : Dataset
    drawings : Drawings
        To train on.
    seed : int
        Decides which of MNIST's training images are rehearsed.

    Returns
    -------
    Dataset
        Its training images are those of MNIST followed by the drawings, each as many times as it
        is repeated; its test images are those of ``dataset``.
    """
    rehearsed: npt.NDArray[np.int64] = np.random.default_rng(seed).choice(
        len(dataset.train_images), min(REHEARSAL_IMAGES, len(dataset.train_images)), replace=False
    )
    repeats = _repeats(len(drawings))
    images = np.concatenate([dataset.train_images[rehearsed], np.tile(drawings.images, (repeats, 1, 1))])
    labels = np.concatenate([dataset.train_labels[rehearsed], np.tile(drawings.labels, repeats)])
    return dataclasses.replace(
        dataset,
        train_images=images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE),
        train_labels=labels,
        train_writers=None,
    )


def _repeats(train_size: int) -> int:
    return min(MAX_REPEATS, max(1, REPEATED_DRAWINGS // max(train_size, 1)))
