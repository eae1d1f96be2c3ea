"""Whether a picture is one digit at all.

A network that knows only digits answers anything with a digit: it takes 38 for an 8, half a
nought for a one, and a face for a five, and says 99 %. So a second, small one learned nothing
but the difference: see `scripts.train_detector`. It looks at the slopes of strokes in each place,
and needs no TensorFlow.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.special

from core.data import Images
from core.drawing.hog import slopes

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "judge.npz"
# What a student may choose: the share of MNIST's test digits that is refused.
MAX_REFUSED = 0.20
# About one in twenty of the digits drawn on a screen is refused with this.
DEFAULT_REFUSED = 0.04

# A row of 392 slopes has length 1, so each is small.
_SCALE = np.float32(4)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Judge:
    """A network that tells one digit from all else.

    Attributes
    ----------
    layers : tuple of pairs of ndarray of float32
        Weights and biases, the first for the 392 slopes of `core.drawing.hog.slopes`.
    test_scores : ndarray of float32, shape (10000,)
        Of MNIST's test digits, in ascending order.
    """

    layers: tuple[tuple[Floats, Floats], ...]
    test_scores: Floats

    def score(self, images: Images) -> Floats:
        """Log odds that each picture is one digit.

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

    def probability(self, images: Images) -> Floats:
        """Probability that each picture is one digit, if two of five pictures were; shape (n,)."""
        share: Floats = scipy.special.expit(self.score(images))
        return share

    def as_strange(self, images: Images) -> npt.NDArray[np.float64]:
        """Share of MNIST's test digits, 0 to 1, that look no more like one digit; shape (n,)."""
        below = np.searchsorted(self.test_scores, self.score(images), side="right")
        share: npt.NDArray[np.float64] = below / len(self.test_scores)
        return share

    def refuses(self, images: Images, share: float = DEFAULT_REFUSED) -> npt.NDArray[np.bool_]:
        """Whether each picture is refused by a threshold that refuses a share of MNIST's test digits.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)
        share : float, default `DEFAULT_REFUSED`
            0 (nothing is refused) to `MAX_REFUSED`.
        """
        refused: npt.NDArray[np.bool_] = self.as_strange(images) < share
        return refused


def features(images: Images) -> Floats:
    """What the network sees of each picture: slopes, about as large as its first weights want them."""
    return _SCALE * slopes(images)


@functools.lru_cache(maxsize=1)
def load_judge(path: Path = WEIGHTS) -> Judge:
    """Load the trained network; 10 ms, and kept.

    Raises
    ------
    FileNotFoundError
        If it has not been trained: run ``python -m scripts.train_detector``.
    """
    with np.load(path) as file:
        arrays = [file[name].astype(np.float32) for name in file.files]
    *layers, scores = arrays
    return Judge(tuple(zip(layers[::2], layers[1::2], strict=True)), scores)
