"""A drawing brought to MNIST's own form.

The makers of MNIST fitted each digit into 20×20 pixels keeping its shape, with
grey edges from anti-aliasing, and moved it so that its centre of mass is the
middle of a 28×28 frame (LeCun, Cortes and Burges, "The MNIST database"). A stroke that is
too thick or too thin for its digit is brought to a width that MNIST has.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data import IMAGE_SIZE, MAX_PIXEL
from core.stroke_width import has_width_of_mnist, with_width_of_mnist

DIGIT_SIZE = 20
# Where the centre of mass of an MNIST digit is, in pixels from the edge: the middle of the
# pixel with index 14. Measured: 13.998 ± 0.29 and 14.006 ± 0.29 over 20,000 training images.
CENTRE = 14.5
# Pixels of the longer side of a digit whose strokes are made thinner or thicker.
_PEN_SIZE = 5 * DIGIT_SIZE
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


def to_mnist(image: npt.ArrayLike) -> npt.NDArray[np.uint8] | None:
    """Bring a drawing to the size, place, pen and greys of an MNIST digit.

    Parameters
    ----------
    image : array_like, shape (height, width), (height, width, 3) or (height, width, 4)
        Grey, RGB or RGBA, light ink on a dark or transparent ground. Values 0 to 255, or
        0 to 1 if they are booleans or floats of at most 1. Dark ink on light paper is not
        recognised: turn it round first.

    Returns
    -------
    ndarray of uint8, shape (28, 28), or None
        None if there is no ink.

    Raises
    ------
    ValueError
        If the array does not have one of these shapes, or holds NaN or infinity.
    """
    ink = _ink(image)
    box = _ink_box(ink)
    if box is None:
        return None
    ink = ink[box.top : box.bottom, box.left : box.right]
    if not has_width_of_mnist(ink):
        # At one size, so that a drawing comes out the same however large it was.
        scale = _PEN_SIZE / box.size
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        ink = with_width_of_mnist(
            np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.HAMMING))
        )
        box = _ink_box(ink) or InkBox(0, 0, ink.shape[1], ink.shape[0])
        ink = ink[box.top : box.bottom, box.left : box.right]

    # One resampling does all three: the digit's longer side becomes 20 pixels, its
    # centre of mass goes where MNIST has it, and the frame around it is 28×28.
    frame = IMAGE_SIZE * box.size / DIGIT_SIZE
    top = _centre_of_mass(ink.sum(axis=1)) - frame * CENTRE / IMAGE_SIZE
    left = _centre_of_mass(ink.sum(axis=0)) - frame * CENTRE / IMAGE_SIZE
    margins = [
        (max(0, math.ceil(-start)), max(0, math.ceil(start + frame - size)))
        for start, size in zip((top, left), ink.shape, strict=True)
    ]
    top, left = top + margins[0][0], left + margins[1][0]
    small = Image.fromarray(np.pad(ink, margins)).resize(
        (IMAGE_SIZE, IMAGE_SIZE),
        Image.Resampling.BOX if frame > IMAGE_SIZE else Image.Resampling.BILINEAR,
        box=(left, top, left + frame, top + frame),
    )
    # The strokes of MNIST are full ink in the middle; a thin pen's are only grey by now.
    pixels = np.asarray(small) * (MAX_PIXEL / np.asarray(small).max())
    digit: npt.NDArray[np.uint8] = np.clip(pixels.round(), 0, MAX_PIXEL).astype(np.uint8)
    return digit


def _centre_of_mass(profile: npt.NDArray[np.float32]) -> float:
    """Centre of the sums of ink along one side, in pixels from the edge."""
    places = np.arange(len(profile)) + 0.5
    return float((places * profile).sum() / profile.sum(dtype=np.float64))


def ink_box(image: npt.ArrayLike) -> InkBox | None:
    """Find the smallest box around all ink of a drawing, or None if it is blank.

    Takes the same arrays as `to_mnist`.
    """
    return _ink_box(_ink(image))


def _ink(image: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Amount of ink, 0 to 255, shape (height, width)."""
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise ValueError("A drawing must be a grey, RGB or RGBA picture.")
    if not np.issubdtype(pixels.dtype, np.integer):
        pixels = pixels.astype(np.float32)
        if not np.isfinite(pixels).all():
            raise ValueError("A drawing must not hold values that are infinite or not a number.")
        if pixels.size and pixels.max() <= 1:
            pixels = pixels * MAX_PIXEL
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    grey: npt.NDArray[np.float32] = pixels[..., :3].astype(np.float32) @ _LUMA
    if pixels.shape[2] == 4:
        grey *= pixels[..., 3].astype(np.float32) / MAX_PIXEL
    return grey


def _ink_box(ink: npt.NDArray[np.float32]) -> InkBox | None:
    if ink.size == 0 or ink.max() < _BLANK:
        return None
    dark = ink > ink.max() * _FAINT
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return InkBox(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
