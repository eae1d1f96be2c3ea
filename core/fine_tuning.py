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

from core.data import IMAGE_SIZE, TRAINING_IMAGES, Dataset, Images, Labels
from core.history import TrainingError
from core.mixture import MAX_REPEATS, REHEARSAL_IMAGES, REPEATED_DRAWINGS, Mixture, plain_recipe
from core.recipe import Recipe
from core.sampling import select

if TYPE_CHECKING:
    import keras

    from core.training import TrainingResult

# With fewer there would be hardly any to measure on.
MIN_DRAWINGS = 8
# Every fourth drawing is held out: it shows whether others of the same handwriting are recognized.
HOLDOUT_EVERY = 4
# Of people whose numbers are known, the second of every four is held out, with all their drawings:
# so the same person is always on the same side, and two are enough to have somebody on each.
HOLDOUT_PERSON = 2
# With fewer held out, one drawing more or less changes their accuracy by over 10 percentage points.
MEANINGFUL_HOLDOUT = 10
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
    mixture : Mixture or None
        For a network of a class, what it was trained on. If that was from scratch, there is no
        accuracy before.
    rehearsed : Recipe or None
        What chose the images of MNIST that the network had learned from: these are rehearsed, with
        the labels that it was shown. None for all of MNIST.
    """

    train_size: int
    holdout_size: int
    before: float | None = None
    after: float | None = None
    test_before: float | None = None
    mixture: Mixture | None = None
    rehearsed: Recipe | None = None

    @property
    def from_scratch(self) -> bool:
        """Whether the network began with random weights, not as another one."""
        return self.mixture is not None and self.mixture.from_scratch

    def to_json(self) -> str:
        """Return it as a JSON object, with the names that stores have had from the beginning."""
        values: dict[str, Any] = {
            "learned": self.train_size,
            "held_out": self.holdout_size,
            "before": self.before,
            "after": self.after,
            "test_before": self.test_before,
        }
        # Without them, an older version reads the run, too.
        if self.mixture:
            values["mixture"] = self.mixture.to_dict()
        if self.rehearsed:
            values["rehearsed"] = json.loads(self.rehearsed.to_json())
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        values = json.loads(text)
        mixture, rehearsed = values.pop("mixture", None), values.pop("rehearsed", None)
        return cls(
            train_size=values.pop("learned"),
            holdout_size=values.pop("held_out"),
            mixture=Mixture.from_dict(mixture) if mixture else None,
            rehearsed=Recipe.from_json(json.dumps(rehearsed)) if rehearsed else None,
            **values,
        )


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings in MNIST's form, with the digits that they mean.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    people : ndarray of int64, shape (n,), or None
        Who drew each, as a number from 1; None if one person drew them all.
    """

    images: Images
    labels: Labels
    people: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def split(self) -> tuple["Drawings", "Drawings"]:
        """Return the drawings to train on, and every fourth one, or every fourth person's, as the holdout.

        Drawings of one person are taken in the order of their digits, so that every digit that has four has
        some on both sides. The same drawings are always split in the same way.
        """
        if self.people is not None:
            holdout = is_held_out(self.people)
        else:
            order = self.labels.argsort(kind="stable")
            holdout = np.zeros(len(self), dtype=np.bool_)
            holdout[order[HOLDOUT_EVERY - 1 :: HOLDOUT_EVERY]] = True
        return self._where(~holdout), self._where(holdout)

    def _where(self, chosen: npt.NDArray[np.bool_]) -> "Drawings":
        people = None if self.people is None else self.people[chosen]
        return Drawings(self.images[chosen], self.labels[chosen], people)

    def to_bytes(self) -> bytes:
        """Return them as a NumPy archive."""
        content = io.BytesIO()
        arrays: dict[str, npt.NDArray[Any]] = {"images": self.images, "labels": self.labels}
        if self.people is not None:
            arrays["people"] = self.people
        np.savez_compressed(content, allow_pickle=False, **arrays)
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
                people = arrays.get("people", None)
                return cls(arrays["images"], arrays["labels"], people)
        except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise TrainingError("The drawings of this run are damaged. Fine-tune the model again.") from error


def is_held_out(people: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return of which people, by their numbers from 1, all drawings are held out."""
    held_out: npt.NDArray[np.bool_] = people % HOLDOUT_EVERY == HOLDOUT_PERSON
    return held_out


def rehearsed_recipe(recipe: Recipe, fine_tuning: FineTuning | None) -> Recipe | None:
    """Return what chose the images of MNIST that a network has learned from; None for all of them.

    Parameters
    ----------
    recipe : Recipe
        By which the network was trained.
    fine_tuning : FineTuning or None
        If that was a fine-tuning: what it rehearsed is what the network knows of MNIST.
    """
    if fine_tuning:
        return fine_tuning.rehearsed
    chosen = recipe.fit_size < TRAINING_IMAGES or recipe.label_noise
    return recipe if chosen else None


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
        plain_recipe(recipe, REHEARSAL_IMAGES + train_size * _repeats(train_size)),
        optimizer="adam",
        learning_rate=LEARNING_RATE,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        augmentation=False,
        handwriting=True,
        decay=True,
    )


def mixture_recipe(recipe: Recipe, mixture: Mixture, train_size: int) -> Recipe:
    """Return the recipe by which a network of a class is trained.

    Parameters
    ----------
    recipe : Recipe
        Of the network to train from scratch, or to fine-tune.
    mixture : Mixture
    train_size : int
        Drawings to train on.
    """
    images = mixture.mnist_images + mixture.repeats * train_size
    if mixture.from_scratch:
        return plain_recipe(recipe, images)
    return dataclasses.replace(fine_tuning_recipe(recipe, train_size), train_size=images)


def fine_tune(
    recipe: Recipe,
    dataset: Dataset,
    start: "keras.Model | None",
    drawings: Drawings,
    mixture: Mixture | None = None,
    rehearsed: Recipe | None = None,
    **options: Any,
) -> tuple["TrainingResult", FineTuning]:
    """Train a network further on drawings and on rehearsed images, and measure it before and after.

    Parameters
    ----------
    recipe : Recipe
        As `fine_tuning_recipe`, or `mixture_recipe`, gives it for the drawings that are not held out.
    dataset : Dataset
    start : keras.Model or None
        The network to begin with; it stays as it is. None to begin with random weights.
    drawings : Drawings
        Some of them are held out, see `Drawings.split`.
    mixture : Mixture, optional
        For a network of a class.
    rehearsed : Recipe, optional
        As `rehearsed_recipe` gives it for the network.
    **options
        ``should_stop``, ``on_epoch``, ``on_progress``, ``on_checkpoint`` and ``resume``, as for
        `core.training.train`.

    Returns
    -------
    result : TrainingResult
    outcome : FineTuning

    Raises
    ------
    SelectionError
        If the images that the network had learned from cannot be told any more.
    """
    # Imported here because it brings TensorFlow, which nobody needs who only looks at a run.
    from core.evaluation import evaluate
    from core.training import train

    training, holdout = drawings.split()
    mixed = rehearsal_dataset(dataset, training, recipe.seed, mixture, rehearsed)
    result = train(recipe, mixed, start=start, **options)
    outcome = FineTuning(
        train_size=len(training),
        holdout_size=len(holdout),
        before=evaluate(start, holdout.images, holdout.labels).accuracy if start else None,
        after=evaluate(result.model, holdout.images, holdout.labels).accuracy,
        test_before=evaluate(start, dataset.test_images, dataset.test_labels).accuracy if start else None,
        mixture=mixture,
        rehearsed=rehearsed,
    )
    return result, outcome


def rehearsal_dataset(
    dataset: Dataset,
    drawings: Drawings,
    seed: int,
    mixture: Mixture | None = None,
    rehearsed: Recipe | None = None,
) -> Dataset:
    """Return drawings among images of MNIST, in the numbers of `fine_tuning_recipe` or of a mixture.

    Parameters
    ----------
    dataset : Dataset
    drawings : Drawings
        To train on.
    seed : int
        Decides which images of MNIST are rehearsed.
    mixture : Mixture, optional
    rehearsed : Recipe, optional
        Only images that this recipe fits the weights to, with its labels; all of them, and some
        repeatedly, if they are fewer than an epoch holds.

    Returns
    -------
    Dataset
        Its training images are those of MNIST followed by the drawings, each as many times as it
        is repeated; its test images are those of ``dataset``.
    """
    count = mixture.mnist_images if mixture else REHEARSAL_IMAGES
    known, known_labels = _known(dataset, rehearsed)
    places = np.random.default_rng(seed).choice(len(known), min(count, len(known)), replace=False)
    places = np.resize(places, count)
    repeats = mixture.repeats if mixture else _repeats(len(drawings))
    # Filled in place: two copies of it would be the most that a small server has to hold.
    drawn = repeats * len(drawings)
    images = np.empty((count + drawn, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    np.take(dataset.train_images, known[places], axis=0, out=images[:count], mode="clip")
    images[count:].reshape(repeats, len(drawings), IMAGE_SIZE, IMAGE_SIZE)[:] = drawings.images
    labels = np.concatenate([known_labels[places], np.tile(drawings.labels, repeats)])
    return dataclasses.replace(
        dataset,
        train_images=images,
        train_labels=labels,
        train_writers=None,
    )


def _known(dataset: Dataset, rehearsed: Recipe | None) -> tuple[npt.NDArray[np.int64], Labels]:
    """Return the images of MNIST that a network has learned from, by their index, and their labels."""
    if rehearsed is None:
        return np.arange(len(dataset.train_images)), dataset.train_labels
    selection = select(rehearsed, dataset)
    return selection.fit, selection.fit_labels


def _repeats(train_size: int) -> int:
    return min(MAX_REPEATS, max(1, REPEATED_DRAWINGS // max(train_size, 1)))
