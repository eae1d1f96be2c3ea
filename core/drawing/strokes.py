"""The strokes of a drawing, and how they come to MNIST's own form.

A picture of a small digit drawn with a thick pen is a blob, and nothing brings back what
the ink has covered. The strokes, as the path of the pen, still have it all: they are drawn
again, at the size and with the pen width of MNIST.
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

# Far beyond any handwriting, and few enough to be drawn again at once.
MAX_STROKES = 1_000
MAX_POINTS = 5_000
# How far from the corner of the canvas a point may be, in pixels.
MAX_COORDINATE = 10_000
# The widest pen, in pixels of a canvas.
MAX_PEN_WIDTH = 100
# In pixels of the 28×28 picture. Drawn with it, pen digits are on average as thick as the training
# digits of MNIST (2.45 by `core.analysis.morphology.measure`) and have their gray levels.
MNIST_PEN_WIDTH = 2.4
# A mark no longer than this many pen widths is a dot.
_DOT = 0.3
# The tremor of a hand or a mouse is finer than this share of a digit, and no part of it: networks
# that only know MNIST read pen digits with smoothed strokes a little better.
_TREMOR = 0.02
_UNREADABLE = "This drawing cannot be read. Press Clear and draw it again."
# Points at which the pen is put down for one picture; a digit has some 400.
_MAX_DRAWN_POINTS = 800
# Pixels of the large picture for one of the small one: enough for 64 gray levels at an edge.
_DETAIL = 8
# The same for a picture of the canvas.
_CANVAS_DETAIL = 3

Stroke = npt.NDArray[np.float64]


class StrokeError(ValueError):
    """Raised when strokes cannot be drawn. The message says what to do."""


def read_strokes(objects: Sequence[Mapping[str, Any]]) -> tuple[Stroke, ...]:
    """Return the strokes in what a drawing canvas stores.

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
    StrokeError
        If it is not such a list, is too long, or holds what is not a number.
    """
    if len(objects) > MAX_STROKES:
        raise StrokeError(
            f"This drawing has more than {MAX_STROKES:,} strokes. Press Clear and draw one digit."
        )
    try:
        strokes = [list(_points(item["path"])) for item in objects]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise StrokeError(_UNREADABLE) from error
    return as_strokes(strokes)


def read_pen_width(objects: Sequence[Mapping[str, Any]]) -> float:
    """Return the widest pen width in what a drawing canvas stores, in its pixels; 1 if there is none.

    Takes what `read_strokes` takes, and raises what it raises.
    """
    try:
        width = max((float(item["strokeWidth"]) for item in objects), default=1.0)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise StrokeError(_UNREADABLE) from error
    if not 0 < width <= MAX_PEN_WIDTH:
        raise StrokeError(_UNREADABLE)
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
    """Return strokes from any source as arrays that can be drawn.

    Parameters
    ----------
    strokes : sequence of array_like, each of shape (n, 2)
        x and y of the points, y downwards, in any unit, at most `MAX_COORDINATE`. Empty strokes are
        left out.

    Raises
    ------
    StrokeError
        If there are too many, or they are not such points, infinite, or not a number.
    """
    try:
        paths = tuple(np.array(stroke, dtype=np.float64).reshape(-1, 2) for stroke in strokes)
    except (ValueError, TypeError, OverflowError) as error:
        raise StrokeError(_UNREADABLE) from error
    if len(paths) > MAX_STROKES or sum(len(path) for path in paths) > MAX_POINTS:
        raise StrokeError("This drawing is too long to be a digit. Press Clear and draw one digit.")
    # Written so that NaN, which compares false with everything, is rejected too.
    if not all((np.abs(path) <= MAX_COORDINATE).all() for path in paths):
        raise StrokeError("Some points of this drawing are not on the canvas. Press Clear and draw it again.")
    return tuple(path for path in paths if len(path))


def extent(strokes: Sequence[Stroke]) -> float:
    """Return the longer side of the box around all points, 0 if there are none."""
    if not strokes:
        return 0.0
    return float(np.ptp(np.concatenate(strokes), axis=0).max())


def is_dot(strokes: Sequence[Stroke], pen_width: float) -> bool:
    """Return whether strokes are only a touch with a pen of this width, in their own unit."""
    return extent(strokes) <= _DOT * pen_width


def draw(strokes: Sequence[Stroke], pen_width: float, width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return the picture of strokes drawn with a round pen, as a canvas shows them.

    Parameters
    ----------
    strokes : sequence of ndarray, each of shape (n, 2)
        In pixels from the upper left corner.
    pen_width : float
        In pixels.
    width, height : int
        Of the picture, in pixels.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        White ink on black, with gray edges.
    """
    large = [stroke * _CANVAS_DETAIL for stroke in strokes]
    picture = _ink(large, pen_width * _CANVAS_DETAIL, width * _CANVAS_DETAIL, height * _CANVAS_DETAIL)
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX))


def _ink(strokes: Sequence[Stroke], pen_width: float, width: int, height: int) -> Image.Image:
    """Return white ink on black, without gray levels."""
    picture = Image.new("L", (width, height))
    brush = ImageDraw.Draw(picture)
    radius = pen_width / 2
    for stroke in strokes:
        # Pillow puts whole numbers in the middle of a pixel; here they are the edge before it.
        points = [(x - 0.5, y - 0.5) for x, y in stroke.tolist()]
        brush.line(points, fill=MAX_PIXEL, width=max(1, round(pen_width)))
        for x, y in points:
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=MAX_PIXEL)
    return picture


def _smooth(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Return strokes without their tremor, with about `_MAX_DRAWN_POINTS` points in all at most."""
    step = _TREMOR * extent(strokes) / 2
    lengths = [np.hypot(*np.diff(stroke, axis=0).T) for stroke in strokes]
    step = max(step, sum(float(length.sum()) for length in lengths) / _MAX_DRAWN_POINTS)
    smooth: list[Stroke] = []
    for stroke, length in zip(strokes, lengths, strict=True):
        along = np.concatenate([[0.0], length.cumsum()])
        if along[-1] <= 2 * step:
            smooth.append(stroke[[0, -1]])
            continue
        distances = np.linspace(0, along[-1], 1 + math.ceil(along[-1] / step))
        even = np.stack([np.interp(distances, along, side) for side in stroke.T], axis=1)
        smooth.append(ndimage.gaussian_filter1d(even, 2, axis=0, mode="nearest"))
    return smooth


def strokes_to_mnist(strokes: Sequence[Stroke]) -> npt.NDArray[np.uint8] | None:
    """Return strokes drawn again at the size, place and pen width of an MNIST digit, smoothed.

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
    strokes = _smooth(strokes)
    corner = np.concatenate(strokes).min(axis=0)
    scale = _DETAIL * (DIGIT_SIZE - MNIST_PEN_WIDTH) / max(extent(strokes), 1e-9)
    margin = math.ceil(_DETAIL * MNIST_PEN_WIDTH / 2) + 1
    side = math.ceil(_DETAIL * DIGIT_SIZE) + 2
    large = [(stroke - corner) * scale + margin for stroke in strokes]
    return to_mnist(np.asarray(_ink(large, _DETAIL * MNIST_PEN_WIDTH, side, side)))
