"""A single digit on a picture that was held askew: set upright if only then it looks like a digit.

Printed lines, the edge of a sheet, or a row of digits tell how a picture is turned. A digit alone does not,
but the detector of `core.drawing.detector` has hardly seen any that is turned by more than 20°. Turned by
more it is often cut, too: a 6 reads 10, and a 9 reads 01.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.drawing.detector import MAX_FALSE_REJECTION_RATE, load_detector
from core.drawing.number import DigitReading, NumberReading
from core.drawing.views import probability_in_views
from core.evaluation import Model, predict
from core.ink import to_mnist

# Degrees counterclockwise.
_TURNS = (-40, -30, -20, 20, 30, 40)
# A turned digit passes at this false rejection rate, and keeps this mean probability in other views. Of 500
# pen digits turned by 30 to 40° 25% are refused as they stand; 20.2% are set upright then, 20.0% rightly.
_STRICT, _PROBABLE = 0.1, 0.95
# That it reads as several digits speaks against one: 01 is much like a turned 9. These are for that.
_STRICTEST, _MORE_PROBABLE = MAX_FALSE_REJECTION_RATE, 0.99


def set_upright(model: Model, ink: npt.NDArray[np.uint8], number: NumberReading) -> NumberReading:
    """Return a number as the one digit that it reads when it is turned, if it is unclear as it stands.

    It is unclear if the detector rejects one of its digits, or if it has several and is uncertain. What is
    read then is uncertain: in one of the turns every tenth letter looks like a digit, too.

    Parameters
    ----------
    model : keras.Model
    ink : ndarray of uint8, shape (height, width)
        Of the page.
    number : NumberReading
        As `core.drawing.doubts.with_doubts` returns it. It is returned as it is if it is clear, or looks like
        a digit in no turn.

    Raises
    ------
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    DataError
        If the detector cannot be loaded.
    """
    detector, box = load_detector(), number.box
    several = len(number.digits) > 1
    rejected = detector.rejects(np.stack([digit.image for digit in number.digits])).any()
    if not rejected and (number.certain or not several):
        return number
    alone = Image.fromarray(ink[box.top : box.bottom, box.left : box.right])
    turned = (
        to_mnist(np.asarray(alone.rotate(degrees, Image.Resampling.BILINEAR, expand=True)))
        for degrees in _TURNS
    )
    images = np.stack([image for image in turned if image is not None])
    probabilities = predict(model, images)
    shares = probability_in_views(model, images, probabilities.argmax(axis=1))
    shares[detector.rejects(images, _STRICTEST if several else _STRICT)] = 0
    best = int(np.argmax(shares))
    if shares[best] < (_MORE_PROBABLE if several else _PROBABLE):
        return number
    upright = DigitReading(box, images[best], probabilities[best], float(shares[best]))
    return NumberReading((upright,), certain=False)
