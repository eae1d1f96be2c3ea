"""From a model, images and labels to predictions, errors and metrics."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

# Before scikit-learn: it imports `narwhals.stable.v2`, Altair `narwhals.stable`, which wait for each
# other when two threads of a new server do so at the same moment (Python's import locks).
import narwhals.stable  # noqa: F401
import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from core.data import CLASSES, Images, Labels

# As large as a small server's memory allows: the feature maps of the largest convolutional network
# take 0.2 MB for each image, the units of the largest dense one 16 kB.
CONV_BATCH_SIZE = 500
DENSE_BATCH_SIZE = 2000


class Model(Protocol):
    """What an evaluation needs of a network."""

    def predict_on_batch(self, images: Any) -> Any:
        """Return the class probabilities of a batch of images, shape (n, 10)."""


class EvaluationError(ValueError):
    """Raised when a model or its data cannot be evaluated. The message says why."""


@dataclass(frozen=True)
class DigitScore:
    """Precision, recall and F1 of one digit.

    Attributes
    ----------
    digit : int
    precision : float
        Of the images predicted to be this digit, the share that is this digit.
    recall : float
        Of the images of this digit, the share predicted to be it.
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
class Confusion:
    """A cell of the confusion matrix off its diagonal.

    Attributes
    ----------
    label : int
        The true digit.
    prediction : int
        The digit predicted instead.
    count : int
        Number of images.
    """

    label: int
    prediction: int
    count: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The predictions of a network on labeled images, and the metrics that follow from them.

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
        """The probability of each prediction, shape (n,), 0.1 to 1."""
        confidences: npt.NDArray[np.float32] = self.probabilities.max(axis=1)
        return confidences

    @cached_property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Whether each prediction is correct, shape (n,)."""
        correct: npt.NDArray[np.bool_] = self.predictions == self.labels
        return correct

    @cached_property
    def accuracy(self) -> float:
        """Share of correct predictions, 0 to 1."""
        return float(self.correct.mean())

    @cached_property
    def confusion_matrix(self) -> npt.NDArray[np.int64]:
        """Numbers of images, shape (10, 10): the row is the true digit, the column the predicted one."""
        matrix: npt.NDArray[np.int64] = confusion_matrix(self.labels, self.predictions, labels=range(CLASSES))
        return matrix

    @cached_property
    def digit_scores(self) -> tuple[DigitScore, ...]:
        """Precision, recall and F1 of each digit; 0 where they would divide by zero."""
        columns = precision_recall_fscore_support(
            self.labels, self.predictions, labels=range(CLASSES), zero_division=0
        )
        return tuple(
            DigitScore(digit, float(precision), float(recall), float(f1), int(support))
            for digit, (precision, recall, f1, support) in enumerate(zip(*columns, strict=True))
        )

    @cached_property
    def errors(self) -> npt.NDArray[np.int64]:
        """Indices of the misclassified images, the most confident error first."""
        return self.select(errors_only=True)

    def select(
        self, label: int | None = None, prediction: int | None = None, errors_only: bool = False
    ) -> npt.NDArray[np.int64]:
        """Return the indices of the images in a cell, a row or a column of the confusion matrix.

        Parameters
        ----------
        label, prediction : int, optional
            The true and the predicted digit; None for any.
        errors_only : bool
            Leave out the correct predictions.

        Returns
        -------
        ndarray of int64
            The most confident prediction first.
        """
        chosen = ~self.correct if errors_only else np.ones(len(self.labels), dtype=bool)
        if label is not None:
            chosen &= self.labels == label
        if prediction is not None:
            chosen &= self.predictions == prediction
        indices = np.flatnonzero(chosen)
        return indices[np.argsort(-self.confidences[indices], kind="stable")]

    @cached_property
    def confusions(self) -> tuple[Confusion, ...]:
        """Every confusion that occurs, the most frequent first."""
        errors = self.confusion_matrix.copy()
        np.fill_diagonal(errors, 0)
        order = np.argsort(-errors, axis=None, kind="stable")[: np.count_nonzero(errors)]
        return tuple(
            Confusion(int(label), int(prediction), int(errors[label, prediction]))
            for label, prediction in zip(*np.unravel_index(order, errors.shape), strict=True)
        )


def evaluate(model: Model, images: Images, labels: Labels) -> Evaluation:
    """Return the evaluation of a network on labeled images.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten class probabilities for each.
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    Evaluation

    Raises
    ------
    EvaluationError
        If there are no images, not one label for each, or if the network does not give
        ten probabilities.

    See Also
    --------
    core.analysis : What an evaluation is worth: significance, calibration, robustness.

    Examples
    --------
    The article network on MNIST's test images:

    >>> import keras
    >>> from core.data import load_mnist
    >>> mnist = load_mnist()
    >>> model = keras.saving.load_model("models/article.keras", compile=False)
    >>> evaluation = evaluate(model, mnist.test_images, mnist.test_labels)
    >>> round(evaluation.accuracy, 2)
    0.94
    >>> evaluation.confusion_matrix.shape
    (10, 10)
    >>> most_frequent = evaluation.confusions[0]
    >>> most_frequent.label, most_frequent.prediction
    (4, 9)
    """
    if len(images) == 0 or len(images) != len(labels):
        raise EvaluationError("Evaluation needs at least one image, and one label per image.")
    return Evaluation(predict(model, images), labels)


def predict(model: Model, images: Images) -> npt.NDArray[np.float32]:
    """Return the class probabilities of each image.

    Keras compiles the network at its first call. From then on one image takes 1 ms, while calling
    the model takes 3 to 40 and ``model.predict`` 50.

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
        If the network does not give ten probabilities, or if they are no finite numbers.
    """
    convolves = any(type(layer).__name__ == "Conv2D" for layer in getattr(model, "layers", ()))
    size = CONV_BATCH_SIZE if convolves else DENSE_BATCH_SIZE
    batches = np.array_split(images, max(1, len(images) // size))
    probabilities = np.concatenate([np.asarray(model.predict_on_batch(batch)) for batch in batches])
    if probabilities.shape != (len(images), CLASSES):
        raise EvaluationError(
            "This model does not have ten outputs, one for each digit, so it cannot be used here."
        )
    if not np.isfinite(probabilities).all():
        raise EvaluationError(
            "The outputs of this model are not numbers (NaN): training diverged, so it cannot predict. "
            "Train it again with a smaller learning rate."
        )
    return probabilities.astype(np.float32, copy=False)
