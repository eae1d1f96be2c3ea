"""The light on a page: whether it is paper or a blackboard, and how much of the light the ink takes."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# A camera's black: differences below it mean nothing.
_BLACK = 8
# No stroke is as wide as this share of the picture's longer side.
_WIDEST_STROKE = 0.2
# A picture's longer side has so many places where its light is compared with that around, of so many.
_FINE, _COARSE = 200, 50
# Steps of a gray level in which the paper's light is found.
_STEPS = 256

Floats = npt.NDArray[np.float32]
Levels = npt.NDArray[np.uint16]


def light_on_dark(light: Floats) -> bool:
    """Return whether the ink is lighter than its ground.

    Compared with the median of a wide neighborhood, which is paper because there is more
    paper than ink, ink lies far to one side: the third moments tell to which. Of the logarithms,
    in which the edge of a shadow is small beside a stroke that is in it; and what is wider than
    strokes, as the lit part of a sheet is, does not count.

    Parameters
    ----------
    light : ndarray of float32, shape (height, width, channels)
        0 to 255.
    """
    gray = light.mean(axis=2)
    fine, coarse = _logarithms(gray, _FINE), _logarithms(gray, _COARSE)
    ground = ndimage.median_filter(coarse, max(coarse.shape) // 2 + 1)
    rows, columns = (
        np.arange(places) * fewer // places for places, fewer in zip(fine.shape, ground.shape, strict=True)
    )
    aside = fine - ground[np.ix_(rows, columns)]
    narrow = max(3, round(_WIDEST_STROKE * max(fine.shape)))
    lighter = np.clip(aside, 0, fine - ndimage.grey_opening(fine, narrow))
    darker = np.clip(-aside, 0, ndimage.grey_closing(fine, narrow) - fine)
    return bool((lighter**3).sum() > (darker**3).sum())


def _logarithms(gray: Floats, places: int) -> Floats:
    """Return the logarithms of the mean light at so many places along the longer side."""
    step = max(1, max(gray.shape) // places)
    logarithms: Floats = np.log(ndimage.uniform_filter(gray, step)[::step, ::step] + _BLACK)
    return logarithms


def light_taken(light: Floats) -> Floats:
    """Return the share of the paper's light that is missing, by pixel and channel.

    The paper's own light is found by a closing, which fills all that is dark and narrower
    than its window, and leaves the edges of shadows where they are. The picture goes on
    beyond its edges as it is there, so a table beside the paper is wide, and no ink.

    Parameters
    ----------
    light : ndarray of float32, shape (height, width, channels)
        0 to 255.

    Returns
    -------
    ndarray of float32, shape (height, width, channels)
    """
    window = max(3, round(_WIDEST_STROKE * max(light.shape[:2])))
    levels = (light * _STEPS).round().astype(np.uint16)
    beyond = window - 1
    padded = np.pad(levels, ((beyond, beyond), (beyond, beyond), (0, 0)), mode="edge")
    closed = _closing(padded, window).astype(np.float32) / _STEPS
    return (1 - light / np.maximum(closed, 1)).astype(np.float32, copy=False)


def _closing(levels: Levels, window: int) -> Levels:
    """Return the closing with a square window where the picture reaches beyond it to all sides."""
    for extreme in (np.maximum, np.minimum):
        for axis in (0, 1):
            levels = _sliding(levels, window, axis, extreme)
    return levels


def _sliding(values: Levels, window: int, axis: int, extreme: Callable[..., Levels]) -> Levels:
    """Return the extreme of each ``window`` values beside each other along an axis.

    By doubling: that of four is that of two twos.
    """
    values, reached = np.moveaxis(values, axis, 0), 1
    while reached < window:
        step = min(reached, window - reached)
        values, reached = extreme(values[:-step], values[step:]), reached + step
    return np.moveaxis(values, 0, axis)
