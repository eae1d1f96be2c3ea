"""The width of a pen: a drawing's strokes brought to widths that MNIST has.

A small digit drawn with a thick pen is a blob once it is enlarged, and a large one drawn
with a thin pen a hair. Neither looks like anything a network has learned from.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.data import MAX_PIXEL

# Width of the stroke as a share of the digit's longer side, which MNIST has as 20 pixels.
# Of its training images one in ten is thinner than 1.75 pixels and one in ten thicker than
# 3.25; the average is 2.45 (`core.strokes.measure`).
THINNEST, THICKEST = 1.75 / 20, 3.25 / 20
# The middle of a stroke stays this share of the wanted width, however much is taken away.
_MIDDLE = 0.6

Floats = npt.NDArray[np.float32]


def width(ink: Floats) -> float:
    """Average width of the strokes, in pixels.

    Twice the ink divided by the length of its outline, as in `core.strokes.measure`.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        Amount of ink from 0; not blank.
    """
    ink = np.pad(ink / ink.max(), 1)
    outline = np.hypot(np.diff(ink, axis=0)[:, :-1], np.diff(ink, axis=1)[:-1]).sum(dtype=np.float64)
    return float(2 * ink.sum(dtype=np.float64) / outline)


def has_width_of_mnist(ink: Floats) -> bool:
    """Whether the strokes are as wide as most in MNIST, for a digit of that size.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        Amount of ink from 0, cropped to the ink; not blank.
    """
    return bool(THINNEST <= width(ink) / max(ink.shape) <= THICKEST)


def with_width_of_mnist(ink: Floats) -> Floats:
    """Thin strokes that are too thick for their digit, thicken those that are too thin.

    The outline moves in or out everywhere by the same distance. The ridge of the distance
    from the outline, which is the middle of every stroke, stays: no stroke comes apart.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        As for `has_width_of_mnist`. The longer side should be about 100 pixels, or the
        outline is coarse.

    Returns
    -------
    ndarray of float32
        With soft edges, 0 to 255, and a margin around it.
    """
    before, side = width(ink), max(ink.shape)
    share = float(np.clip(before / side, THINNEST, THICKEST))
    # Taking d from each edge makes (before - 2d) / (side - 2d) the wanted share.
    inwards = (before - share * side) / (2 - 2 * share)
    ink = np.pad(ink, int(np.ceil(max(0, -inwards))) + 1)
    inside = ink > ink.max() / 2
    depth = ndimage.distance_transform_edt(inside)
    signed = np.where(inside, depth - 0.5, 0.5 - ndimage.distance_transform_edt(~inside))
    changed = signed - inwards
    if inwards > 0:
        ridge = inside & (depth >= ndimage.maximum_filter(depth, 3))
        middle = _MIDDLE * share * side / 2
        changed = np.maximum(changed, np.minimum(middle - ndimage.distance_transform_edt(~ridge), signed))
    moved: Floats = (np.clip(changed + 0.5, 0, 1) * MAX_PIXEL).astype(np.float32)
    return moved
