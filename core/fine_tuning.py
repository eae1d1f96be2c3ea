"""Teaching a trained network how somebody writes, without its forgetting the others.

The drawings that were kept are mixed with images of MNIST, and the network is trained a
little further on both. Trained on the drawings alone it would soon read nothing else: that
is called catastrophic forgetting (McCloskey and Cohen, 1989), and showing old examples
again, rehearsal, is the oldest remedy (Robins, 1995).
"""

import dataclasses
import io
import json
import zipfile
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data import IMAGE_SIZE, Dataset, Images, Labels
from core.history import TrainingError
from core.recipe import Recipe

# With fewer there would be hardly any to measure on.
MIN_DRAWINGS = 8
# Of so many drawings one is kept aside: it shows whether others of the same hand are read now.
SHARE_HELD_OUT = 4
# How much the network sees in an epoch: old images, and drawings repeated to half as many,
# each at most so often. With fewer of them, or less time, it learned a third as much of a
# hand; old images it read better than before in any case (benchmarks/teaching.py).
OLD_IMAGES = 20_000
NEW_IMAGES = 10_000
MAX_REPEATS = 100
EPOCHS = 10
LEARNING_RATE = 0.001
BATCH_SIZE = 128


@dataclass(frozen=True)
class Teaching:
    """What a run was taught, and what came of it.

    Attributes
    ----------
    learned, held_out : int
        Drawings trained on, and drawings kept aside to measure on.
    before, after : float or None
        Share of those kept aside that is read right; None until the run has ended, and
        if none were kept aside.
    test_before : float or None
        Share of the 10,000 test images of MNIST that the network read right before.
    """

    learned: int
    held_out: int
    before: float | None = None
    after: float | None = None
    test_before: float | None = None

    def to_json(self) -> str:
        """Write it as a JSON object."""
        return json.dumps(dataclasses.asdict(self))


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

    def part(self) -> tuple["Drawings", "Drawings"]:
        """Part them into those to learn from and every fourth one, which is kept aside.

        They are taken in the order of their digits, so that every digit that has four has
        some on both sides. The same drawings are always parted in the same way.
        """
        order = self.labels.argsort(kind="stable")
        aside = np.zeros(len(self), dtype=np.bool_)
        aside[order[SHARE_HELD_OUT - 1 :: SHARE_HELD_OUT]] = True
        return Drawings(self.images[~aside], self.labels[~aside]), Drawings(
            self.images[aside], self.labels[aside]
        )

    def to_bytes(self) -> bytes:
        """Write them as a NumPy archive."""
        content = io.BytesIO()
        np.savez_compressed(content, images=self.images, labels=self.labels)
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Drawings":
        """Read what `to_bytes` wrote.

        Raises
        ------
        TrainingError
            If it is damaged.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return cls(arrays["images"], arrays["labels"])
        except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise TrainingError("The drawings of this run are damaged. Teach the network again.") from error


def further(recipe: Recipe, learned: int) -> Recipe:
    """The recipe by which a network is taught.

    Parameters
    ----------
    recipe : Recipe
        By which the network was trained.
    learned : int
        Drawings to learn from.

    Returns
    -------
    Recipe
        The same network, and images that are written anew each time: a few drawings have to
        stand for all that the same hand will draw.
    """
    return dataclasses.replace(
        recipe,
        optimizer="adam",
        learning_rate=LEARNING_RATE,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        validation_share=0.0,
        train_size=OLD_IMAGES + learned * _repeats(learned),
        augmentation=False,
        handwriting=True,
        decay=True,
    )


def _repeats(learned: int) -> int:
    return min(MAX_REPEATS, max(1, NEW_IMAGES // max(learned, 1)))


def mix(dataset: Dataset, drawings: Drawings, seed: int) -> Dataset:
    """Put drawings among images of MNIST, as many as `further` says.

    Parameters
    ----------
    dataset : Dataset
    drawings : Drawings
        To learn from.
    seed : int
        Decides which of MNIST's training images are shown again.

    Returns
    -------
    Dataset
        Its training images are those of MNIST followed by the drawings, each as often as it
        is repeated; its test images are those of ``dataset``.
    """
    old: npt.NDArray[np.int64] = np.random.default_rng(seed).choice(
        len(dataset.train_images), min(OLD_IMAGES, len(dataset.train_images)), replace=False
    )
    repeats = _repeats(len(drawings))
    images = np.concatenate([dataset.train_images[old], np.tile(drawings.images, (repeats, 1, 1))])
    labels = np.concatenate([dataset.train_labels[old], np.tile(drawings.labels, repeats)])
    return dataclasses.replace(
        dataset, train_images=images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE), train_labels=labels
    )
