"""Whether the network says the same of a number that is seen a little differently.

A network may be as sure of a digit that it misreads as of any other. But few of these stay what they
are when they are turned, slanted, or made wider or narrower by as little as hands differ: see Bahat and
Shakhnarovich, "Confidence from Invariance to Image Transformations" (2018).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.data import Images
from core.drawing.number import NumberReading
from core.evaluation import Model, predict
from core.ink import CENTER

# How a digit is seen: turned by degrees, slanted (a column for each row), and made wider.
_VIEWS = (
    (0.0, 0.0, 1.0),
    (-10.0, 0.0, 1.0),
    (10.0, 0.0, 1.0),
    (0.0, -0.25, 1.0),
    (0.0, 0.25, 1.0),
    (0.0, 0.0, 0.8),
    (0.0, 0.0, 1.2),
)
# A number is uncertain if the views together give it less than this probability.
_CERTAIN = 0.9


def with_doubts(model: Model, numbers: Sequence[NumberReading]) -> tuple[NumberReading, ...]:
    """Return numbers, of which those are uncertain that the network reads otherwise in other views.

    Parameters
    ----------
    model : keras.Model
        That read them.
    numbers : sequence of NumberReading

    Raises
    ------
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    if not numbers:
        return ()
    digits = [digit for number in numbers for digit in number.digits]
    shares = agreement(
        model, np.stack([digit.image for digit in digits]), np.array([digit.digit for digit in digits])
    )
    ends = np.cumsum([len(number.digits) for number in numbers])[:-1]
    probable = [float(part.prod()) >= _CERTAIN for part in np.split(shares, ends)]
    return tuple(
        replace(number, certain=number.certain and one) for number, one in zip(numbers, probable, strict=True)
    )


def agreement(model: Model, images: Images, digits: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return the mean probability that the network gives to a digit over all views of it.

    Parameters
    ----------
    model : keras.Model
    images : ndarray of uint8, shape (n, 28, 28)
    digits : ndarray of int, shape (n,)
        What each was read as.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to 1.
    """
    views = np.concatenate([_seen(images, *view) for view in _VIEWS])
    probabilities = predict(model, views).reshape(len(_VIEWS), len(images), -1)
    mean: npt.NDArray[np.float64] = probabilities[:, np.arange(len(images)), digits].mean(
        axis=0, dtype=np.float64
    )
    return mean


def _seen(images: Images, degrees: float, slant: float, width: float) -> Images:
    """Return digits turned clockwise, slanted and widened around their center of mass."""
    angle = np.radians(degrees)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.eye(3)
    matrix[1:, 1:] = turned @ np.array([[1, 0], [slant, 1 / width]])
    middle = np.array([0, CENTER - 0.5, CENTER - 0.5])
    seen: Images = ndimage.affine_transform(images, matrix, middle - matrix @ middle, order=1)
    return seen
