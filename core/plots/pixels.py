"""Weights and activations as pictures, one pixel each: NumPy only, so that they are there at once."""

import base64
import io
import math

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from PIL import Image

from core.plots.figures import LIGHT, Style

Values = npt.NDArray[np.floating]
Picture = npt.NDArray[np.uint8]


def diverging(values: Values, style: Style = LIGHT, largest: float | None = None) -> Picture:
    """Return colors: blue above zero, orange below, the background for zero and for no value.

    Parameters
    ----------
    values : ndarray of float, shape (…)
        NaN for no value.
    style : Style
    largest : float, optional
        The value with the full color; the largest of all, if it is not given.

    Returns
    -------
    ndarray of uint8, shape (…, 3)
        RGB.
    """
    finite = np.nan_to_num(values)
    largest = largest or max(float(np.abs(finite).max(initial=0)), float(np.finfo(np.float32).tiny))
    background, blue, orange = (np.array(to_rgb(c)) for c in (style.background, style.blue, style.orange))
    strength = np.clip(np.abs(finite) / largest, 0, 1)[..., np.newaxis]
    ends = np.where(finite[..., np.newaxis] > 0, blue, orange)
    colors: Picture = (255 * (background + strength * (ends - background))).round().astype(np.uint8)
    return colors


def mosaic(values: Values) -> Values:
    """Return values of any layer as one picture.

    Parameters
    ----------
    values : ndarray of float
        Shape (height, width) is a picture already, (height, width, n) becomes n pictures side by
        side, and (n,) a field of pixels, about square.

    Returns
    -------
    ndarray of float, shape (height, width)
        NaN where there is nothing.
    """
    if values.ndim == 2:
        return values
    if values.ndim == 1:
        return field(values[:, np.newaxis, np.newaxis], columns_of(len(values)), gap=0)
    return field(np.moveaxis(values, -1, 0), columns_of(values.shape[-1]))


def columns_of(count: int) -> int:
    """Return how many columns a field of this many tiles has, so that it is about square."""
    return math.ceil(math.sqrt(count))


def field(tiles: Values, columns: int, gap: int = 1) -> Values:
    """Return pictures of shape (n, height, width) in rows, with gaps of NaN between them."""
    count, height, width = tiles.shape
    rows = -(-count // columns)
    canvas = np.full((rows * (height + gap), columns * (width + gap)), np.nan)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        top, left = row * (height + gap), column * (width + gap)
        canvas[top : top + height, left : left + width] = tile
    return canvas[: canvas.shape[0] - gap, : canvas.shape[1] - gap]


def data_url(picture: Picture, format: str = "png") -> str:
    """Return a picture as an address that a chart can show; ``webp`` is smaller, but not exact."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format=format)
    return f"data:image/{format};base64,{base64.b64encode(buffer.getvalue()).decode()}"
