"""Near-duplicates: the pairs of training images that differ least.

To compare all 1.8 billion pairs takes minutes, so `scripts.find_near_duplicates` does it beforehand.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, Images, Labels, read_arrays

FILE = Path(__file__).resolve().parents[2] / "data" / "near_duplicates.npz"
# Pairs that are kept of each digit, and of images with different labels.
PAIRS = 12
_SHAPES = {"same": (CLASSES, PAIRS, 2), "different": (PAIRS, 2), "typical": ()}
# Kept of each block: within one digit each pair is there twice, and one image may be in many.
_CANDIDATES = 40 * PAIRS
# Images at a time: an array of distances has 24 MB.
_BLOCK = 1000

Pairs = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """The nearest pairs of images, the nearest first, each image in one pair of a list only.

    Attributes
    ----------
    same : ndarray of int, shape (10, 12, 2)
        Indices of two images of each digit.
    different : ndarray of int, shape (12, 2)
        Indices of two images with different labels.
    typical : float
        Distance of an image from the nearest other one, the median over all images.
    """

    same: Pairs
    different: Pairs
    typical: float


def distances(images: Images, pairs: Pairs) -> npt.NDArray[np.float64]:
    """Return the Euclidean distances of the pixel values of pairs, shape (n,).

    Parameters
    ----------
    images : ndarray of uint8, shape (m, 28, 28)
    pairs : ndarray of int, shape (n, 2)
        Indices of images.
    """
    first, second = (images[pairs[:, side]].reshape(len(pairs), -1).astype(np.float64) for side in (0, 1))
    apart: npt.NDArray[np.float64] = np.linalg.norm(first - second, axis=1)
    return apart


def find_near_duplicates(images: Images, labels: Labels) -> NearDuplicates:
    """Compare all images with each other.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
        With at least 24 images of each digit.
    """
    pixels = images.reshape(len(images), -1).astype(np.float32)
    own = [np.flatnonzero(labels == digit) for digit in range(CLASSES)]
    nearest = np.full(len(images), np.inf, dtype=np.float32)
    same: list[Pairs] = []
    different: list[Pairs] = []
    for digit, rows in enumerate(own):
        for other in range(digit, CLASSES):
            pairs = _nearest_pairs(pixels, rows, own[other], nearest)
            (same if other == digit else different).append(_first(images, pairs))
    return NearDuplicates(
        np.stack(same), _first(images, np.concatenate(different)), float(np.median(np.sqrt(nearest)))
    )


def _nearest_pairs(
    pixels: npt.NDArray[np.float32], rows: Pairs, columns: Pairs, nearest: npt.NDArray[np.float32]
) -> Pairs:
    """Return some of the nearest pairs of two groups of images, and note how near each image has another."""
    squares = np.einsum("nd,nd->n", pixels, pixels)
    found = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        apart = squares[block, None] + squares[columns] - 2 * pixels[block] @ pixels[columns].T
        apart[block[:, None] == columns] = np.inf
        np.maximum(apart, 0, out=apart)
        nearest[block] = np.minimum(nearest[block], apart.min(axis=1))
        nearest[columns] = np.minimum(nearest[columns], apart.min(axis=0))
        best = np.argpartition(apart, min(_CANDIDATES, apart.size - 1), axis=None)[:_CANDIDATES]
        row, column = np.unravel_index(best, apart.shape)
        found.append(np.stack([block[row], columns[column]], axis=1))
    return np.concatenate(found)


def _first(images: Images, pairs: Pairs) -> Pairs:
    """Return the nearest of some pairs, each image in one pair only."""
    once = np.unique(np.sort(pairs, axis=1), axis=0)
    chosen: list[tuple[int, int]] = []
    used: set[int] = set()
    for first, second in once[distances(images, once).argsort(kind="stable")].tolist():
        if len(chosen) < PAIRS and not {first, second} & used:
            chosen.append((first, second))
            used |= {first, second}
    return np.array(chosen)


def load_near_duplicates(path: Path = FILE) -> NearDuplicates:
    """Return the near-duplicates among MNIST's training images.

    Raises
    ------
    DataError
        If the file, which ``python -m scripts.find_near_duplicates`` makes, is missing or damaged.
    """
    same, different, typical = read_arrays(path, _SHAPES)
    return NearDuplicates(same.astype(np.int64), different.astype(np.int64), float(typical))
