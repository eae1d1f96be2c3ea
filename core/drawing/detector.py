"""Whether a picture is one digit at all: an out-of-distribution detector.

A network that knows only digits answers everything with a digit: it takes 38 for an 8, half a
zero for a one, and a face for a five, and says 99%. So a second, small network has learned
nothing but the difference: see `scripts.train_detector`. It looks at histograms of oriented
gradients (`core.drawing.hog`) and needs no TensorFlow.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import Images, read_arrays
from core.drawing.hog import hog

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "detector.npz"
# The false rejection rate is the share of MNIST's test digits that a threshold rejects.
# A student may choose up to this one.
MAX_FALSE_REJECTION_RATE = 0.20
# With this one, about one in twenty of the digits drawn on a screen is rejected.
DEFAULT_FALSE_REJECTION_RATE = 0.04

# What the file holds: weights and biases of each layer, then the scores of the test digits.
_SHAPES = ((392, 160), (160,), (160, 32), (32,), (32, 1), (1,), (10_000,))
# A row of 392 features has length 1, so each feature is small.
_SCALE = np.float32(4)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Detector:
    """A network that tells one digit from everything else.

    Attributes
    ----------
    layers : tuple of pairs of ndarray of float32
        Weights and biases; the first layer takes what `features` returns.
    test_scores : ndarray of float32, shape (10000,)
        Scores of MNIST's test digits, in ascending order.
    """

    layers: tuple[tuple[Floats, Floats], ...]
    test_scores: Floats

    def score(self, images: Images) -> Floats:
        """Return the log odds that each picture is one digit.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)
            In MNIST's form: see `core.ink` and `core.drawing.strokes`.

        Returns
        -------
        ndarray of float32, shape (n,)
        """
        values = features(images)
        for number, (weights, bias) in enumerate(self.layers):
            values = values @ weights + bias
            if number < len(self.layers) - 1:
                values = np.maximum(values, 0)
        return values[:, 0]

    def p_value(self, images: Images) -> npt.NDArray[np.float64]:
        """Return the p-value of each picture under the hypothesis "one digit", shape (n,).

        It is the share of MNIST's test digits, 0 to 1, with a score no higher than this one's.
        """
        below = np.searchsorted(self.test_scores, self.score(images), side="right")
        share: npt.NDArray[np.float64] = below / len(self.test_scores)
        return share

    def rejects(
        self, images: Images, false_rejection_rate: float = DEFAULT_FALSE_REJECTION_RATE
    ) -> npt.NDArray[np.bool_]:
        """Return which pictures a threshold rejects, shape (n,).

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)
        false_rejection_rate : float, default `DEFAULT_FALSE_REJECTION_RATE`
            The threshold, as the share of MNIST's test digits that it rejects: 0 (nothing is
            rejected) to `MAX_FALSE_REJECTION_RATE`.
        """
        rejected: npt.NDArray[np.bool_] = self.p_value(images) < false_rejection_rate
        return rejected

    def is_digit(self, image: Images, false_rejection_rate: float = DEFAULT_FALSE_REJECTION_RATE) -> bool:
        """Return whether one picture, shape (28, 28), passes as a digit: `rejects` does not reject it."""
        return not self.rejects(image[np.newaxis], false_rejection_rate)[0]


def features(images: Images) -> Floats:
    """Return the inputs of the network for each picture, shape (n, 392): scaled HOG features."""
    return _SCALE * hog(images)


@functools.lru_cache(maxsize=1)
def load_detector(path: Path = WEIGHTS) -> Detector:
    """Return the trained detector; it takes 10 ms to load and is kept.

    Raises
    ------
    DataError
        If its file, which ``python -m scripts.train_detector`` makes, is missing or damaged.
    """
    named = {f"arr_{place}": shape for place, shape in enumerate(_SHAPES)}
    *layers, scores = (array.astype(np.float32) for array in read_arrays(path, named))
    return Detector(tuple(zip(layers[::2], layers[1::2], strict=True)), scores)
