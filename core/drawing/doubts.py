"""Which numbers of a page are uncertain, however sure the network is of their digits.

Few digits that it misreads stay what they are in other views (`core.drawing.views`). And a page is written
with one pen: what is thinner is the rest of a printed line.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.data import MAX_PIXEL
from core.drawing.number import NumberReading
from core.ink import InkBox, stroke_width

# A number is uncertain if the views together give it less than this probability.
_CERTAIN = 0.9
# So many digits tell the pen. A stroke is at least this share of its width; of the digits on rendered
# worksheets all but printed lines have 0.8 and more.
_FEWEST, _THIN = 3, 0.75


def with_doubts(ink: npt.NDArray[np.uint8], numbers: Sequence[NumberReading]) -> tuple[NumberReading, ...]:
    """Return numbers, uncertain if they read otherwise in other views, or if part of one is too thin.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        Of the page.
    numbers : sequence of NumberReading
    """
    if not numbers:
        return ()
    digits = [digit for number in numbers for digit in number.digits]
    shares = np.array([digit.probability_in_views for digit in digits])
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
