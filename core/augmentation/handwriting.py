"""Handwriting augmentation: digits as other people might have written them, made from MNIST's own.

Each digit becomes a signed distance field (`core.augmentation.distance_fields`). Some give way to one
that was drawn in another form (`core.augmentation.drawn_digits`), others get a stroke that their writer
did not write (`core.augmentation.allographs`). Then the digit is rotated, slanted, stretched
and bent, and is drawn once with another pen, at the size and place of MNIST. The smooth random
bending is the elastic distortion of Simard, Steinkraus and Platt, "Best Practices for
Convolutional Neural Networks Applied to Visual Document Analysis" (2003).
"""

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from core.augmentation.allographs import added_strokes, line
from core.augmentation.distance_fields import (
    PIXEL_CENTERS,
    REACH,
    STEPS_PER_PIXEL,
    InkShape,
    distance_to_strokes,
    ink_shape,
    sample_bilinear,
    sample_nearest,
)
from core.augmentation.drawn_digits import OF_EACH, drawn_fields
from core.augmentation.random_numbers import StatelessRandom
from core.data import IMAGE_SIZE, MAX_PIXEL
from core.ink import CENTER, DIGIT_SIZE

# Share of all digits that give way to a drawn one of the same label.
DRAWN = 0.15
# Share of all digits with a gap, where a pen did not write or a loop was left open.
GAPPED = 0.1
# How far a digit departs from the original at most: radians, shear, and the log of the stretch.
ROTATION = 0.2
SLANT = 0.35
# MNIST's digits lean to the right, more than those that others draw: slants reach this far further to the
# left, as a shear.
LEFT = 0.05
STRETCH = 0.25
# Pixels by which it is typically bent.
ELASTIC = 1.6
# Bending waves over the side of the picture, from 0 up to this many halves.
_WAVES = 4
# In pixels: from a fine pen to a felt-tip on a small digit.
MIN_STROKE_WIDTH, MAX_STROKE_WIDTH = 1.5, 4.0

# A pass to find the box sees more than the frame, since slashes and slants reach beyond it.
_VIEW = 20.0
_VIEW_POINTS = 29


def augment(fields: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return each digit of a batch as another person might have written it, in MNIST's own form.

    Parameters
    ----------
    fields : tensor of int8, shape (n, 28, 28)
        As `core.augmentation.distance_fields.signed_distance_fields` returns them.
    labels : tensor of integers, shape (n,)
        Which digits they are: only zeros are slashed. The label −1 is none: nothing is added to it, and
        nothing drawn takes its place.
    seed : tensor of int, shape (2,)
        The same seed gives the same pictures.

    Returns
    -------
    tensor of uint8, shape (n, 28, 28)
        The longer side is about 20 pixels, and the center of mass is where MNIST has it.
    """
    rng = StatelessRandom(seed, tf.shape(fields)[0])
    field = tf.cast(_some_drawn(fields, tf.cast(labels, tf.int32), rng), tf.float32) / STEPS_PER_PIXEL
    shape = ink_shape(field)
    strokes = added_strokes(shape, labels, rng)
    hole, hole_width = gap(field, shape, rng.bernoulli(GAPPED), rng)
    origin = _deformation(shape, rng)

    # First roughly and in its own size, to see how large it has become.
    view = tf.linspace(-_VIEW, _VIEW, _VIEW_POINTS) + tf.zeros_like(shape.stroke_width)[:, tf.newaxis]
    x, y = origin(view, view)
    seen = tf.maximum(sample_nearest(field, x, y), distance_to_strokes(strokes, shape.stroke_width, x, y))
    seen = tf.minimum(seen, -distance_to_strokes([hole], hole_width, x, y))
    ink = tf.reshape(tf.clip_by_value(seen + 0.5, 0.0, 1.0), [-1, _VIEW_POINTS, _VIEW_POINTS])
    rows, columns = tf.reduce_sum(ink, 2), tf.reduce_sum(ink, 1)
    size = tf.maximum(_span(rows, view), _span(columns, view))

    # Then with the new pen, so that with it the longer side is as long as it should be.
    pen_width = tf.exp(rng.uniform(math.log(MIN_STROKE_WIDTH), math.log(MAX_STROKE_WIDTH)))
    scale = (DIGIT_SIZE - pen_width) / tf.maximum(size - shape.stroke_width, 4.0) * rng.uniform(0.95, 1.02)
    # A thin stroke may not be lost where it is thinnest, nor a wide one reach where the field ends.
    wider = tf.clip_by_value(
        pen_width / 2 - scale * shape.stroke_width / 2,
        -0.2 * scale * shape.stroke_width,
        scale * REACH - 0.5,
    )
    frame = (PIXEL_CENTERS - CENTER) / scale[:, tf.newaxis]
    x, y = origin(frame + _mean(columns, view), frame + _mean(rows, view))
    ink = tf.maximum(sample_bilinear(field, x, y), distance_to_strokes(strokes, shape.stroke_width, x, y))
    ink = tf.minimum(ink, -distance_to_strokes([hole], hole_width, x, y))
    ink = ink * scale[:, tf.newaxis] + wider[:, tf.newaxis] + 0.5
    pixels = tf.clip_by_value(ink, 0.0, 1.0) * MAX_PIXEL
    return tf.reshape(tf.cast(tf.round(pixels), tf.uint8), [-1, IMAGE_SIZE, IMAGE_SIZE])


def _some_drawn(fields: tf.Tensor, labels: tf.Tensor, rng: StatelessRandom) -> tf.Tensor:
    """Return fields, some of them those of a drawn digit."""
    which = OF_EACH * tf.maximum(labels, 0) + tf.cast(rng.uniform(0.0, OF_EACH), tf.int32)
    drawn = rng.bernoulli(DRAWN) & (labels >= 0)
    return tf.where(drawn[:, tf.newaxis, tf.newaxis], tf.gather(drawn_fields(), which), fields)


def gap(
    field: tf.Tensor, shape: InkShape, digits: tf.Tensor, rng: StatelessRandom
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a hole as wide as the stroke at a random point of the ink: the point and its width."""
    drawn = tf.where(tf.reshape(field, [-1, IMAGE_SIZE**2]) > 0.5, rng.uniform_pixels(), 0.0)
    pixel = tf.argmax(drawn, 1, tf.int32)
    x, y = tf.cast(pixel % IMAGE_SIZE, tf.float32) + 0.5, tf.cast(pixel // IMAGE_SIZE, tf.float32) + 0.5
    return line(x, y, x, y, digits), shape.stroke_width + rng.uniform(0.0, 2.5)


@dataclass(frozen=True)
class _Deformation:
    """From points of the new picture to points of the original.

    ``matrix`` (n, 2, 2) rotates, slants and stretches; ``bends`` (n, waves, waves, 2) are the
    heights of the waves. Both act around the middle of the new picture and of the ink.
    """

    matrix: tf.Tensor
    bends: tf.Tensor
    middle: tuple[tf.Tensor, tf.Tensor]

    def __call__(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the points of a grid, columns x (n, c) and rows y (n, r), each as (n, r·c)."""
        moves = tf.einsum("nrk,nklv,ncl->nvrc", self._waves(y), self.bends, self._waves(x))
        x = x[:, tf.newaxis, :] + moves[:, 0]
        y = y[:, :, tf.newaxis] + moves[:, 1]
        matrix = self.matrix[:, :, :, tf.newaxis, tf.newaxis]
        middle_x, middle_y = (middle[:, tf.newaxis, tf.newaxis] for middle in self.middle)
        flat = [tf.shape(x)[0], x.shape[1] * x.shape[2]]
        from_x = matrix[:, 0, 0] * x + matrix[:, 0, 1] * y + middle_x
        from_y = matrix[:, 1, 0] * x + matrix[:, 1, 1] * y + middle_y
        return tf.reshape(from_x, flat), tf.reshape(from_y, flat)

    @staticmethod
    def _waves(points: tf.Tensor) -> tf.Tensor:
        half_waves = math.pi * tf.range(_WAVES, dtype=tf.float32)
        return tf.cos(half_waves * (points[:, :, tf.newaxis] / IMAGE_SIZE + 0.5))


def _deformation(shape: InkShape, rng: StatelessRandom) -> _Deformation:
    angle, slant = rng.uniform(-ROTATION, ROTATION), rng.uniform(-SLANT, SLANT) - LEFT
    stretch = tf.exp(rng.uniform(-STRETCH, STRETCH))
    sin, cos = tf.sin(angle), tf.cos(angle)
    matrix = [cos * stretch, cos * slant - sin, sin * stretch, sin * slant + cos]
    waves = np.hypot(*np.mgrid[:_WAVES, :_WAVES])[..., np.newaxis]
    heights = ELASTIC * (waves > 0) / np.maximum(waves, 1.0) ** 1.5
    amount = rng.uniform(0.0, 1.0)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    bends = rng.normal(_WAVES, _WAVES, 2) * amount * heights.astype(np.float32)
    return _Deformation(tf.reshape(tf.stack(matrix, 1), [-1, 2, 2]), bends, shape.middle)


def _span(profile: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """Return the length of the part that has ink, shape (n, 1) to (n,)."""
    used = profile > 0.5
    return (
        tf.reduce_max(tf.where(used, points, -_VIEW), 1)
        - tf.reduce_min(tf.where(used, points, _VIEW), 1)
        + 2 * _VIEW / (_VIEW_POINTS - 1)
    )


def _mean(profile: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """Return the center of mass of a profile, shape (n, 1)."""
    weight = tf.maximum(tf.reduce_sum(profile, 1, keepdims=True), 1e-6)
    return tf.reduce_sum(profile * points, 1, keepdims=True) / weight
