"""Whether a picture is one digit at all: an out-of-distribution detector.

A network that knows only digits answers everything with a digit: it takes 38 for an 8, half a
zero for a one, and a face for a five, and says 99%. So a second, small network has learned the
difference: it tells the ten digits from letters, symbols, doodles and pieces of numbers, see
`scripts.train_detector`. It needs no TensorFlow.
"""

import enum
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.special

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, TEST_IMAGES, Images, damaged, read_arrays
from core.drawing.convolution import Floats, convolve

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "detector.npz"
# The false rejection rate is the share of MNIST's test digits that a threshold rejects.
# A student may choose up to this one.
MAX_FALSE_REJECTION_RATE = 0.20
# With this one, about one in fifty of the digits drawn on a screen is rejected.
DEFAULT_FALSE_REJECTION_RATE = 0.02
# What a picture is like is clear from this probability on: of bundled letters and symbols 0 and 2% are
# taken for a scribble so, none for part of a digit, and 3 and 1% for a changed digit.
_CLEAR = 0.9

# Filters, side of the kernel, and stride of each convolution; then the units of the hidden layer.
CONVOLUTIONS = ((12, 5, 2), (32, 3, 2), (32, 3, 1))
HIDDEN_UNITS = 96
# Images at a time: the arrays of a step stay small.
_BLOCK = 200

Layer = tuple[Floats, Floats]


class Likeness(enum.Enum):
    """What a picture that is no digit is like."""

    SYMBOL = 0
    SCRIBBLE = 1
    PART = 2
    CHANGED_DIGIT = 3


@dataclass(frozen=True, eq=False)
class Detector:
    """A network that tells one digit from everything else.

    Attributes
    ----------
    convolutions : tuple of pairs of ndarray of float32
        Kernels and biases, with the strides of `CONVOLUTIONS`.
    dense : tuple of pairs of ndarray of float32
        Weights and biases of the hidden layer and of the output, which has one logit for each digit and
        then one for each kind of negative.
    likenesses : ndarray of int, shape (kinds of negatives,)
        The value of the `Likeness` of each kind.
    test_scores : ndarray of float32, shape (10000,)
        Scores of MNIST's test digits, in ascending order.
    """

    convolutions: tuple[Layer, ...]
    dense: tuple[Layer, ...]
    likenesses: npt.NDArray[np.integer]
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
        logits = self._logits(images)
        log_odds: Floats = scipy.special.logsumexp(logits[:, :CLASSES], axis=1) - scipy.special.logsumexp(
            logits[:, CLASSES:], axis=1
        )
        return log_odds

    def _logits(self, images: Images) -> Floats:
        """Return a logit for each digit and then one for each kind of negative, shape (n, 10 + kinds)."""
        blocks = [self._network(images[start : start + _BLOCK]) for start in range(0, len(images), _BLOCK)]
        kinds = CLASSES + len(self.likenesses)
        return np.concatenate(blocks) if blocks else np.zeros((0, kinds), dtype=np.float32)

    def _network(self, images: Images) -> Floats:
        values: Floats = images[..., np.newaxis].astype(np.float32) / np.float32(MAX_PIXEL)
        for (kernel, bias), (*_, stride) in zip(self.convolutions, CONVOLUTIONS, strict=True):
            values = np.maximum(convolve(values, kernel, bias, stride), 0)
        (weights, bias), (output, output_bias) = self.dense
        hidden: Floats = np.maximum(values.reshape(len(images), -1) @ weights + bias, 0)
        logits: Floats = hidden @ output + output_bias
        return logits

    def likeness(self, image: Images) -> Likeness | None:
        """Return what one picture, shape (28, 28), is like if it is no digit; None if that is not clear."""
        shares = scipy.special.softmax(self._logits(image[np.newaxis])[0, CLASSES:].astype(np.float64))
        sums = np.bincount(self.likenesses, shares, len(Likeness))
        return Likeness(int(sums.argmax())) if sums.max() >= _CLEAR else None

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


def layer_shapes() -> Iterator[tuple[int | None, ...]]:
    """Return the shape of each layer's kernel or weights, in the order in which they are used.

    That of the output has None in the place of the number of classes.
    """
    side, channels = IMAGE_SIZE, 1
    for filters, kernel, stride in CONVOLUTIONS:
        yield kernel, kernel, channels, filters
        side, channels = -(-side // stride), filters
    yield side * side * channels, HIDDEN_UNITS
    yield HIDDEN_UNITS, None


@functools.lru_cache(maxsize=1)
def load_detector(path: Path = WEIGHTS) -> Detector:
    """Return the trained detector; it takes 10 ms to load and is kept.

    Raises
    ------
    DataError
        If its file, which ``python -m scripts.train_detector`` makes, is missing or damaged.
    """
    shapes = [
        *itertools.chain.from_iterable((shape, shape[-1:]) for shape in layer_shapes()),
        (None,),
        (TEST_IMAGES,),
    ]
    named = {f"arr_{place}": shape for place, shape in enumerate(shapes)}
    *arrays, likenesses, scores = read_arrays(path, named)
    # Those three have the one length that is not known here.
    if len({CLASSES + len(likenesses), *(array.shape[-1] for array in arrays[-2:])}) > 1:
        raise damaged(path)
    arrays = [array.astype(np.float32) for array in arrays]
    layers = tuple(zip(arrays[::2], arrays[1::2], strict=True))
    count = len(CONVOLUTIONS)
    return Detector(layers[:count], layers[count:], likenesses, scores.astype(np.float32))
