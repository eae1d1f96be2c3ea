"""How much a picture looks like a digit, whatever a network says about it.

A network has ten answers and gives one to a face as well. So the picture is compared with the
60,000 training digits by the direction of its strokes in each place, and two things count:
how far away the five most similar ones are, and how that compares with the distances among
those training digits themselves (the idea of the local outlier factor, Breunig et al. 2000).

    python -m core.likeness

measures the training and test digits once and writes ``data/likeness.npz``; takes a few minutes.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import IMAGE_SIZE, Images, load_mnist

FILE = Path(__file__).resolve().parent.parent / "data" / "likeness.npz"
# What a student may choose: the share of MNIST's test digits that is refused.
MAX_REFUSED = 0.20
# Drawn digits are a little stranger than MNIST's: about one in twenty of them is refused with this.
DEFAULT_REFUSED = 0.03
# Training digits that a picture is judged by; one alone may be an odd one.
NEIGHBOURS = 5
# Training digits that tell how densely those around one lie.
_CROWD = 10

# Slopes are added up around 7×7 places, 4 pixels apart, with a Gaussian window.
_PLACES = 7
_WINDOW = 1.5
_DIRECTIONS = 8
# Principal components kept, and the step to which they are rounded in the file.
_COMPONENTS = 50
_STEP = 0.015
# Images at a time: the arrays of a step stay small.
_BLOCK = 250

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@functools.cache
def _windows() -> Floats:
    """Weights of 784 pixels in 49 places."""
    step = IMAGE_SIZE / _PLACES
    centres = step * (np.arange(_PLACES) + 0.5) - 0.5
    along = np.exp(-((np.arange(IMAGE_SIZE)[:, np.newaxis] - centres) ** 2) / (2 * _WINDOW**2))
    along /= along.sum(axis=0)
    return np.kron(along, along).astype(np.float32)


def slopes(images: Images) -> Floats:
    """Describe pictures by how steep they are, in eight directions at 49 places.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float32, shape (n, 392)
        Square roots of the slopes, each row of length 1 (all 0 for a picture without ink): a
        simple form of the histograms of oriented gradients of Dalal and Triggs (2005).
    """
    rows = [_slopes(images[start : start + _BLOCK]) for start in range(0, len(images), _BLOCK)]
    return np.concatenate(rows) if rows else np.zeros((0, _DIRECTIONS * _PLACES**2), dtype=np.float32)


def _slopes(images: Images) -> Floats:
    ink = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype(np.float32)
    across, down = ink[:, 1:-1, 2:] - ink[:, 1:-1, :-2], ink[:, 2:, 1:-1] - ink[:, :-2, 1:-1]
    angles = 2 * np.pi * np.arange(_DIRECTIONS, dtype=np.float32) / _DIRECTIONS
    steep = [
        np.maximum(np.cos(angle) * across + np.sin(angle) * down, 0).reshape(len(images), -1) @ _windows()
        for angle in angles
    ]
    roots: Floats = np.sqrt(np.concatenate(steep, axis=1))
    roots /= np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-9)
    return roots


@dataclass(frozen=True, eq=False)
class Look:
    """What one picture looks like.

    Attributes
    ----------
    strangeness : float
        From 0, a copy of training digits, upwards; see `Likeness.strangeness`.
    as_strange : float
        Share of MNIST's test digits that are at least as strange, 0 to 1.
    neighbours : ndarray of int64, shape (k,)
        Indices of the most similar training digits, the most similar one first.
    distances : ndarray of float32, shape (k,)
        How far away they are, 0 to about 1.4.
    """

    strangeness: float
    as_strange: float
    neighbours: Indices
    distances: Floats

    def is_refused(self, share: float = DEFAULT_REFUSED) -> bool:
        """Whether it is stranger than the given share of test digits, 0 to `MAX_REFUSED`, allows."""
        return self.as_strange < share


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
    spacing : ndarray of float32, shape (60000,)
        Average distance of each to its ten nearest others.
    test_strangeness : ndarray of float32, shape (10000,)
        Of MNIST's test digits, in ascending order.
    """

    mean: Floats
    axes: Floats
    digits: Floats
    spacing: Floats
    test_strangeness: Floats

    @functools.cached_property
    def _half_squares(self) -> Floats:
        halves: Floats = np.einsum("nd,nd->n", self.digits, self.digits) / 2
        return halves

    def nearest(self, images: Images, k: int = NEIGHBOURS) -> tuple[Indices, Floats]:
        """Find the training digits that are most similar to each picture.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)
        k : int, default `NEIGHBOURS`

        Returns
        -------
        indices : ndarray of int64, shape (n, k)
            Into the training images, the most similar first.
        distances : ndarray of float32, shape (n, k)
            Euclidean, between the first 50 principal components of their slopes.
        """
        return self._nearest((slopes(images) - self.mean) @ self.axes, k)

    def _nearest(self, places: Floats, k: int) -> tuple[Indices, Floats]:
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

    def strangeness(self, images: Images) -> Floats:
        """Measure how little pictures look like any digit.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, 28, 28)

        Returns
        -------
        ndarray of float32, shape (n,)
            The average distance d to the five most similar training digits, times d divided
            by the average spacing among training digits there. Ones lie close together,
            twos far apart: the same distance is stranger beside ones.
        """
        return self._strangeness(*self.nearest(images))

    def _strangeness(self, indices: Indices, distances: Floats) -> Floats:
        away = distances[:, :NEIGHBOURS].mean(axis=1)
        strange: Floats = away**2 / self.spacing[indices[:, :NEIGHBOURS]].mean(axis=1)
        return strange

    def look(self, image: npt.NDArray[np.uint8], k: int = NEIGHBOURS) -> Look:
        """Judge one picture and find the ``k`` training digits, at least 5, most similar to it.

        Parameters
        ----------
        image : ndarray of uint8, shape (28, 28)
            In MNIST's form: see `core.ink` and `core.pen`.
        k : int, default `NEIGHBOURS`
        """
        indices, distances = self.nearest(image[np.newaxis], max(k, NEIGHBOURS))
        strangeness = self._strangeness(indices, distances)
        return Look(float(strangeness[0]), float(self.as_strange(strangeness)[0]), indices[0], distances[0])

    def as_strange(self, strangeness: Floats) -> npt.NDArray[np.float64]:
        """Share of MNIST's test digits that are at least as strange, 0 to 1, of each value."""
        below = np.searchsorted(self.test_strangeness, strangeness)
        share: npt.NDArray[np.float64] = 1 - below / len(self.test_strangeness)
        return share


def load_likeness(path: Path = FILE) -> Likeness:
    """Load the measured training digits; takes a tenth of a second and 15 MB.

    Raises
    ------
    FileNotFoundError
        If they have not been measured: run ``python -m core.likeness``.
    """
    with np.load(path) as file:
        return Likeness(
            mean=file["mean"],
            axes=file["axes"],
            digits=file["digits"].astype(np.float32) * np.float32(_STEP),
            spacing=file["spacing"].astype(np.float32),
            test_strangeness=file["test_strangeness"],
        )


def measure() -> dict[str, npt.NDArray[np.generic]]:
    """Measure MNIST's training and test digits: the arrays of the file."""
    mnist = load_mnist()
    described = slopes(mnist.train_images)
    mean: Floats = described.mean(axis=0)
    described -= mean
    axes: Floats = np.linalg.eigh(described.T @ described)[1][:, : -_COMPONENTS - 1 : -1]
    rounded = np.rint(described @ axes / _STEP).astype(np.int8)
    digits = rounded.astype(np.float32) * np.float32(_STEP)
    empty = np.zeros(0, dtype=np.float32)
    alone = Likeness(mean, axes, digits, empty, empty)
    # The nearest of all is the digit itself.
    spacing = alone._nearest(digits, _CROWD + 1)[1][:, 1:].mean(axis=1).astype(np.float16)
    crowd = Likeness(mean, axes, digits, spacing.astype(np.float32), empty)
    strangeness = np.sort(crowd.strangeness(mnist.test_images))
    return {
        "mean": mean,
        "axes": np.ascontiguousarray(axes),
        "digits": rounded,
        "spacing": spacing,
        "test_strangeness": strangeness,
    }


def main() -> None:
    """Measure the digits and write the file."""
    aside = FILE.with_suffix(".part.npz")
    np.savez_compressed(aside, **measure())
    aside.replace(FILE)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
