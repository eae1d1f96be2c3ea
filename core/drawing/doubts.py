"""Which numbers of a page are uncertain, however sure the network is of their digits.

Few digits that it misreads stay what they are when they are turned, slanted, or made wider or narrower by
as little as hands differ: see Bahat and Shakhnarovich, "Confidence from Invariance to Image
Transformations" (2018). And a page is written with one pen: what is thinner is the rest of a printed line.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.data import MAX_PIXEL, Images
from core.drawing.number import NumberReading
from core.evaluation import Model, predict
from core.ink import CENTER, InkBox, stroke_width

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
# So many digits tell the pen. A stroke is at least this share of its width; of the digits on rendered
# worksheets all but printed lines have 0.8 and more.
_FEWEST, _THIN = 3, 0.75


def with_doubts(
    model: Model, ink: npt.NDArray[np.uint8], numbers: Sequence[NumberReading]
) -> tuple[NumberReading, ...]:
    """Return numbers, uncertain if they read otherwise in other views, or if part of one is too thin.

    Parameters
    ----------
    model : keras.Model
        That read them.
    ink : ndarray of uint8, shape (height, width)
        Of the page.
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
    shares[_thin(ink, [digit.box for digit in digits])] = 0
    ends = np.cumsum([len(number.digits) for number in numbers])[:-1]
    probable = [float(part.prod()) >= _CERTAIN for part in np.split(shares, ends)]
    return tuple(
        replace(number, certain=number.certain and one) for number, one in zip(numbers, probable, strict=True)
    )


def _thin(ink: npt.NDArray[np.uint8], boxes: Sequence[InkBox]) -> npt.NDArray[np.bool_]:
    """Return which digits are written with a thinner stroke than most."""
    parts = (ink[box.top : box.bottom, box.left : box.right] for box in boxes)
    widths = np.array([float(stroke_width(part / np.float32(MAX_PIXEL))) for part in parts])
    thin: npt.NDArray[np.bool_] = widths < _THIN * np.median(widths)
    return thin & (len(boxes) >= _FEWEST)


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
