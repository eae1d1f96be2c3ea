"""How a digit is written: how thick, how slanted, how large."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, Images, Labels

# Images measured at a time: the arrays of a step stay below 4 MB each.
_BLOCK = 1000
# A pixel with more ink than this belongs to the box around a digit.
_INK = 25
FIFTHS = 5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strokes:
    """Measures of digits, each of shape (n,).

    Attributes
    ----------
    thickness : ndarray of float
        Average width of the stroke, in pixels.
    slant : ndarray of float
        Degrees from upright; above 0 leans to the right, as most handwriting does.
    size : ndarray of float
        Width times height of the box around the ink, in pixels. MNIST brought the longer
        side of every digit to 20, so a slim digit is a small one.
    """

    thickness: Floats
    slant: Floats
    size: Floats


def measure(images: Images) -> Strokes:
    """Measure how digits are written.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    Strokes
        Thickness is twice the ink divided by the length of its outline: a stroke of width w
        and length l has the ink w·l and, if it is long, the outline 2·l. The outline is the
        sum of the slopes of the picture (its total variation), which for a shape with
        soft edges is the length of its edge. Slant is the angle whose tangent is the
        covariance of the ink's place across and up divided by the variance up, the shear by
        which digits are commonly deslanted (LeCun et al. 1998, section III.A).
        An image without ink has nought in all three.
    """
    blocks = np.array_split(images, max(1, -(-len(images) // _BLOCK)))
    return Strokes(*(np.concatenate(part) for part in zip(*map(_measure, blocks), strict=True)))


def _measure(images: Images) -> tuple[Floats, Floats, Floats]:
    ink = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype(np.float32) / MAX_PIXEL
    amount = ink.sum(axis=(1, 2), dtype=np.float64)
    down = np.diff(ink, axis=1)[:, :, :-1]
    across = np.diff(ink, axis=2)[:, :-1, :]
    outline = np.hypot(down, across).sum(axis=(1, 2), dtype=np.float64)

    places = np.arange(IMAGE_SIZE + 2, dtype=np.float64)
    weight = np.maximum(amount, 1e-9)
    rows, columns = ink.sum(axis=2), ink.sum(axis=1)
    mean_row, mean_column = rows @ places / weight, columns @ places / weight
    variance = rows @ places**2 / weight - mean_row**2
    covariance = np.einsum("nrc,r,c->n", ink, places, places) / weight - mean_row * mean_column
    # Rows count downwards, so a digit that leans right has a negative covariance.
    slant = np.degrees(np.arctan2(-covariance, np.maximum(variance, 1e-9)))

    dark = images > _INK
    height, width = _extent(np.any(dark, axis=2)), _extent(np.any(dark, axis=1))
    return 2 * amount / np.maximum(outline, 1e-9), slant, (height * width).astype(np.float64)


def _extent(used: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Distance from the first to the last used place in each row, 0 if there is none."""
    first = used.argmax(axis=1)
    last = used.shape[1] - used[:, ::-1].argmax(axis=1)
    return np.where(used.any(axis=1), last - first, 0)


@dataclass(frozen=True)
class Fifth:
    """A fifth of the images of each digit, by one measure.

    Attributes
    ----------
    mean : float
        Average of the measure in it.
    images, mistakes : int
    """

    mean: float
    images: int
    mistakes: int


def by_fifths(values: Floats, labels: Labels, wrong: npt.NDArray[np.bool_]) -> tuple[Fifth, ...]:
    """Count mistakes from the lowest fifth of each digit to the highest.

    Each digit is parted by itself. Otherwise the smallest fifth would be full of Ones, which
    are easy, and small writing would seem to be easy (Simpson, 1951).

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        One measure of `Strokes`.
    labels : ndarray of uint8, shape (n,)
        The true digits.
    wrong : ndarray of bool, shape (n,)
    """
    fifths: list[list[npt.NDArray[np.intp]]] = [[] for _ in range(FIFTHS)]
    for digit in range(CLASSES):
        own = np.flatnonzero(labels == digit)
        ordered = own[values[own].argsort(kind="stable")]
        for fifth, part in zip(fifths, np.array_split(ordered, FIFTHS), strict=True):
            fifth.append(part)
    parts = [np.concatenate(fifth) for fifth in fifths]
    return tuple(Fifth(float(values[part].mean()), len(part), int(wrong[part].sum())) for part in parts)


def beside_its_digit(values: Floats, labels: Labels) -> Floats:
    """How much more of a measure each image has than the average image of its digit."""
    averages = np.array([values[labels == digit].mean() for digit in range(CLASSES)])
    beside: Floats = values - averages[labels]
    return beside
