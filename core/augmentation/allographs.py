"""Allographs: the other forms that people give a digit, as strokes added to MNIST's own.

Slashed zeros, ones with a flag and a base, crossed sevens and hooked nines, which Americans of
about 1990 rarely wrote.
"""

import math

import tensorflow as tf

from core.augmentation.distance_fields import FAR, InkShape
from core.augmentation.random_numbers import StatelessRandom

# Share of the zeros that get a slash, and so on. More often than people do it, so that the
# network meets each often enough; not so often that it takes the plain forms for the rare ones.
SLASHED, FLAGGED, BASED, CROSSED, HOOKED, SERIF = 0.3, 0.4, 0.5, 0.2, 0.2, 0.15


def added_strokes(shape: InkShape, labels: tf.Tensor, rng: StatelessRandom) -> tuple[tf.Tensor, tf.Tensor]:
    """Return two strokes for each image, each of shape (n, 4): x and y of both ends.

    A stroke is far outside the picture where none is added.
    """
    flagged = (labels == 1) & rng.bernoulli(FLAGGED)
    curl, end = hook(shape, (labels == 9) & rng.bernoulli(HOOKED), rng)
    first = [
        slash(shape, (labels == 0) & rng.bernoulli(SLASHED), rng),
        flag(shape, flagged, rng),
        bar(shape, (labels == 7) & rng.bernoulli(CROSSED), rng),
        curl,
    ]
    second = [
        base(shape, flagged & rng.bernoulli(BASED), rng),
        serif(shape, (labels == 7) & rng.bernoulli(SERIF), rng),
        end,
    ]
    return tf.reduce_min(first, 0), tf.reduce_min(second, 0)


def line(x: tf.Tensor, y: tf.Tensor, to_x: tf.Tensor, to_y: tf.Tensor, where: tf.Tensor) -> tf.Tensor:
    """Return a straight stroke of each image, shape (n, 4); far away where it is not wanted."""
    return tf.where(where[:, tf.newaxis], tf.stack([x, y, to_x, to_y], 1), FAR)


def slash(shape: InkShape, zeros: tf.Tensor, rng: StatelessRandom) -> tf.Tensor:
    """Return a stroke through the middle of zeros, mostly rising to the right."""
    kind = rng.uniform(0.0, 1.0)
    angle = tf.where(kind < 0.8, rng.uniform(0.4, 1.65), rng.uniform(0.0, math.pi))
    across, up = tf.cos(angle), tf.sin(angle)
    # From the middle to the edge of an ellipse of the zero's width and height.
    edge = tf.math.rsqrt((2 * across / shape.width) ** 2 + (2 * up / shape.height) ** 2)
    x, y = shape.middle
    x += 0.1 * shape.width * rng.uniform(-1.0, 1.0)
    y += 0.1 * shape.height * rng.uniform(-1.0, 1.0)
    one, other = edge * rng.uniform(0.6, 1.9), edge * rng.uniform(0.6, 1.9)
    return line(x - one * across, y + one * up, x + other * across, y - other * up, zeros)


def flag(shape: InkShape, ones: tf.Tensor, rng: StatelessRandom) -> tf.Tensor:
    """Return a stroke down to the left from the top of ones."""
    y, end = shape.top + shape.stroke_width / 2, shape.bottom - shape.stroke_width / 2
    x = shape.mean_x(y)
    across, down = shape.mean_x(end) - x, end - y
    angle = rng.uniform(0.35, 1.3)
    sin, cos = tf.sin(angle), tf.cos(angle)
    # The stem rotated about its top, and shortened.
    length = rng.uniform(0.15, 0.8) * tf.minimum(1.0, 0.6 / sin)
    return line(
        x, y, x + length * (across * cos - down * sin), y + length * (across * sin + down * cos), ones
    )


def base(shape: InkShape, ones: tf.Tensor, rng: StatelessRandom) -> tf.Tensor:
    """Return a stroke under ones."""
    y = shape.bottom - shape.stroke_width / 2
    x = shape.mean_x(y)
    tilt = shape.height * rng.uniform(-0.05, 0.05)
    left, right = (shape.height * rng.uniform(0.12, 0.4) for _ in range(2))
    return line(x - left, y + tilt, x + right, y - tilt, ones)


def bar(shape: InkShape, sevens: tf.Tensor, rng: StatelessRandom) -> tf.Tensor:
    """Return a stroke across the stem of sevens."""
    y = shape.top + shape.height * rng.uniform(0.4, 0.65)
    x = shape.mean_x(y)
    tilt = shape.height * rng.uniform(-0.08, 0.1)
    left, right = (shape.height * rng.uniform(0.15, 0.4) for _ in range(2))
    return line(x - left, y + tilt, x + right, y - tilt, sevens)


def serif(shape: InkShape, sevens: tf.Tensor, rng: StatelessRandom) -> tf.Tensor:
    """Return a short stroke down from the left end of the bar of sevens."""
    x, y = shape.left + shape.stroke_width / 2, shape.top + shape.stroke_width / 2 + 0.05 * shape.height
    down = shape.height * rng.uniform(0.1, 0.3)
    return line(x, y, x + shape.height * rng.uniform(-0.1, 0.05), y + down, sevens)


def hook(shape: InkShape, nines: tf.Tensor, rng: StatelessRandom) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a curl to the left at the foot of nines, as two strokes."""
    y = shape.bottom - shape.stroke_width / 2
    x = shape.mean_x(y)
    left, up = shape.height * rng.uniform(0.15, 0.35), shape.height * rng.uniform(-0.05, 0.1)
    further, higher = shape.height * rng.uniform(0.05, 0.25), shape.height * rng.uniform(0.05, 0.25)
    corner_x, corner_y = x - left, y - up
    return (
        line(x, y, corner_x, corner_y, nines),
        line(corner_x, corner_y, corner_x - further, corner_y - higher, nines),
    )
