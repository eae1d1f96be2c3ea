"""A drawing brought to MNIST's own form.

The makers of MNIST fitted each digit into 20×20 pixels keeping its shape, with
gray edges from anti-aliasing, and moved it so that its center of mass is the
middle of a 28×28 frame (LeCun, Cortes and Burges, "The MNIST database"). A stroke that is
too thick or too thin for its digit is brought to a width that MNIST has.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from core.data import IMAGE_SIZE, MAX_PIXEL

Floats = npt.NDArray[np.float32]

DIGIT_SIZE = 20
# Where the center of mass of an MNIST digit is, in pixels from the edge: the middle of the
# pixel with index 14. Measured: 13.998 ± 0.29 and 14.006 ± 0.29 over 20,000 training images.
CENTER = 14.5
# Pixels of the longer side of a digit while its strokes are made thinner or thicker.
_WORKING_SIZE = 5 * DIGIT_SIZE
# Luma of red, green and blue (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# Fainter than this share of the darkest ink is paper: anti-aliasing, JPEG noise.
_FAINT = 0.1
# A drawing without a pixel brighter than this is blank.
_BLANK = 16
# Stroke width as a share of the digit's longer side, which MNIST has as 20 pixels.
# Of its training images one in ten is thinner than 1.75 pixels and one in ten thicker than
# 3.25; the average is 2.45 (`core.analysis.morphology.measure`).
MIN_STROKE_WIDTH, MAX_STROKE_WIDTH = 1.75 / 20, 3.25 / 20
# At least this share of the wanted width stays around the middle of a stroke, however much goes.
_MIDDLE = 0.6


@dataclass(frozen=True)
class InkBox:
    """The bounding box of the ink, in pixels of the drawing; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> int:
        """The longer side, in pixels."""
        return max(self.right - self.left, self.bottom - self.top)


def to_mnist(image: npt.ArrayLike) -> npt.NDArray[np.uint8] | None:
    """Return a drawing as an MNIST-like image: its size, place, stroke width and gray levels.

    Parameters
    ----------
    image : array_like, shape (height, width), (height, width, 3) or (height, width, 4)
        Gray, RGB or RGBA, light ink on a dark or transparent ground. Values 0 to 255, or
        0 to 1 if they are booleans or floats of at most 1. Dark ink on light paper is not
        recognized: invert it first.

    Returns
    -------
    ndarray of uint8, shape (28, 28), or None
        None if there is no ink.

    Raises
    ------
    ValueError
        If the array does not have one of these shapes, or holds NaN or infinity.

    Examples
    --------
    A one, drawn in a corner of a large canvas, comes to the middle of 28×28 pixels:

    >>> import numpy as np
    >>> from core.ink import to_mnist
    >>> canvas = np.zeros((280, 280), dtype=np.uint8)
    >>> canvas[10:110, 20:32] = 255
    >>> image = to_mnist(canvas)
    >>> image.shape, image.dtype
    ((28, 28), dtype('uint8'))
    >>> rows, columns = np.nonzero(image > 127)
    >>> int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())
    (4, 23, 13, 15)

    Nothing drawn is no image:

    >>> to_mnist(np.zeros((280, 280), dtype=np.uint8)) is None
    True
    """
    ink = _ink(image)
    box = _ink_box(ink)
    if box is None:
        return None
    ink = ink[box.top : box.bottom, box.left : box.right]
    if not has_mnist_stroke_width(ink):
        # At one size, so that a drawing comes out the same however large it was.
        scale = _WORKING_SIZE / box.size
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        ink = normalize_stroke_width(
            np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.HAMMING))
        )
        box = _ink_box(ink) or InkBox(0, 0, ink.shape[1], ink.shape[0])
        ink = ink[box.top : box.bottom, box.left : box.right]

    # One resampling does all three: the digit's longer side becomes 20 pixels, its
    # center of mass goes where MNIST has it, and the frame around it is 28×28.
    frame = IMAGE_SIZE * box.size / DIGIT_SIZE
    top = _center_of_mass(ink.sum(axis=1)) - frame * CENTER / IMAGE_SIZE
    left = _center_of_mass(ink.sum(axis=0)) - frame * CENTER / IMAGE_SIZE
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
    # The strokes of MNIST are full ink in the middle; a thin pen's are only gray by now.
    pixels = np.asarray(small) * (MAX_PIXEL / np.asarray(small).max())
    digit: npt.NDArray[np.uint8] = np.clip(pixels.round(), 0, MAX_PIXEL).astype(np.uint8)
    return digit


def _center_of_mass(profile: npt.NDArray[np.float32]) -> float:
    """Return the center of mass of the sums of ink along one side, in pixels from the edge."""
    places = np.arange(len(profile)) + 0.5
    return float((places * profile).sum() / profile.sum(dtype=np.float64))


def ink_box(image: npt.ArrayLike) -> InkBox | None:
    """Return the smallest box around all ink of a drawing, or None if it is blank.

    Takes the same arrays as `to_mnist`.
    """
    return _ink_box(_ink(image))


def _ink(image: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return the amount of ink, 0 to 255, shape (height, width)."""
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise ValueError("A drawing must be a gray, RGB or RGBA picture.")
    if not np.issubdtype(pixels.dtype, np.integer):
        pixels = pixels.astype(np.float32)
        if not np.isfinite(pixels).all():
            raise ValueError("A drawing must not hold values that are infinite or not a number.")
        if pixels.size and pixels.max() <= 1:
            pixels = pixels * MAX_PIXEL
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    gray: npt.NDArray[np.float32] = pixels[..., :3].astype(np.float32) @ _LUMA
    if pixels.shape[2] == 4:
        gray *= pixels[..., 3].astype(np.float32) / MAX_PIXEL
    return gray


def _ink_box(ink: npt.NDArray[np.float32]) -> InkBox | None:
    if ink.size == 0 or ink.max() < _BLANK:
        return None
    dark = ink > ink.max() * _FAINT
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return InkBox(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def stroke_width(ink: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Return the average width of the strokes of one drawing or of many, in pixels.

    Twice the ink divided by the length of its outline: a stroke of width w and length l has the
    ink w·l and, if it is long, the outline 2·l. The outline is the sum of the slopes of the
    picture (its total variation), which for a shape with soft edges is the length of its edge.

    Parameters
    ----------
    ink : ndarray of float32, shape (…, height, width)
        Amount of ink, 0 to 1.

    Returns
    -------
    ndarray of float64, shape (…)
        0 where there is no ink.
    """
    ink = np.pad(ink, [*[(0, 0)] * (ink.ndim - 2), (1, 1), (1, 1)])
    down, across = np.diff(ink, axis=-2)[..., :-1], np.diff(ink, axis=-1)[..., :-1, :]
    outline = np.hypot(down, across).sum(axis=(-2, -1), dtype=np.float64)
    width: npt.NDArray[np.float64] = 2 * ink.sum(axis=(-2, -1), dtype=np.float64) / np.maximum(outline, 1e-9)
    return width


def has_mnist_stroke_width(ink: Floats) -> bool:
    """Return whether the strokes are as wide as most in MNIST, for a digit of that size.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        Amount of ink from 0, cropped to the ink; not blank.
    """
    return bool(MIN_STROKE_WIDTH <= stroke_width(ink / ink.max()) / max(ink.shape) <= MAX_STROKE_WIDTH)


def normalize_stroke_width(ink: Floats) -> Floats:
    """Return strokes thinned that are too thick for their digit, and thickened that are too thin.

    The outline moves in or out everywhere by the same distance. The ridge of the distance
    from the outline, which is the middle of every stroke, stays: no stroke comes apart.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        As for `has_mnist_stroke_width`. The longer side should be about 100 pixels, or the
        outline is coarse.

    Returns
    -------
    ndarray of float32
        With soft edges, 0 to 255, and a margin around it.
    """
    before, side = float(stroke_width(ink / ink.max())), max(ink.shape)
    share = float(np.clip(before / side, MIN_STROKE_WIDTH, MAX_STROKE_WIDTH))
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
