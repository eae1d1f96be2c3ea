"""Which ink is of the same digit: an instance segmentation by the distances to the centers.

Where digits touch, no path through little ink need lie between them. So a small network looks at the
whole number and says of each pixel of ink how far to the side the middle of its digit is, and how
probable it is that it is part of a link between two digits. What is of one digit points to the same
place, as in Cheng et al., "Panoptic-DeepLab" (2020). The network is a U-Net (Ronneberger, Fischer and
Brox, 2015) with sums in place of concatenations; it has learned from numbers put together of
MNIST's digits and digits drawn by rule, see `scripts.train_instances`, and needs no TensorFlow.
"""

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.special
from PIL import Image
from scipy import ndimage

from core.data import MAX_PIXEL, read_arrays
from core.drawing.boxes import Box
from core.drawing.convolution import Floats, convolve
from core.drawing.strokes import Stroke, draw

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "instances.npz"
# The network sees the path of a digit this tall, in pixels.
SEEN_HEIGHT = 20
# Filters at each level; each level sees half as many rows and columns as the one before.
FILTERS = (16, 32, 64, 96)
_STEP = 2 ** (len(FILTERS) - 1)
# Strokes are drawn with a pen as wide as this share of the height of a digit.
_PEN = 0.1
# Free space around what the network sees, in its pixels.
_MARGIN = 6
# A pixel is ink from this share of black on.
_INK = 0.3
# The network sees no more rows and columns than this; digits that are tiny beside it are seen smaller.
_MAX_ROWS, _MAX_COLUMNS = 96, 1_200

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class InstanceNetwork:
    """The weights of the network.

    Attributes
    ----------
    layers : tuple of pairs of ndarray of float32
        Kernels and biases, from the input to the output.
    regression : ndarray of float32, shape (4,)
        Weights and bias of the logistic regression of `core.drawing.agreement`.
    """

    layers: tuple[tuple[Floats, Floats], ...]
    regression: Floats

    def __call__(self, picture: Floats) -> Floats:
        """Return what the network says of each pixel.

        Parameters
        ----------
        picture : ndarray of float32, shape (rows, columns)
            Amount of ink, 0 to 1; both multiples of 8.

        Returns
        -------
        ndarray of float32, shape (rows, columns, 2)
            How far to the right the middle of its digit is, in `SEEN_HEIGHT` pixels, and the log
            odds that it is part of a link. It means nothing beside the ink.
        """
        layers = iter(self.layers)
        values = picture[np.newaxis, ..., np.newaxis]
        levels: list[Floats] = []
        for _ in FILTERS:
            values = _pool(values) if levels else values
            for _ in range(2):
                values = np.maximum(convolve(values, *next(layers)), 0)
            levels.append(values)
        for level in levels[-2::-1]:
            values = _double(convolve(values, *next(layers))) + level
            values = np.maximum(convolve(values, *next(layers)), 0)
        said: Floats = convolve(values, *next(layers))[0]
        return said


def _pool(values: Floats) -> Floats:
    rows = np.maximum(values[:, ::2], values[:, 1::2])
    return np.maximum(rows[:, :, ::2], rows[:, :, 1::2])


def _double(values: Floats) -> Floats:
    return values.repeat(2, axis=1).repeat(2, axis=2)


def layer_shapes() -> Iterator[tuple[int, ...]]:
    """Return the shape of each layer's kernel, in the order in which they are used."""
    channels = 1
    for filters in FILTERS:
        yield 3, 3, channels, filters
        yield 3, 3, filters, filters
        channels = filters
    for filters in FILTERS[-2::-1]:
        yield 1, 1, channels, filters
        yield 3, 3, filters, filters
        channels = filters
    yield 1, 1, channels, 2


@functools.lru_cache(maxsize=1)
def load_instance_network(path: Path = WEIGHTS) -> InstanceNetwork:
    """Return the trained network; it is kept.

    Raises
    ------
    DataError
        If its file, which ``python -m scripts.train_instances`` makes, is missing or damaged.
    """
    shapes = [*itertools.chain.from_iterable((shape, shape[-1:]) for shape in layer_shapes()), (4,)]
    named = {f"arr_{place}": shape for place, shape in enumerate(shapes)}
    *layers, regression = (array.astype(np.float32) for array in read_arrays(path, named))
    return InstanceNetwork(tuple(zip(layers[::2], layers[1::2], strict=True)), regression)


@dataclass(frozen=True, eq=False)
class InkCenters:
    """Where the middle of the digit is that some ink belongs to, and whether the ink is a link.

    Attributes
    ----------
    centers : ndarray of float32, shape (rows, columns)
        From the left edge of the drawing, in its pixels; beside the ink that of the nearest ink.
    links : ndarray of float32, shape (rows, columns)
        Probability that it is part of a link.
    scale : float
        Rows for each pixel of the drawing.
    corner : tuple of float
        x and y of the upper left corner of these maps in the drawing.
    """

    centers: Floats
    links: Floats
    scale: float
    corner: tuple[float, float]

    def at(
        self, points: npt.NDArray[np.floating[Any]]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return centers and links at points of the drawing, x and y, shape (n, 2)."""
        columns, rows = (self.scale * (points - self.corner) - 0.5).T
        centers, links = (
            ndimage.map_coordinates(values, (rows, columns), np.float64, order=1, mode="nearest")
            for values in (self.centers, self.links)
        )
        return centers, links


def centers_in_image(ink: Mask, height: float) -> InkCenters:
    """Return the centers in a picture.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)
    height : float
        Of the path of a digit, in pixels.
    """
    scale = _scale(height, *ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    picture = Image.fromarray(ink.astype(np.uint8) * np.uint8(MAX_PIXEL))
    return _look(np.asarray(picture.resize(size, Image.Resampling.BOX)), scale, (0.0, 0.0))


def centers_in_strokes(strokes: Sequence[Stroke], height: float) -> InkCenters:
    """Return the centers in a drawing; parameters as in `core.drawing.segmentation.segment_strokes`."""
    points = np.concatenate(strokes)
    edge = _PEN * height
    (left, top), (right, bottom) = points.min(axis=0) - edge, points.max(axis=0) + edge
    box = Box(float(left), float(top), float(right), float(bottom))
    scale = _scale(height, box.height, box.width)
    moved = [(stroke - (box.left, box.top)) * scale for stroke in strokes]
    picture = draw(
        moved, _PEN * SEEN_HEIGHT, int(np.ceil(box.width * scale)), int(np.ceil(box.height * scale))
    )
    return _look(picture, scale, (box.left, box.top))


def _scale(height: float, rows: float, columns: float) -> float:
    """Return how many pixels the network sees of one of a drawing with digits of this height."""
    return min(SEEN_HEIGHT / height, _MAX_ROWS / rows, _MAX_COLUMNS / columns)


def _look(picture: npt.NDArray[np.uint8], scale: float, corner: tuple[float, float]) -> InkCenters:
    """Return what the network says of a picture that is small enough for it."""
    rows, columns = picture.shape
    margins = [(_MARGIN, _MARGIN + -(side + 2 * _MARGIN) % _STEP) for side in (rows, columns)]
    ink: Floats = np.pad(picture, margins).astype(np.float32) / np.float32(MAX_PIXEL)
    said = load_instance_network()(ink)
    said = said[_MARGIN : _MARGIN + rows, _MARGIN : _MARGIN + columns]
    to_the_left = (np.arange(columns) + 0.5 + SEEN_HEIGHT * said[..., 0]) / scale + corner[0]
    ground = picture < _INK * MAX_PIXEL
    if ground.all():
        ground = picture < picture.max()
    nearest = tuple(ndimage.distance_transform_edt(ground, return_distances=False, return_indices=True))
    links = scipy.special.expit(said[..., 1])
    return InkCenters(to_the_left[nearest].astype(np.float32), links[nearest], scale, corner)
