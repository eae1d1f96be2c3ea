"""The test set in two halves: one to look at while networks are improved, one that stays sealed.

Anyone who tries many networks and keeps the one with the highest test accuracy has chosen it with the
test images, and its accuracy on them is partly luck. Images that nobody has looked at show how much.
"""

import dataclasses
from enum import StrEnum
from functools import lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from core.data import Dataset, Writers, is_student

Predictions = npt.NDArray[np.uint8]
# The first with which both halves have 5,000 images, about as many of each digit, and are as hard for each
# bundled network, to 0.15 percentage points: otherwise all would seem lucky, or all unlucky.
_SEED = 4273
TEST_IMAGES = 10_000


class Part(StrEnum):
    """A part of the test set."""

    WHOLE = "whole"
    OPEN = "open"
    SEALED = "sealed"


@dataclasses.dataclass(frozen=True, eq=False)
class TestAnswers:
    """What a network answers to the test images, kept to score it on a part of them without it.

    Attributes
    ----------
    predictions : ndarray of uint8, shape (n,)
        Of all test images.
    open_accuracy : float
        On the open half, 0 to 1.
    """

    # The name is that of a class of tests to pytest.
    __test__ = False

    predictions: Predictions
    open_accuracy: float

    @classmethod
    def of(cls, predictions: npt.NDArray[np.integer], dataset: Dataset) -> Self:
        """Return the predictions for all test images of a dataset, and their accuracy on the open half.

        Raises
        ------
        ValueError
            If it is not one for each test image.
        """
        if predictions.shape != dataset.test_labels.shape:
            raise ValueError("There must be one prediction for each test image.")
        chosen = places(dataset, Part.OPEN)
        correct = predictions[chosen] == dataset.test_labels[chosen]
        return cls(predictions.astype(np.uint8), float(correct.mean()))


@lru_cache(maxsize=8)
def places(dataset: Dataset, part: Part) -> npt.NDArray[np.int64]:
    """Return the indices of the test images in a part, ascending.

    All digits of a writer are in the same half, and each half has as many of either group of writers
    as the other, to a few digits. Where it is not known who wrote them, the indices are shuffled.

    Parameters
    ----------
    dataset : Dataset
        With the whole test set.
    part : Part

    Examples
    --------
    >>> from core.data import load_mnist
    >>> mnist = load_mnist()
    >>> len(places(mnist, Part.OPEN)), len(places(mnist, Part.SEALED))
    (5000, 5000)
    """
    count = len(dataset.test_labels)
    if part is Part.WHOLE:
        return np.arange(count)
    is_open = _by_index(count) if dataset.test_writers is None else _by_writer(dataset.test_writers)
    chosen = np.flatnonzero(is_open if part is Part.OPEN else ~is_open)
    chosen.flags.writeable = False  # The next caller gets the same array.
    return chosen


@lru_cache(maxsize=4)
def part_of(dataset: Dataset, part: Part) -> Dataset:
    """Return a dataset with only this part of its test images, those of `places`."""
    if part is Part.WHOLE:
        return dataset
    chosen = places(dataset, part)
    return dataclasses.replace(
        dataset,
        test_images=dataset.test_images[chosen],
        test_labels=dataset.test_labels[chosen],
        test_writers=None if dataset.test_writers is None else dataset.test_writers[chosen],
    )


def words(part: Part) -> str:
    """Return what the images of a part are called, with their number.

    Examples
    --------
    >>> words(Part.OPEN)
    '5,000 open test images'
    """
    return {
        Part.WHOLE: "10,000 test images",
        Part.OPEN: "5,000 open test images",
        Part.SEALED: "5,000 sealed test images",
    }[part]


def _by_index(count: int) -> npt.NDArray[np.bool_]:
    is_open = np.zeros(count, dtype=np.bool_)
    is_open[np.random.default_rng(_SEED).permutation(count)[: count // 2]] = True
    return is_open


def _by_writer(writers: Writers) -> npt.NDArray[np.bool_]:
    """Deal the writers, shuffled, each to the half that has fewer digits of their group so far."""
    numbers, of_image, digits = np.unique(writers, return_inverse=True, return_counts=True)
    group = is_student(numbers).astype(int)
    is_open = np.zeros(len(numbers), dtype=np.bool_)
    surplus = [0, 0]
    for writer in np.random.default_rng(_SEED).permutation(len(numbers)):
        is_open[writer] = surplus[group[writer]] <= 0
        surplus[group[writer]] += digits[writer] if is_open[writer] else -digits[writer]
    chosen: npt.NDArray[np.bool_] = is_open[of_image]
    return chosen
