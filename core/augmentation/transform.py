"""One chosen affine transform of a digit, in NumPy: what Train's augmentation draws at random."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from core.augmentation.ranges import ROTATION, SHIFT, ZOOM
from core.data import IMAGE_SIZE, MAX_PIXEL, Images


@dataclass(frozen=True)
class Affine:
    """A shift, a rotation and a zoom, in the order in which training applies them.

    Attributes
    ----------
    right, down : float
        Shift as a share of the picture.
    rotation : float
        Clockwise, as a share of a full turn.
    width, height : float
        Zoom as a share of the picture: at 0.2 the inner 80% fill it, at -0.2 there is a margin.
    """

    right: float = 0.0
    down: float = 0.0
    rotation: float = 0.0
    width: float = 0.0
    height: float = 0.0


def random_affine(rng: np.random.Generator) -> Affine:
    """Return a transform as training draws one for each image, each time it is shown."""
    right, down = rng.uniform(-SHIFT, SHIFT, 2)
    width, height = rng.uniform(-ZOOM, ZOOM, 2)
    return Affine(right, down, rng.uniform(-ROTATION, ROTATION), width, height)


def transform(image: Images, affine: Affine) -> Images:
    """Return a digit moved, between pixels by bilinear interpolation, with 0 where it came from outside.

    Parameters
    ----------
    image : ndarray of uint8, shape (28, 28)
    affine : Affine

    Returns
    -------
    ndarray of uint8, shape (28, 28)

    Examples
    --------
    >>> image = np.zeros((28, 28), np.uint8)
    >>> image[14, 10] = 255
    >>> np.argwhere(transform(image, Affine(right=1 / 28))).tolist()
    [[14, 11]]
    """
    angle = 2 * math.pi * affine.rotation
    cos, sin = math.cos(angle), math.sin(angle)
    # From a point (row, column) of the new picture, around its middle, to one of the original.
    back = np.array([[cos, -sin], [sin, cos]]) @ np.diag([1 - affine.height, 1 - affine.width])
    middle = np.full(2, (IMAGE_SIZE - 1) / 2)
    shift = IMAGE_SIZE * np.array([affine.down, affine.right])
    moved = ndimage.affine_transform(image.astype(np.float32), back, middle - back @ middle - shift, order=1)
    pixels: Images = np.clip(np.round(moved), 0, MAX_PIXEL).astype(np.uint8)
    return pixels
