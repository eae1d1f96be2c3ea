"""Rehearsal: the images of MNIST among the drawings, and the recipe that trains on both.

Trained on the drawings alone a network would soon recognize nothing else: that is called
catastrophic forgetting (McCloskey and Cohen, 1989), and showing old examples again, rehearsal, is
the oldest remedy (Robins, 1995).
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from core.data import IMAGE_SIZE, TRAINING_IMAGES, Dataset, Labels
from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.mixture import MAX_REPEATS, REHEARSAL_IMAGES, REPEATED_DRAWINGS, Mixture, plain_recipe
from core.recipe import Recipe
from core.sampling import select

EPOCHS = 10
LEARNING_RATE = 0.001
BATCH_SIZE = 128


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
