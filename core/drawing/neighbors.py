"""Which of the training digits a picture looks most like.

A comparison of the direction of strokes in each place: it shows what is known of such
shapes, whatever a network says about them.

    python -m core.drawing.neighbors

describes the training digits once and writes ``data/likeness.npz``; takes half a minute.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import Images
from core.drawing.hog import slopes

FILE = Path(__file__).resolve().parents[2] / "data" / "likeness.npz"
NEIGHBOURS = 5

# Principal components kept, and the step to which they are rounded in the file.
_COMPONENTS = 50
_STEP = 0.015
# Images at a time: the arrays of a step stay small.
_BLOCK = 250

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Likeness:
    """The training digits, ready to be compared with.

    Attributes
    ----------
    mean : ndarray of float32, shape (392,)
    axes : ndarray of float32, shape (392, 50)
        The principal components of the slopes of training digits.
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

    def nearest(self, images: Images, k: int = NEIGHBOURS) -> tuple[Indices, Floats]:
        """Find the training digits that are most similar to each picture.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)
            In MNIST's form: see `core.ink` and `core.drawing.strokes`.
        k : int, default `NEIGHBOURS`

        Returns
        -------
        indices : ndarray of int64, shape (n, k)
            Into the training images, the most similar first.
        distances : ndarray of float32, shape (n, k)
            Euclidean, between the first 50 principal components of their slopes: 0 to about 1.4.
        """
        places = (slopes(images) - self.mean) @ self.axes
        indices = np.empty((len(places), k), dtype=np.int64)
        distances = np.empty((len(places), k), dtype=np.float32)
        for start in range(0, len(places), _BLOCK):
            block = places[start : start + _BLOCK]
            # Half the squared distance without the part that is the same for all digits.
            apart = self._half_squares - block @ self.digits.T
            found = np.argpartition(apart, k - 1, axis=1)[:, :k]
            squares = ((block[:, np.newaxis] - self.digits[found]) ** 2).sum(axis=2)
            order = squares.argsort(axis=1, kind="stable")
            indices[start : start + _BLOCK] = np.take_along_axis(found, order, axis=1)
            distances[start : start + _BLOCK] = np.sqrt(np.take_along_axis(squares, order, axis=1))
        return indices, distances


def load_likeness(path: Path = FILE) -> Likeness:
    """Load the described training digits; takes a tenth of a second and 15 MB.

    Raises
    ------
    FileNotFoundError
        If they have not been described: run ``python -m core.drawing.neighbors``.
    """
    with np.load(path) as file:
        return Likeness(file["mean"], file["axes"], file["digits"].astype(np.float32) * np.float32(_STEP))
