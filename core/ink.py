"""A drawing brought to MNIST's own form.

The makers of MNIST fitted each digit into 20×20 pixels keeping its shape, with
grey edges from anti-aliasing, and moved it so that its centre of mass is the
middle of a 28×28 frame (LeCun, Cortes and Burges, "The MNIST database").
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data import IMAGE_SIZE, MAX_PIXEL

DIGIT_SIZE = 20
# Where the centre of mass of an MNIST digit is, in pixels from the edge: the middle of the
# pixel with index 14. Measured: 13.998 ± 0.29 and 14.006 ± 0.29 over 20,000 training images.
CENTRE = 14.5
# Luma of red, green and blue (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# Fainter than this share of the darkest ink is paper: anti-aliasing, JPEG noise.
_FAINT = 0.1
# A drawing without a pixel brighter than this is blank.
_BLANK = 16


@dataclass(frozen=True)
class InkBox:
    """Where the ink is, in pixels of the drawing; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> int:
        """The longer side, in pixels."""
        return max(self.right - self.left, self.bottom - self.top)


def to_mnist(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8] | None:
    """Bring a drawing to the size, place and greys of an MNIST digit.

    Parameters
    ----------
    image : ndarray, shape (height, width), (height, width, 3) or (height, width, 4)
        Grey, RGB or RGBA, light ink on a dark or transparent ground, values 0 to 255.

    Returns
    -------
    ndarray of uint8, shape (28, 28), or None
        None if there is no ink.

    Raises
    ------
    ValueError
        If the array does not have one of these shapes.
    """
    ink = _ink(image)
    box = _ink_box(ink)
    if box is None:
        return None
    ink = ink[box.top : box.bottom, box.left : box.right]

    # One resampling does all three: the digit's longer side becomes 20 pixels, its
    # centre of mass the middle, and the frame around it 28×28.
    frame = IMAGE_SIZE * box.size / DIGIT_SIZE
    margin = int(np.ceil(frame))
    padded = np.pad(ink, margin)
    rows, columns = np.indices(ink.shape) + 0.5
    total = ink.sum()
    before = frame * CENTRE / IMAGE_SIZE
    top = margin + float((rows * ink).sum() / total) - before
    left = margin + float((columns * ink).sum() / total) - before
    small = Image.fromarray(padded).resize(
        (IMAGE_SIZE, IMAGE_SIZE),
        Image.Resampling.BOX if frame > IMAGE_SIZE else Image.Resampling.BILINEAR,
        box=(left, top, left + frame, top + frame),
    )
    pixels = np.asarray(small) * (MAX_PIXEL / ink.max())
    digit: npt.NDArray[np.uint8] = np.clip(pixels.round(), 0, MAX_PIXEL).astype(np.uint8)
    return digit


def ink_box(image: npt.NDArray[Any]) -> InkBox | None:
    """Find the smallest box around all ink of a drawing, or None if it is blank.

    Takes the same arrays as `to_mnist`.
    """
    return _ink_box(_ink(image))


def _ink(image: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Amount of ink, 0 to 255, shape (height, width)."""
    if image.ndim == 2:
        return image.astype(np.float32)
    if image.ndim == 3 and image.shape[2] in (3, 4):
        grey: npt.NDArray[np.float32] = image[..., :3].astype(np.float32) @ _LUMA
        if image.shape[2] == 4:
            grey *= image[..., 3].astype(np.float32) / MAX_PIXEL
        return grey
    raise ValueError("A drawing must be a grey, RGB or RGBA picture.")


def _ink_box(ink: npt.NDArray[np.float32]) -> InkBox | None:
    if ink.size == 0 or ink.max() < _BLANK:
        return None
    dark = ink > ink.max() * _FAINT
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return InkBox(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
