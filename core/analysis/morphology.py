"""Morphology of digits: thickness of the stroke, slant and size, and the errors by quintile of each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, Images, Labels
from core.ink import stroke_width

# Images measured at a time: no array of a step has more than 4 MB.
_BLOCK = 1000
# A pixel with more ink than this belongs to the box around a digit.
_INK = 25
QUINTILES = 5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Morphology:
    """How digits are written; each array has the shape (n,).

    Attributes
    ----------
    thickness : ndarray of float
        Average width of the stroke, in pixels.
    slant : ndarray of float
        Degrees from upright; above 0 it leans to the right, as most handwriting does.
    size : ndarray of float
        Width times height of the box around the ink, in pixels. MNIST brought the longer
        side of every digit to 20, so a slim digit is a small one.
    """

    thickness: Floats
    slant: Floats
    size: Floats


def measure(images: Images) -> Morphology:
    """Return thickness, slant and size of digits.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    Morphology
        Thickness as in `core.ink.stroke_width`. Slant is the angle whose tangent is the
        covariance of the ink's x and y divided by the variance of its y, the shear by which
        digits are commonly deslanted (LeCun et al. 1998, section III.A). All three are 0 for
        an image without ink. As Morpho-MNIST (Castro et al. 2019) measures them, with other
        formulas.
    """
    blocks = np.array_split(images, max(1, -(-len(images) // _BLOCK)))
    return Morphology(*(np.concatenate(part) for part in zip(*map(_measure, blocks), strict=True)))


def _measure(images: Images) -> tuple[Floats, Floats, Floats]:
    ink = images.astype(np.float32) / MAX_PIXEL
    places = np.arange(IMAGE_SIZE, dtype=np.float64)
    weight = np.maximum(ink.sum(axis=(1, 2), dtype=np.float64), 1e-9)
    rows, columns = ink.sum(axis=2), ink.sum(axis=1)
    mean_row, mean_column = rows @ places / weight, columns @ places / weight
    variance = rows @ places**2 / weight - mean_row**2
    covariance = np.einsum("nrc,r,c->n", ink, places, places) / weight - mean_row * mean_column
    # Rows count downwards, so a digit that leans right has a negative covariance.
    slant = np.degrees(np.arctan2(-covariance, np.maximum(variance, 1e-9)))

    dark = images > _INK
    height, width = _extent(np.any(dark, axis=2)), _extent(np.any(dark, axis=1))
    return stroke_width(ink), slant, (height * width).astype(np.float64)


def _extent(used: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the distance from the first to the last used place in each row, 0 if there is none."""
    first = used.argmax(axis=1)
    last = used.shape[1] - used[:, ::-1].argmax(axis=1)
    return np.where(used.any(axis=1), last - first, 0)


@dataclass(frozen=True)
class Quintile:
    """A fifth of the images of each digit, by one measure.

    Attributes
    ----------
    mean : float
        Average of the measure in it.
    images, errors : int
    """

    mean: float
    images: int
    errors: int


def by_quintile(values: Floats, labels: Labels, wrong: npt.NDArray[np.bool_]) -> tuple[Quintile, ...]:
    """Return the numbers of errors from the lowest quintile of each digit to the highest.

    Each digit is split by itself. Otherwise the smallest fifth would be full of Ones, which
    are easy, and small writing would seem to be easy (Simpson's paradox, 1951).

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One measure of `Morphology`.
    labels : ndarray of uint8, shape (n,)
        The true digits.
    wrong : ndarray of bool, shape (n,)
        Whether each prediction is an error.
    """
    quintiles: list[list[npt.NDArray[np.intp]]] = [[] for _ in range(QUINTILES)]
    for digit in range(CLASSES):
        own = np.flatnonzero(labels == digit)
        ordered = own[values[own].argsort(kind="stable")]
        for quintile, part in zip(quintiles, np.array_split(ordered, QUINTILES), strict=True):
            quintile.append(part)
    parts = [np.concatenate(quintile) for quintile in quintiles]
    return tuple(Quintile(float(values[part].mean()), len(part), int(wrong[part].sum())) for part in parts)


def deviation_from_class_mean(values: Floats, labels: Labels) -> Floats:
    """Return by how much each image differs from the average image of its digit, in one measure."""
    means = np.array([values[labels == digit].mean() for digit in range(CLASSES)])
    deviation: Floats = values - means[labels]
    return deviation
