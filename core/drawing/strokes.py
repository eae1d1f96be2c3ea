"""A drawing as the path of a pen, and how it comes to MNIST's own form.

A picture of a small digit drawn with a thick pen is a blob, and nothing brings back what
the ink has covered. The path of the pen still has it all: it is drawn again, at the size
and with the pen of MNIST.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from core.data import MAX_PIXEL
from core.ink import DIGIT_SIZE, to_mnist

# Far beyond any handwriting, and little enough to be drawn again at once.
MAX_STROKES = 1_000
MAX_POINTS = 5_000
# How far from the corner of the canvas a point may be, in pixels.
MAX_PLACE = 10_000
# The widest pen, in pixels of a canvas.
MAX_PEN = 100
# Width of the pen in pixels of the 28×28 picture. Drawn with it, pen digits are on average as
# thick as the training digits of MNIST (2.45 by `core.analysis.morphology.measure`) and have their greys.
MNIST_PEN = 2.4
# A mark no longer than this many widths of its pen is a dot.
_DOT = 0.3
# What a hand or a mouse trembles by is finer than this share of a digit, and no part of it: pen
# digits with steadied strokes are read a little better by networks that only know MNIST.
_TREMOR = 0.02
_UNREADABLE = "This drawing cannot be read. Press Clear and draw it again."
# Places at which the pen is put down for one picture; a digit has some 400.
_MAX_PLACES = 800
# Pixels of the large picture for one of the small one: enough for 64 greys at an edge.
_FINENESS = 8
# The same for the edges of a picture of the canvas.
_EDGE = 3

Stroke = npt.NDArray[np.float64]


class PenError(ValueError):
    """A path that cannot be drawn. The message says what to do."""


def read_strokes(objects: Sequence[Mapping[str, Any]]) -> tuple[Stroke, ...]:
    """Find the path of the pen in what a drawing canvas keeps.

    Parameters
    ----------
    objects : sequence of mapping
        Paths of Fabric.js, the library of the canvas: each has the entry ``path``, a list
        of commands such as ``["M", x, y]``, ``["L", x, y]`` and ``["Q", x1, y1, x, y]``.

    Returns
    -------
    tuple of ndarray of float64, shape (n, 2)
        The points of each stroke, x and y, in pixels of the canvas, y downwards.

    Raises
    ------
    PenError
        If it is not such a list, is too long, or holds what is not a number.
    """
    if len(objects) > MAX_STROKES:
        raise PenError(f"This drawing has more than {MAX_STROKES:,} strokes. Press Clear and draw one digit.")
    try:
        strokes = [list(_points(item["path"])) for item in objects]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise PenError(_UNREADABLE) from error
    return as_strokes(strokes)


def read_pen(objects: Sequence[Mapping[str, Any]]) -> float:
    """Find the width of the widest pen in what a drawing canvas keeps, in its pixels; 1 if there is none.

    Takes what `read_strokes` takes, and raises what it raises.
    """
    try:
        width = max((float(item["strokeWidth"]) for item in objects), default=1.0)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise PenError(_UNREADABLE) from error
    if not 0 < width <= MAX_PEN:
        raise PenError(_UNREADABLE)
    return width


def _points(commands: Sequence[Sequence[Any]]) -> Iterator[tuple[float, float]]:
    x, y = 0.0, 0.0
    for command, *values in commands:
        if command == "Q":
            # The middle of a quadratic curve; its parts are shorter than the pen is wide.
            control_x, control_y = values[:2]
            yield (x + 2 * control_x + values[2]) / 4, (y + 2 * control_y + values[3]) / 4
        x, y = values[-2:]
        yield x, y


def as_strokes(strokes: Sequence[npt.ArrayLike]) -> tuple[Stroke, ...]:
    """Take strokes from any source and see to it that they can be drawn.

    Parameters
    ----------
    strokes : sequence of array_like, each of shape (n, 2)
        x and y of the points, y downwards, in any unit, at most `MAX_PLACE`. Empty strokes are
        left out.

    Raises
    ------
    PenError
        If they are too many, or not such points, or infinite or not a number.
    """
    try:
        paths = tuple(np.array(stroke, dtype=np.float64).reshape(-1, 2) for stroke in strokes)
    except (ValueError, TypeError, OverflowError) as error:
        raise PenError(_UNREADABLE) from error
    if len(paths) > MAX_STROKES or sum(len(path) for path in paths) > MAX_POINTS:
        raise PenError("This drawing is too long to be a digit. Press Clear and draw one digit.")
    # Written so that NaN, which compares false with everything, is refused too.
    if not all((np.abs(path) <= MAX_PLACE).all() for path in paths):
        raise PenError("This drawing holds places that are not on the field. Press Clear and draw it again.")
    return tuple(path for path in paths if len(path))


def extent(strokes: Sequence[Stroke]) -> float:
    """The longer side of the box around all points, 0 if there are none."""
    if not strokes:
        return 0.0
    return float(np.ptp(np.concatenate(strokes), axis=0).max())


def is_dot(strokes: Sequence[Stroke], pen: float) -> bool:
    """Whether strokes are only a touch with a pen of this width, in their own unit."""
    return extent(strokes) <= _DOT * pen


def draw(strokes: Sequence[Stroke], pen: float, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Draw strokes with a round pen, as a canvas shows them.

    Parameters
    ----------
    strokes : sequence of ndarray, each of shape (n, 2)
        In pixels from the upper left corner.
    pen : float
        Width in pixels.
    width, height : int
        Of the picture, in pixels.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        White ink on black, with grey edges.
    """
    large = [stroke * _EDGE for stroke in strokes]
    picture = _ink(large, pen * _EDGE, width * _EDGE, height * _EDGE)
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX))


def _ink(strokes: Sequence[Stroke], pen: float, width: int, height: int) -> Image.Image:
    """White ink on black, without greys."""
    picture = Image.new("L", (width, height))
    brush = ImageDraw.Draw(picture)
    radius = pen / 2
    for stroke in strokes:
        # Pillow puts whole numbers in the middle of a pixel; here they are the edge before it.
        points = [(x - 0.5, y - 0.5) for x, y in stroke.tolist()]
        brush.line(points, fill=MAX_PIXEL, width=max(1, round(pen)))
        for x, y in points:
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=MAX_PIXEL)
    return picture


def _steady(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Take the tremor out of the strokes of a drawing, all together at most `_MAX_PLACES` long."""
    step = _TREMOR * extent(strokes) / 2
    lengths = [np.hypot(*np.diff(stroke, axis=0).T) for stroke in strokes]
    step = max(step, sum(float(length.sum()) for length in lengths) / _MAX_PLACES)
    steady: list[Stroke] = []
    for stroke, length in zip(strokes, lengths, strict=True):
        along = np.concatenate([[0.0], length.cumsum()])
        if along[-1] <= 2 * step:
            steady.append(stroke[[0, -1]])
            continue
        places = np.linspace(0, along[-1], 1 + math.ceil(along[-1] / step))
        even = np.stack([np.interp(places, along, side) for side in stroke.T], axis=1)
        steady.append(ndimage.gaussian_filter1d(even, 2, axis=0, mode="nearest"))
    return steady


def strokes_to_mnist(strokes: Sequence[Stroke]) -> npt.NDArray[np.uint8] | None:
    """Draw strokes again at the size, place and pen width of an MNIST digit, with a steady hand.

    Parameters
    ----------
    strokes : sequence of ndarray, each of shape (n, 2)
        In any unit, y downwards.

    Returns
    -------
    ndarray of uint8, shape (28, 28), or None
        None if there are no strokes.
    """
    if not strokes:
        return None
    strokes = _steady(strokes)
    corner = np.concatenate(strokes).min(axis=0)
    scale = _FINENESS * (DIGIT_SIZE - MNIST_PEN) / max(extent(strokes), 1e-9)
    margin = math.ceil(_FINENESS * MNIST_PEN / 2) + 1
    side = math.ceil(_FINENESS * DIGIT_SIZE) + 2
    large = [(stroke - corner) * scale + margin for stroke in strokes]
    return to_mnist(np.asarray(_ink(large, _FINENESS * MNIST_PEN, side, side)))
