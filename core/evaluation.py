"""Model, images and labels to measurements."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from core.data import CLASSES, Images, Labels

# Small enough for the largest convolutional network in a small server's memory.
BATCH_SIZE = 500


class Model(Protocol):
    """What an evaluation needs of a network."""

    def predict_on_batch(self, images: Any) -> Any:
        """Answer a batch of images."""


class EvaluationError(ValueError):
    """A model or data that cannot be evaluated. The message says why."""


@dataclass(frozen=True)
class DigitScore:
    """How well one digit is read.

    Attributes
    ----------
    digit : int
    precision : float
        Of the images read as this digit, the share that is this digit.
    recall : float
        Of the images of this digit, the share that is read as it.
    f1 : float
        Harmonic mean of the two: 2 × precision × recall / (precision + recall).
    support : int
        Number of images of this digit.
    """

    digit: int
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Pair:
    """A digit that is taken for another one, and how often."""

    digit: int
    answer: int
    count: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The answers of a network on labelled images, and what follows from them.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (n, 10)
        Each row sums to 1.
    labels : ndarray of uint8, shape (n,)
        The true digits.
    """

    probabilities: npt.NDArray[np.float32]
    labels: Labels

    @cached_property
    def predictions(self) -> npt.NDArray[np.int64]:
        """The most probable digit of each image, shape (n,)."""
        predictions: npt.NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return predictions

    @cached_property
    def confidences(self) -> npt.NDArray[np.float32]:
        """The probability given to each prediction, shape (n,), 0.1 to 1."""
        confidences: npt.NDArray[np.float32] = self.probabilities.max(axis=1)
        return confidences

    @cached_property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether each image is read right, shape (n,)."""
        right: npt.NDArray[np.bool_] = self.predictions == self.labels
        return right

    @cached_property
    def accuracy(self) -> float:
        """Share of images read right, 0 to 1."""
        return float(self.right.mean())

    @cached_property
    def confusion_matrix(self) -> npt.NDArray[np.int64]:
        """Counts, shape (10, 10): row is the true digit, column the answer."""
        matrix: npt.NDArray[np.int64] = confusion_matrix(self.labels, self.predictions, labels=range(CLASSES))
        return matrix

    @cached_property
    def digit_scores(self) -> tuple[DigitScore, ...]:
        """Precision, recall and F1 of each digit; 0 where there is nothing to divide by."""
        columns = precision_recall_fscore_support(
            self.labels, self.predictions, labels=range(CLASSES), zero_division=0
        )
        return tuple(
            DigitScore(digit, float(precision), float(recall), float(f1), int(support))
            for digit, (precision, recall, f1, support) in enumerate(zip(*columns, strict=True))
        )

    @cached_property
    def mistakes(self) -> npt.NDArray[np.int64]:
        """Indices of the images read wrong, the most confident mistake first."""
        return self.select(mistakes_only=True)

    def select(
        self, digit: int | None = None, answer: int | None = None, mistakes_only: bool = False
    ) -> npt.NDArray[np.int64]:
        """Indices of the images in a cell, a row or a column of the matrix, most confident first.

        Parameters
        ----------
        digit, answer : int, optional
            The true digit and the network's answer; None for any.
        mistakes_only : bool
            Leave out the images read right.
        """
        chosen = ~self.right if mistakes_only else np.ones(len(self.labels), dtype=bool)
        if digit is not None:
            chosen &= self.labels == digit
        if answer is not None:
            chosen &= self.predictions == answer
        indices = np.flatnonzero(chosen)
        return indices[np.argsort(-self.confidences[indices], kind="stable")]

    @cached_property
    def pairs(self) -> tuple["Pair", ...]:
        """Every confusion that occurs, the most frequent first."""
        errors = self.confusion_matrix.copy()
        np.fill_diagonal(errors, 0)
        order = np.argsort(-errors, axis=None, kind="stable")[: np.count_nonzero(errors)]
        return tuple(
            Pair(int(digit), int(answer), int(errors[digit, answer]))
            for digit, answer in zip(*np.unravel_index(order, errors.shape), strict=True)
        )


def evaluate(model: Model, images: Images, labels: Labels) -> Evaluation:
    """Show images to a network and collect its answers.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    Evaluation

    Raises
    ------
    EvaluationError
        If there are no images, not one label for each, or the network does not
        answer with ten classes.
    """
    if len(images) == 0 or len(images) != len(labels):
        raise EvaluationError("An evaluation needs at least one image and one label for each.")
    return Evaluation(predict(model, images), labels)


def predict(model: Model, images: Images) -> npt.NDArray[np.float32]:
    """Probabilities of the ten digits for each image.

    The network is compiled at its first call. Then one image takes 1 ms, where calling the
    model takes 3 to 40 and ``model.predict`` 50.

    Parameters
    ----------
    model : keras.Model
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float32, shape (n, 10)

    Raises
    ------
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    batches = np.array_split(images, max(1, len(images) // BATCH_SIZE))
    answers = np.concatenate([np.asarray(model.predict_on_batch(batch)) for batch in batches])
    if answers.shape != (len(images), CLASSES):
        raise EvaluationError("This model does not answer with the ten digits, so it cannot be used here.")
    if not np.isfinite(answers).all():
        raise EvaluationError(
            "The weights of this model have grown beyond all numbers, so it gives no answers. "
            "Train it again with a smaller learning rate."
        )
    return answers.astype(np.float32, copy=False)
