"""Which training images a recipe fits its weights to, which it validates on, and with what labels.

Training, worker, temperatures and whatever else needs the images of a run ask `select`.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data import Dataset, Labels, Writers, is_student
from core.recipe import Recipe

Indices = npt.NDArray[np.int64]

# As many as the smallest training set with the largest validation split.
MIN_FIT_IMAGES = 50
# Streams of random numbers that a seed decides beside those of the training.
_SPLIT_STREAM, _NOISE_STREAM = 1, 2


class SelectionError(ValueError):
    """Raised when a dataset cannot give the images that a recipe asks for. The message says why."""


@dataclass(frozen=True, eq=False)
class Selection:
    """The training images of a recipe, by their index in the dataset, in its order.

    Attributes
    ----------
    fit : ndarray of int64, shape (n,)
        The weights are fitted to these.
    fit_labels : ndarray of uint8, shape (n,)
        With these labels; some are wrong if the recipe asks for that.
    planted : ndarray of bool, shape (n,)
        Which of them were made wrong.
    validation : ndarray of int64, shape (m,)
        The validation split; its labels are always those of the dataset.
    unused : ndarray of int64
        Images by the same group and of the same digits that are neither.
    """

    fit: Indices
    fit_labels: Labels
    planted: npt.NDArray[np.bool_]
    validation: Indices
    unused: Indices


def select(recipe: Recipe, dataset: Dataset) -> Selection:
    """Return which training images a recipe fits its weights to, and which it validates on.

    The images are the first ones of the dataset that the recipe allows. A split by images takes
    the last of them for validation. A split by writers draws whole writers by the seed, from each
    group in its share, until the number is reached: nobody's digits are on both sides. What these
    writers have more than that stays unused.

    Parameters
    ----------
    recipe : Recipe
    dataset : Dataset

    Returns
    -------
    Selection
        The same for the same recipe and dataset.

    Raises
    ------
    SelectionError
        If the recipe needs to know who wrote the digits and that is not known, or if too few
        images are left.

    Examples
    --------
    >>> from core.data import load_mnist
    >>> selection = select(Recipe(writers="students", train_size=1000, validation_share=0.1), load_mnist())
    >>> len(selection.fit), len(selection.validation)
    (900, 100)
    """
    labels = dataset.train_labels
    allowed = _allowed(recipe, dataset)
    chosen = _balanced(allowed, labels, recipe) if recipe.balanced else allowed[: recipe.train_size]
    held_out = round(len(chosen) * recipe.validation_share)
    if held_out and recipe.validation_by == "writers":
        fit, validation = _by_writers(chosen, held_out, _writers(dataset), recipe.seed)
    else:
        fit, validation = chosen[: len(chosen) - held_out], chosen[len(chosen) - held_out :]
    if len(fit) < MIN_FIT_IMAGES:
        raise SelectionError(
            f"Only {len(fit)} images are left to train on. Choose a larger training set size, "
            "a smaller validation split, or more writers and digits."
        )
    fit_labels = take(labels, fit)
    planted = _planted(recipe, fit_labels)
    return Selection(
        fit,
        _mislabeled(recipe, fit_labels, planted) if planted.any() else fit_labels,
        planted,
        validation,
        np.setdiff1d(allowed, np.concatenate([fit, validation]), assume_unique=True),
    )


def selection_key(recipe: Recipe) -> str:
    """Return what tells the training images of a recipe, and their labels, from those of another one.

    Returns
    -------
    str
        64 characters: the same for recipes that fit their weights to the same images with the same labels.
    """
    chosen: dict[str, object] = {
        "images": recipe.images,
        "writers": recipe.writers,
        "balanced": recipe.balanced,
        "left_out": recipe.left_out,
        "fit_size": recipe.fit_size,
        "label_noise": recipe.label_noise,
        "noise_pair": recipe.noise_pair,
        "validation_by": recipe.validation_by,
    }
    if recipe.label_noise or recipe.validation_by == "writers":
        chosen["seed"] = recipe.seed
    return hashlib.sha256(json.dumps(chosen).encode()).hexdigest()


def take(array: npt.NDArray[Any], indices: Indices) -> npt.NDArray[Any]:
    """Return the entries at indices in ascending order; without a copy where they are in one piece."""
    if len(indices) and indices[-1] - indices[0] == len(indices) - 1:
        return array[indices[0] : indices[-1] + 1]
    return array[indices]


def _writers(dataset: Dataset) -> Writers:
    if dataset.train_writers is None:
        raise SelectionError(
            "It is not known who wrote these digits. Choose everyone's digits, and a validation split by "
            "images."
        )
    return dataset.train_writers


def _allowed(recipe: Recipe, dataset: Dataset) -> Indices:
    """Return the images by the recipe's group of writers, without the digits left out."""
    allowed = np.ones(len(dataset.train_labels), dtype=np.bool_)
    if recipe.writers != "everyone":
        allowed &= is_student(_writers(dataset)) == (recipe.writers == "students")
    if recipe.left_out:
        allowed &= ~np.isin(dataset.train_labels, recipe.left_out)
    return np.flatnonzero(allowed)


def _balanced(allowed: Indices, labels: Labels, recipe: Recipe) -> Indices:
    """Return the first images of each digit, equally many."""
    by_digit = [allowed[labels[allowed] == digit] for digit in recipe.digits]
    each = min(recipe.train_size // len(by_digit), *(len(own) for own in by_digit))
    return np.sort(np.concatenate([own[:each] for own in by_digit]))


def _by_writers(chosen: Indices, count: int, writers: Writers, seed: int) -> tuple[Indices, Indices]:
    """Return the images of some people, and a number of images of all others."""
    own = writers[chosen]
    student = is_student(own)
    rng = np.random.default_rng([seed, _SPLIT_STREAM])
    from_students = round(count * float(student.mean()))
    fit, validation = [], []
    for group, share in ((~student, count - from_students), (student, from_students)):
        people = rng.permutation(np.unique(own[group]))
        sizes = np.bincount(own)[people]
        needed = int(np.searchsorted(sizes.cumsum(), share)) + 1 if share else 0
        held_out = np.isin(own, people[:needed])
        validation.append(chosen[held_out][:share])
        fit.append(chosen[group & ~held_out])
    return np.sort(np.concatenate(fit)), np.sort(np.concatenate(validation))


def _planted(recipe: Recipe, labels: Labels) -> npt.NDArray[np.bool_]:
    """Return which labels are to be made wrong: an exact share, drawn by the seed."""
    planted = np.zeros(len(labels), dtype=np.bool_)
    pool = np.flatnonzero(np.isin(labels, recipe.noise_pair or recipe.digits))
    count = round(len(pool) * recipe.label_noise)
    if count:
        rng = np.random.default_rng([recipe.seed, _NOISE_STREAM])
        planted[rng.choice(pool, count, replace=False)] = True
    return planted


def _mislabeled(recipe: Recipe, labels: Labels, planted: npt.NDArray[np.bool_]) -> Labels:
    """Return the labels with each planted one moved to another of the digits, never its own."""
    digits = np.array(recipe.noise_pair or recipe.digits, dtype=np.uint8)
    rng = np.random.default_rng([recipe.seed, _NOISE_STREAM, 1])
    steps = rng.integers(1, len(digits), size=int(planted.sum()))
    mislabeled = labels.copy()
    mislabeled[planted] = digits[(np.searchsorted(digits, labels[planted]) + steps) % len(digits)]
    return mislabeled
