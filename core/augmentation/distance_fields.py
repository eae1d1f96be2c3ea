"""A digit as a signed distance field: how far each pixel is inside its stroke, or outside.

Such a field can be bent, slanted and rotated without losing its sharp edge, the stroke can be
made as thick or as thin as any pen (Green, "Improved Alpha-Tested Magnification for Vector
Textures and Special Effects", 2007), and another stroke is added by taking the larger of two
distances.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data import IMAGE_SIZE, MAX_PIXEL, Images

# Distances are stored as whole numbers of this part of a pixel, up to this many pixels: a stroke
# is never widened further.
STEPS_PER_PIXEL = 32
REACH = 3
# A place or distance outside every picture.
FAR = 1000.0
PIXEL_CENTERS = np.arange(IMAGE_SIZE, dtype=np.float32) + 0.5


def signed_distance_fields(images: Images) -> npt.NDArray[np.int8]:
    """Return how far each pixel is inside the stroke, or (below 0) outside.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of int8, shape (n, 28, 28)
        In 32nds of a pixel, from -96 to 96. Gray at an edge says where in the pixel the
        edge is, as in Gustavson and Strand, "Anti-aliased Euclidean distance transform" (2011).
    """
    fields = np.empty(images.shape, np.int8)
    for start in range(0, len(images), 200):
        fields[start : start + 200] = _signed_distance_fields(images[start : start + 200])
    return fields


def _signed_distance_fields(images: Images) -> npt.NDArray[np.int16]:
    far = 30 * STEPS_PER_PIXEL * REACH
    edge = np.round(images * (STEPS_PER_PIXEL / MAX_PIXEL)).astype(np.int16) - STEPS_PER_PIXEL // 2
    ink, paper = edge > -STEPS_PER_PIXEL // 2, edge < STEPS_PER_PIXEL // 2
    around = [(0, 0), (REACH, REACH), (REACH, REACH)]
    from_ink = np.pad(np.where(ink, edge, -far).astype(np.int16), around, constant_values=-far)
    from_paper = np.pad(
        np.where(paper, edge, far).astype(np.int16), around, constant_values=-STEPS_PER_PIXEL // 2
    )
    outside, inside = np.full_like(edge, -far), np.full_like(edge, far)
    side = images.shape[1]
    for down in range(2 * REACH + 1):
        for right in range(2 * REACH + 1):
            away = round(STEPS_PER_PIXEL * math.hypot(down - REACH, right - REACH))
            window = np.s_[:, down : down + side, right : right + side]
            np.maximum(outside, from_ink[window] - away, out=outside)
            np.minimum(inside, from_paper[window] + away, out=inside)
    limit = STEPS_PER_PIXEL * REACH
    field: npt.NDArray[np.int16] = np.where(ink, np.where(paper, edge, inside), outside).clip(-limit, limit)
    return field


@dataclass(frozen=True)
class InkShape:
    """Where the ink of each image is, in pixels; each of shape (n,)."""

    left: tf.Tensor
    right: tf.Tensor
    top: tf.Tensor
    bottom: tf.Tensor
    stroke_width: tf.Tensor
    row_means: tf.Tensor  # (n, 28): the mean x of the ink in each row

    @property
    def height(self) -> tf.Tensor:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> tf.Tensor:
        """From left to right."""
        return self.right - self.left

    @property
    def middle(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The middle of the bounding box, x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def mean_x(self, y: tf.Tensor) -> tf.Tensor:
        """Return the mean x of the ink at height y."""
        row = tf.cast(tf.clip_by_value(y, 0, IMAGE_SIZE - 1), tf.int32)
        return tf.gather(self.row_means, row, batch_dims=1)


def ink_shape(fields: tf.Tensor) -> InkShape:
    """Return where the ink of distance fields is, in pixels; fields of float, shape (n, 28, 28)."""
    dark = tf.cast(fields > 0, tf.float32)
    rows, columns = tf.reduce_sum(dark, 2), tf.reduce_sum(dark, 1)
    count = tf.maximum(tf.reduce_sum(rows, 1), 1.0)
    left, right = _ends(columns > 0)
    top, bottom = _ends(rows > 0)
    # Across a stroke of width w, distances inside rise from 0 to w/2: on average, w/4.
    stroke_width = tf.clip_by_value(4 * tf.reduce_sum(tf.nn.relu(fields), [1, 2]) / count, 1.0, 6.0)
    means = tf.linalg.matvec(dark, PIXEL_CENTERS) / tf.maximum(rows, 1.0)
    return InkShape(left, right, top, bottom, stroke_width, means)


def _ends(used: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the edge before the first pixel used and the one after the last, shape (n,)."""
    first = tf.reduce_min(tf.where(used, PIXEL_CENTERS, FAR), 1) - 0.5
    last = tf.reduce_max(tf.where(used, PIXEL_CENTERS, -FAR), 1) + 0.5
    return first, last


def distance_to_strokes(
    strokes: Sequence[tf.Tensor], width: tf.Tensor, x: tf.Tensor, y: tf.Tensor
) -> tf.Tensor:
    """Return how far points, shape (n, p), are inside straight strokes.

    Parameters
    ----------
    strokes : sequence of tensor, each of shape (n, 4)
        x and y of both ends, of one stroke for each image.
    width : tensor, shape (n,)
        Of the strokes.
    x, y : tensor, shape (n, p)
    """
    nearest = tf.fill(tf.shape(x), FAR**2)
    for stroke in strokes:
        start_x, start_y, end_x, end_y = tf.split(stroke, 4, axis=1)
        along_x, along_y = end_x - start_x, end_y - start_y
        share = ((x - start_x) * along_x + (y - start_y) * along_y) / (along_x**2 + along_y**2 + 1e-6)
        share = tf.clip_by_value(share, 0.0, 1.0)
        nearest = tf.minimum(
            nearest, (x - start_x - share * along_x) ** 2 + (y - start_y - share * along_y) ** 2
        )
    return width[:, tf.newaxis] / 2 - tf.sqrt(nearest)


def sample_nearest(field: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Return a field at points, shape (n, p), from the pixel that each lies in."""
    return _pixel(field, tf.cast(tf.floor(x), tf.int32), tf.cast(tf.floor(y), tf.int32))


def sample_bilinear(field: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Return a field at points, shape (n, p), interpolated between the centers of four pixels."""
    left, top = tf.floor(x - 0.5), tf.floor(y - 0.5)
    right_share, low_share = x - 0.5 - left, y - 0.5 - top
    column, row = tf.cast(left, tf.int32), tf.cast(top, tf.int32)
    upper, upper_right = _pixel(field, column, row), _pixel(field, column + 1, row)
    lower, lower_right = _pixel(field, column, row + 1), _pixel(field, column + 1, row + 1)
    upper += right_share * (upper_right - upper)
    lower += right_share * (lower_right - lower)
    return upper + low_share * (lower - upper)


def _pixel(field: tf.Tensor, column: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
    """Return pixels, shape (n, p); outside the picture, those at its edge, which are paper."""
    column = tf.clip_by_value(column, 0, IMAGE_SIZE - 1)
    row = tf.clip_by_value(row, 0, IMAGE_SIZE - 1)
    first = tf.range(tf.shape(field)[0])[:, tf.newaxis] * IMAGE_SIZE**2
    return tf.gather(tf.reshape(field, [-1]), first + row * IMAGE_SIZE + column)
