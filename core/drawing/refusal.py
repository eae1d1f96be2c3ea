"""Why a picture is no digit: some scribbles have more ink, or longer lines, than letters and symbols."""

import numpy as np
import numpy.typing as npt

from core.data import MAX_PIXEL, Images
from core.ink import stroke_width

# In pixels of the 28×28 picture: the length of all strokes together, and the ink of as many full pixels.
# Faces and flowers, which are symbols, have up to 82; of 604 pen letters and symbols two have as much ink.
LONG, MUCH = 85.0, 211.0


def line_length(images: Images) -> npt.NDArray[np.float64]:
    """Return how long the strokes of each picture are together, in pixels, shape (n,).

    A stroke of a width and a length has as much ink as their product.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    """
    ink = images / np.float32(MAX_PIXEL)
    length: npt.NDArray[np.float64] = ink.sum(axis=(1, 2)) / np.maximum(stroke_width(ink), 1e-9)
    return length


def is_scribble(image: Images) -> bool:
    """Return whether one picture, shape (28, 28), that is no digit is a scribble for certain."""
    much = float(image.sum(dtype=np.float64)) / MAX_PIXEL > MUCH
    return much or bool(line_length(image[np.newaxis])[0] > LONG)
