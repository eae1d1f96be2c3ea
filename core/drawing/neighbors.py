"""The nearest neighbors of a picture: which training digits it looks most like.

Compared are histograms of oriented gradients (`core.drawing.hog`), reduced to their principal
components. So it shows what is known of such shapes, whatever a network says about them.
`scripts.index_neighbors` makes the index.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import TRAINING_IMAGES, Images, read_arrays
from core.drawing.hog import hog

FILE = Path(__file__).resolve().parents[2] / "data" / "neighbors.npz"
NEIGHBORS = 5

# Principal components that are kept, and the step to which they are rounded in the file.
COMPONENTS = 50
ROUNDING_STEP = 0.015
_SHAPES = {"mean": (392,), "axes": (392, COMPONENTS), "digits": (TRAINING_IMAGES, COMPONENTS)}
# Images at a time: the arrays of a step stay small.
_BLOCK = 250

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NeighborIndex:
    """The training digits, ready to be searched.

    Attributes
    ----------
    mean : ndarray of float32, shape (392,)
        Of the HOG features of the training digits.
    axes : ndarray of float32, shape (392, 50)
        Their principal axes.
    digits : ndarray of float32, shape (60000, 50)
        The training digits along these axes.
    """

    mean: Floats
    axes: Floats
    digits: Floats

    @functools.cached_property
    def _half_squares(self) -> Floats:
        halves: Floats = np.einsum("nd,nd->n", self.digits, self.digits) / 2
        return halves

    def nearest(self, images: Images, k: int = NEIGHBORS) -> tuple[Indices, Floats]:
        """Return the k nearest neighbors of each picture among the training digits.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)
            In MNIST's form: see `core.ink` and `core.drawing.strokes`.
        k : int, default `NEIGHBORS`

        Returns
        -------
        indices : ndarray of int64, shape (n, k)
            Into the training images, the most similar first.
        distances : ndarray of float32, shape (n, k)
            Euclidean, between the first 50 principal components of their HOG features: 0 to
            about 1.4.
        """
        points = (hog(images) - self.mean) @ self.axes
        indices = np.empty((len(points), k), dtype=np.int64)
        distances = np.empty((len(points), k), dtype=np.float32)
        for start in range(0, len(points), _BLOCK):
            block = points[start : start + _BLOCK]
            # Half the squared distance, without the part that is the same for all digits.
            apart = self._half_squares - block @ self.digits.T
            found = np.argpartition(apart, k - 1, axis=1)[:, :k]
            squares = ((block[:, np.newaxis] - self.digits[found]) ** 2).sum(axis=2)
            order = squares.argsort(axis=1, kind="stable")
            indices[start : start + _BLOCK] = np.take_along_axis(found, order, axis=1)
            distances[start : start + _BLOCK] = np.sqrt(np.take_along_axis(squares, order, axis=1))
        return indices, distances


def load_neighbor_index(path: Path = FILE) -> NeighborIndex:
    """Return the index of the training digits; it takes a tenth of a second and 15 MB to load.

    Raises
    ------
    DataError
        If its file, which ``python -m scripts.index_neighbors`` makes, is missing or damaged.
    """
    mean, axes, digits = read_arrays(path, _SHAPES)
    return NeighborIndex(mean, axes, digits.astype(np.float32) * np.float32(ROUNDING_STEP))
