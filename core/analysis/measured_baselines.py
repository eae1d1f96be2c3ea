"""Simple classifiers, measured: they learn from the same images as a network, and read the same test images.

Each works on one core and in small pieces, so that a small server can do it beside a training.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.data import MAX_PIXEL, Images, Labels

Floats = npt.NDArray[np.float32]
Predictions = npt.NDArray[np.int64]

# Images that are numbers from 0 to 1 at the same time: 6 MB.
_PIECE = 2000
# Logistic regression has learned by then what it learns: twice as many steps change 0.1 points.
_STEPS = 100


@dataclass(frozen=True)
class MeasuredBaseline:
    """What a simple classifier has come to.

    Attributes
    ----------
    name : str
        One of `CLASSIFIERS`.
    images : int
        Training images that it learned from.
    accuracy : float
        Test accuracy, 0 to 1.
    seconds : float
        Processor time of one core for learning and for reading the test images.
    """

    name: str
    images: int
    accuracy: float
    seconds: float


def nearest_class_mean(images: Images, labels: Labels, test_images: Images) -> Predictions:
    """Return for each test image the digit whose average training image is nearest (Euclidean).

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
        A digit without any image is never predicted.
    test_images : ndarray of uint8, shape (m, 28, 28)

    Returns
    -------
    ndarray of int64, shape (m,)
    """
    digits = np.unique(labels)
    means = np.stack([_mean(images, np.flatnonzero(labels == digit)) for digit in digits])
    nearest = [_squared_distances(_flat(piece), means).argmin(axis=1) for piece in _pieces(test_images)]
    return np.asarray(digits[np.concatenate(nearest)], dtype=np.int64)


def nearest_neighbor(images: Images, labels: Labels, test_images: Images) -> Predictions:
    """Return for each test image the label of the most similar training image (Euclidean), as above."""
    found = np.empty(len(test_images), dtype=np.int64)
    for start in range(0, len(test_images), _PIECE):
        tests = _flat(test_images[start : start + _PIECE])
        nearest = np.full(len(tests), np.inf, dtype=np.float32)
        for first in range(0, len(images), _PIECE):
            distances = _squared_distances(tests, _flat(images[first : first + _PIECE]))
            closest = distances.argmin(axis=1)
            smallest = distances[np.arange(len(tests)), closest]
            better = smallest < nearest
            nearest[better] = smallest[better]
            found[start : start + _PIECE][better] = labels[first + closest[better]]
    return found


def logistic_regression(images: Images, labels: Labels, test_images: Images) -> Predictions:
    """Return the predictions of scikit-learn's multinomial logistic regression, as above."""
    from sklearn.linear_model import LogisticRegression

    # With the others left out, the matrix is a tenth smaller: these pixels are 0 in all images.
    used = images.any(axis=0)
    learner = LogisticRegression(max_iter=_STEPS, tol=1e-3)
    learner.fit(images[:, used].astype(np.float32) / MAX_PIXEL, labels)
    pieces = [
        learner.predict(piece[:, used].astype(np.float32) / MAX_PIXEL) for piece in _pieces(test_images)
    ]
    return np.concatenate(pieces).astype(np.int64)


CLASSIFIERS: Mapping[str, Callable[[Images, Labels, Images], Predictions]] = MappingProxyType(
    {
        "Nearest class mean": nearest_class_mean,
        "Logistic regression": logistic_regression,
        "1-nearest neighbor": nearest_neighbor,
    }
)


def measure(
    name: str, images: Images, labels: Labels, test_images: Images, test_labels: Labels
) -> MeasuredBaseline:
    """Let a classifier learn from images, and measure its accuracy on others.

    Parameters
    ----------
    name : str
        One of `CLASSIFIERS`.
    images, test_images : ndarray of uint8, shape (n, 28, 28) and (m, 28, 28)
    labels, test_labels : ndarray of uint8, shape (n,) and (m,)

    Examples
    --------
    >>> from core.data import load_mnist
    >>> mnist = load_mnist()
    >>> test = mnist.test_images[:500], mnist.test_labels[:500]
    >>> found = measure("Nearest class mean", mnist.train_images[:1000], mnist.train_labels[:1000], *test)
    >>> found.images, round(found.accuracy, 2)
    (1000, 0.77)
    """
    from threadpoolctl import threadpool_limits

    began = time.thread_time()
    with threadpool_limits(1):
        predictions = CLASSIFIERS[name](images, labels, test_images)
    seconds = time.thread_time() - began
    return MeasuredBaseline(name, len(images), float((predictions == test_labels).mean()), seconds)


def _pieces(images: Images) -> list[Images]:
    return [images[start : start + _PIECE] for start in range(0, len(images), _PIECE)]


def _flat(images: Images) -> Floats:
    """Return images as rows of numbers from 0 to 1."""
    return np.asarray(images.reshape(len(images), -1) / np.float32(MAX_PIXEL), dtype=np.float32)


def _mean(images: Images, indices: npt.NDArray[np.int64]) -> Floats:
    """Return the mean of some images as one row."""
    parts = [indices[start : start + _PIECE] for start in range(0, len(indices), _PIECE)]
    return np.asarray(sum(_flat(images[part]).sum(axis=0) for part in parts) / len(indices), dtype=np.float32)


def _squared_distances(rows: Floats, others: Floats) -> Floats:
    """Return ‖a − b‖² for each pair of rows, but for what is the same in a whole row: ‖a‖²."""
    return np.asarray((others**2).sum(axis=1) - 2 * (rows @ others.T), dtype=np.float32)
