"""Digits written anew by hands that MNIST never saw: made by rule from its own digits.

A picture becomes a field of distances to the edge of its stroke. Such a field can be bent,
slanted and turned without losing its sharp edge, the stroke can be made as thick or as thin
as any pen (Green, "Improved Alpha-Tested Magnification for Vector Textures and Special
Effects", 2007), and a further stroke is the larger of two distances. So slashes, flags, bars
and feet that Americans do not write are added, and all of it is drawn once, at the size and
place of MNIST. Smooth random bending is after Simard, Steinkraus and Platt, "Best Practices
for Convolutional Neural Networks Applied to Visual Document Analysis" (2003).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data import IMAGE_SIZE, MAX_PIXEL, Images
from core.ink import CENTRE, DIGIT_SIZE

# Distances are kept as whole numbers in this part of a pixel, up to this many pixels: as far
# as a stroke is ever widened.
_FINENESS = 32
_REACH = 3
_FAR = 1000.0

# Share of the zeros that get a slash, and so on. More often than people do it, so that the
# network meets each enough; not so often that it takes the plain forms for the rare ones.
SLASHED, FLAGGED, BASED, CROSSED, HOOKED, SERIF = 0.3, 0.4, 0.5, 0.2, 0.2, 0.15
# Share of all digits with a gap, where a pen did not write or a loop was left open.
GAPPED = 0.1

# How far a hand departs from that of the original: at most, or (bend) typically.
TURN = 0.2
SLANT = 0.35
STRETCH = 0.25
BEND = 1.6
# Bending waves over the side of the picture, none to this many halves.
_WAVES = 4
# Width of the pen in pixels: from a fine pen to a felt-tip on a small digit.
THINNEST, THICKEST = 1.5, 4.0

# A pass to find the box sees more than the frame, since slashes and slants reach beyond it.
_VIEW = 20.0
_VIEW_POINTS = 29


def signed_distance_fields(images: Images) -> npt.NDArray[np.int8]:
    """How far each pixel is inside the stroke, or (below 0) outside.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of int8, shape (n, 28, 28)
        In 32nds of a pixel, from -96 to 96. Grey at an edge says where in the pixel the
        edge is, as in Gustavson and Strand, "Anti-aliased Euclidean distance transform" (2011).
    """
    fields = np.empty(images.shape, np.int8)
    for start in range(0, len(images), 200):
        fields[start : start + 200] = _signed_distance_fields(images[start : start + 200])
    return fields


def _signed_distance_fields(images: Images) -> npt.NDArray[np.int16]:
    far = 30 * _FINENESS * _REACH
    edge = np.round(images * (_FINENESS / MAX_PIXEL)).astype(np.int16) - _FINENESS // 2
    ink, paper = edge > -_FINENESS // 2, edge < _FINENESS // 2
    around = [(0, 0), (_REACH, _REACH), (_REACH, _REACH)]
    from_ink = np.pad(np.where(ink, edge, -far).astype(np.int16), around, constant_values=-far)
    from_paper = np.pad(np.where(paper, edge, far).astype(np.int16), around, constant_values=-_FINENESS // 2)
    outside, inside = np.full_like(edge, -far), np.full_like(edge, far)
    side = images.shape[1]
    for down in range(2 * _REACH + 1):
        for right in range(2 * _REACH + 1):
            away = round(_FINENESS * math.hypot(down - _REACH, right - _REACH))
            window = np.s_[:, down : down + side, right : right + side]
            np.maximum(outside, from_ink[window] - away, out=outside)
            np.minimum(inside, from_paper[window] + away, out=inside)
    limit = _FINENESS * _REACH
    field: npt.NDArray[np.int16] = np.where(ink, np.where(paper, edge, inside), outside).clip(-limit, limit)
    return field


class _Dice:
    """Random numbers of a batch, each from its own stateless seed."""

    def __init__(self, seed: tf.Tensor, size: tf.Tensor) -> None:
        self._seed = tf.cast(seed, tf.int32)
        self._size = size
        self._rolls = 0

    def _next(self) -> tf.Tensor:
        # Further apart than trainings are long: their batches count up the same number.
        self._rolls += 1
        return self._seed + tf.constant([0, 1_000_003 * self._rolls])

    def between(self, low: float, high: float) -> tf.Tensor:
        """A number for each image, shape (n,)."""
        return tf.random.stateless_uniform([self._size], self._next(), low, high)

    def each_pixel(self) -> tf.Tensor:
        """A number for each pixel of each image, shape (n, 784), 0 to 1."""
        return tf.random.stateless_uniform([self._size, IMAGE_SIZE**2], self._next())

    def normal(self, *shape: int) -> tf.Tensor:
        """Numbers for each image, shape (n, …), mean 0 and deviation 1."""
        return tf.random.stateless_normal([self._size, *shape], self._next())

    def happens(self, share: float) -> tf.Tensor:
        """True for this share of the images, shape (n,)."""
        return self.between(0.0, 1.0) < share


@dataclass(frozen=True)
class _Shape:
    """Where the ink of each image is, in pixels; each of shape (n,)."""

    left: tf.Tensor
    right: tf.Tensor
    top: tf.Tensor
    bottom: tf.Tensor
    pen: tf.Tensor
    row_middles: tf.Tensor  # (n, 28): the mean x of the ink in each row

    @property
    def height(self) -> tf.Tensor:
        return self.bottom - self.top

    @property
    def width(self) -> tf.Tensor:
        return self.right - self.left

    def middle(self, y: tf.Tensor) -> tf.Tensor:
        """The mean x of the ink at height y."""
        row = tf.cast(tf.clip_by_value(y, 0, IMAGE_SIZE - 1), tf.int32)
        return tf.gather(self.row_middles, row, batch_dims=1)


_PLACES = np.arange(IMAGE_SIZE, dtype=np.float32) + 0.5


def _shape(fields: tf.Tensor) -> _Shape:
    dark = tf.cast(fields > 0, tf.float32)
    rows, columns = tf.reduce_sum(dark, 2), tf.reduce_sum(dark, 1)
    count = tf.maximum(tf.reduce_sum(rows, 1), 1.0)
    left, right = _ends(columns > 0)
    top, bottom = _ends(rows > 0)
    # Across a stroke of width w, distances inside rise from 0 to w/2: on average, w/4.
    pen = tf.clip_by_value(4 * tf.reduce_sum(tf.nn.relu(fields), [1, 2]) / count, 1.0, 6.0)
    middles = tf.linalg.matvec(dark, _PLACES) / tf.maximum(rows, 1.0)
    return _Shape(left, right, top, bottom, pen, middles)


def _ends(used: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The first place used and the one after the last, shape (n,)."""
    first = tf.reduce_min(tf.where(used, _PLACES, _FAR), 1) - 0.5
    last = tf.reduce_max(tf.where(used, _PLACES, -_FAR), 1) + 0.5
    return first, last


def _line(x: tf.Tensor, y: tf.Tensor, to_x: tf.Tensor, to_y: tf.Tensor, when: tf.Tensor) -> tf.Tensor:
    """A stroke of each image, shape (n, 4); far away where it is not wanted."""
    return tf.where(when[:, tf.newaxis], tf.stack([x, y, to_x, to_y], 1), _FAR)


def slash(shape: _Shape, zeros: tf.Tensor, dice: _Dice) -> tf.Tensor:
    """A stroke through the middle of zeros, mostly rising to the right."""
    kind = dice.between(0.0, 1.0)
    angle = tf.where(kind < 0.8, dice.between(0.4, 1.65), dice.between(0.0, math.pi))
    across, up = tf.cos(angle), tf.sin(angle)
    # From the middle to the edge of an ellipse of the zero's width and height.
    edge = tf.math.rsqrt((2 * across / shape.width) ** 2 + (2 * up / shape.height) ** 2)
    x = (shape.left + shape.right) / 2 + 0.1 * shape.width * dice.between(-1.0, 1.0)
    y = (shape.top + shape.bottom) / 2 + 0.1 * shape.height * dice.between(-1.0, 1.0)
    one, other = edge * dice.between(0.6, 1.9), edge * dice.between(0.6, 1.9)
    return _line(x - one * across, y + one * up, x + other * across, y - other * up, zeros)


def flag(shape: _Shape, ones: tf.Tensor, dice: _Dice) -> tf.Tensor:
    """A stroke down to the left from the top of ones."""
    y, end = shape.top + shape.pen / 2, shape.bottom - shape.pen / 2
    x = shape.middle(y)
    across, down = shape.middle(end) - x, end - y
    angle = dice.between(0.35, 1.3)
    turn, keep = tf.sin(angle), tf.cos(angle)
    # The stem turned about its top, and shortened.
    length = dice.between(0.15, 0.8) * tf.minimum(1.0, 0.6 / turn)
    return _line(
        x, y, x + length * (across * keep - down * turn), y + length * (across * turn + down * keep), ones
    )


def base(shape: _Shape, ones: tf.Tensor, dice: _Dice) -> tf.Tensor:
    """A stroke under ones."""
    y = shape.bottom - shape.pen / 2
    x = shape.middle(y)
    tilt = shape.height * dice.between(-0.05, 0.05)
    left, right = (shape.height * dice.between(0.12, 0.4) for _ in range(2))
    return _line(x - left, y + tilt, x + right, y - tilt, ones)


def bar(shape: _Shape, sevens: tf.Tensor, dice: _Dice) -> tf.Tensor:
    """A stroke across the stem of sevens."""
    y = shape.top + shape.height * dice.between(0.4, 0.65)
    x = shape.middle(y)
    tilt = shape.height * dice.between(-0.08, 0.1)
    left, right = (shape.height * dice.between(0.15, 0.4) for _ in range(2))
    return _line(x - left, y + tilt, x + right, y - tilt, sevens)


def serif(shape: _Shape, sevens: tf.Tensor, dice: _Dice) -> tf.Tensor:
    """A short stroke down from the left end of the bar of sevens."""
    x, y = shape.left + shape.pen / 2, shape.top + shape.pen / 2 + 0.05 * shape.height
    down = shape.height * dice.between(0.1, 0.3)
    return _line(x, y, x + shape.height * dice.between(-0.1, 0.05), y + down, sevens)


def hook(shape: _Shape, nines: tf.Tensor, dice: _Dice) -> tuple[tf.Tensor, tf.Tensor]:
    """A curl to the left at the foot of nines, as two strokes."""
    y = shape.bottom - shape.pen / 2
    x = shape.middle(y)
    left, up = shape.height * dice.between(0.15, 0.35), shape.height * dice.between(-0.05, 0.1)
    further, higher = shape.height * dice.between(0.05, 0.25), shape.height * dice.between(0.05, 0.25)
    corner_x, corner_y = x - left, y - up
    return (
        _line(x, y, corner_x, corner_y, nines),
        _line(corner_x, corner_y, corner_x - further, corner_y - higher, nines),
    )


def _further_strokes(shape: _Shape, labels: tf.Tensor, dice: _Dice) -> tuple[tf.Tensor, tf.Tensor]:
    """Two strokes for each image, each of shape (n, 4): x and y of both ends."""
    flagged = (labels == 1) & dice.happens(FLAGGED)
    curl, end = hook(shape, (labels == 9) & dice.happens(HOOKED), dice)
    first = [
        slash(shape, (labels == 0) & dice.happens(SLASHED), dice),
        flag(shape, flagged, dice),
        bar(shape, (labels == 7) & dice.happens(CROSSED), dice),
        curl,
    ]
    second = [
        base(shape, flagged & dice.happens(BASED), dice),
        serif(shape, (labels == 7) & dice.happens(SERIF), dice),
        end,
    ]
    return tf.reduce_min(first, 0), tf.reduce_min(second, 0)


def gap(field: tf.Tensor, shape: _Shape, digits: tf.Tensor, dice: _Dice) -> tuple[tf.Tensor, tf.Tensor]:
    """A hole as wide as the stroke at a random place of the ink: its place and its width."""
    drawn = tf.where(tf.reshape(field, [-1, IMAGE_SIZE**2]) > 0.5, dice.each_pixel(), 0.0)
    pixel = tf.argmax(drawn, 1, tf.int32)
    x, y = tf.cast(pixel % IMAGE_SIZE, tf.float32) + 0.5, tf.cast(pixel // IMAGE_SIZE, tf.float32) + 0.5
    return _line(x, y, x, y, digits), shape.pen + dice.between(0.0, 2.5)


def _inside(strokes: Sequence[tf.Tensor], width: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """How far places, shape (n, p), are inside strokes of this width, shape (n,)."""
    nearest = tf.fill(tf.shape(x), _FAR**2)
    for stroke in strokes:
        start_x, start_y, end_x, end_y = tf.split(stroke, 4, axis=1)
        along_x, along_y = end_x - start_x, end_y - start_y
        share = ((x - start_x) * along_x + (y - start_y) * along_y) / (along_x**2 + along_y**2 + 1e-6)
        share = tf.clip_by_value(share, 0.0, 1.0)
        nearest = tf.minimum(
            nearest, (x - start_x - share * along_x) ** 2 + (y - start_y - share * along_y) ** 2
        )
    return width[:, tf.newaxis] / 2 - tf.sqrt(nearest)


@dataclass(frozen=True)
class _Deformation:
    """From places on the new sheet to places in the original picture.

    ``matrix`` (n, 2, 2) turns, slants and stretches; ``bends`` (n, waves, waves, 2) are the
    heights of the waves. Both act around the middle of the sheet and of the ink.
    """

    matrix: tf.Tensor
    bends: tf.Tensor
    middle_x: tf.Tensor
    middle_y: tf.Tensor

    def __call__(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Places of a grid, columns x (n, c) and rows y (n, r), each as (n, r·c)."""
        moves = tf.einsum("nrk,nklv,ncl->nvrc", self._waves(y), self.bends, self._waves(x))
        x = x[:, tf.newaxis, :] + moves[:, 0]
        y = y[:, :, tf.newaxis] + moves[:, 1]
        matrix = self.matrix[:, :, :, tf.newaxis, tf.newaxis]
        flat = [tf.shape(x)[0], x.shape[1] * x.shape[2]]
        from_x = matrix[:, 0, 0] * x + matrix[:, 0, 1] * y + self.middle_x[:, tf.newaxis, tf.newaxis]
        from_y = matrix[:, 1, 0] * x + matrix[:, 1, 1] * y + self.middle_y[:, tf.newaxis, tf.newaxis]
        return tf.reshape(from_x, flat), tf.reshape(from_y, flat)

    @staticmethod
    def _waves(places: tf.Tensor) -> tf.Tensor:
        half_waves = math.pi * tf.range(_WAVES, dtype=tf.float32)
        return tf.cos(half_waves * (places[:, :, tf.newaxis] / IMAGE_SIZE + 0.5))


def _deformation(shape: _Shape, dice: _Dice) -> _Deformation:
    angle, slant = dice.between(-TURN, TURN), dice.between(-SLANT, SLANT)
    stretch = tf.exp(dice.between(-STRETCH, STRETCH))
    sin, cos = tf.sin(angle), tf.cos(angle)
    turned = [cos * stretch, cos * slant - sin, sin * stretch, sin * slant + cos]
    waves = np.hypot(*np.mgrid[:_WAVES, :_WAVES])[..., np.newaxis]
    heights = BEND * (waves > 0) / np.maximum(waves, 1.0) ** 1.5
    amount = dice.between(0.0, 1.0)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    return _Deformation(
        tf.reshape(tf.stack(turned, 1), [-1, 2, 2]),
        dice.normal(_WAVES, _WAVES, 2) * amount * heights.astype(np.float32),
        (shape.left + shape.right) / 2,
        (shape.top + shape.bottom) / 2,
    )


def augment(fields: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Write each digit of a batch as another hand might have, in MNIST's own form.

    Parameters
    ----------
    fields : tensor of int8, shape (n, 28, 28)
        As `signed_distance_fields` gives them.
    labels : tensor of integers, shape (n,)
        Which digits they are: only zeros are slashed.
    seed : tensor of int, shape (2,)
        The same seed gives the same pictures.

    Returns
    -------
    tensor of uint8, shape (n, 28, 28)
        The longer side is about 20 pixels, and the centre of mass is where MNIST has it.
    """
    field = tf.cast(fields, tf.float32) / _FINENESS
    dice = _Dice(seed, tf.shape(fields)[0])
    shape = _shape(field)
    strokes = _further_strokes(shape, labels, dice)
    hole, hole_width = gap(field, shape, dice.happens(GAPPED), dice)
    origin = _deformation(shape, dice)

    # First roughly and in its own size, to see how large it has become.
    view = tf.linspace(-_VIEW, _VIEW, _VIEW_POINTS) + tf.zeros_like(shape.pen)[:, tf.newaxis]
    x, y = origin(view, view)
    seen = tf.maximum(_nearest(field, x, y), _inside(strokes, shape.pen, x, y))
    seen = tf.minimum(seen, -_inside([hole], hole_width, x, y))
    ink = tf.reshape(tf.clip_by_value(seen + 0.5, 0.0, 1.0), [-1, _VIEW_POINTS, _VIEW_POINTS])
    rows, columns = tf.reduce_sum(ink, 2), tf.reduce_sum(ink, 1)
    size = tf.maximum(_span(rows, view), _span(columns, view))

    # Then with the new pen, so that with it the longer side is as long as it should be.
    pen = tf.exp(dice.between(math.log(THINNEST), math.log(THICKEST)))
    scale = (DIGIT_SIZE - pen) / tf.maximum(size - shape.pen, 4.0) * dice.between(0.95, 1.02)
    # A thin stroke may not be lost where it is thinnest, nor a wide one reach where the field ends.
    wider = tf.clip_by_value(pen / 2 - scale * shape.pen / 2, -0.2 * scale * shape.pen, scale * _REACH - 0.5)
    frame = (_PLACES - CENTRE) / scale[:, tf.newaxis]
    x, y = origin(frame + _mean(columns, view), frame + _mean(rows, view))
    ink = tf.maximum(_between(field, x, y), _inside(strokes, shape.pen, x, y))
    ink = tf.minimum(ink, -_inside([hole], hole_width, x, y))
    ink = ink * scale[:, tf.newaxis] + wider[:, tf.newaxis] + 0.5
    pixels = tf.clip_by_value(ink, 0.0, 1.0) * MAX_PIXEL
    return tf.reshape(tf.cast(tf.round(pixels), tf.uint8), [-1, IMAGE_SIZE, IMAGE_SIZE])


def _span(profile: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Length of the part that has ink, shape (n, 1) to (n,)."""
    used = profile > 0.5
    return (
        tf.reduce_max(tf.where(used, places, -_VIEW), 1)
        - tf.reduce_min(tf.where(used, places, _VIEW), 1)
        + 2 * _VIEW / (_VIEW_POINTS - 1)
    )


def _mean(profile: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    weight = tf.maximum(tf.reduce_sum(profile, 1, keepdims=True), 1e-6)
    return tf.reduce_sum(profile * places, 1, keepdims=True) / weight


def _nearest(field: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return _pixel(field, tf.cast(tf.floor(x), tf.int32), tf.cast(tf.floor(y), tf.int32))


def _between(field: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The field at places between the middles of four pixels."""
    left, top = tf.floor(x - 0.5), tf.floor(y - 0.5)
    right_share, low_share = x - 0.5 - left, y - 0.5 - top
    column, row = tf.cast(left, tf.int32), tf.cast(top, tf.int32)
    upper, upper_right = _pixel(field, column, row), _pixel(field, column + 1, row)
    lower, lower_right = _pixel(field, column, row + 1), _pixel(field, column + 1, row + 1)
    upper += right_share * (upper_right - upper)
    lower += right_share * (lower_right - lower)
    return upper + low_share * (lower - upper)


def _pixel(field: tf.Tensor, column: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
    """Pixels at places, shape (n, p); outside the picture, those at its edge, which are paper."""
    column = tf.clip_by_value(column, 0, IMAGE_SIZE - 1)
    row = tf.clip_by_value(row, 0, IMAGE_SIZE - 1)
    first = tf.range(tf.shape(field)[0])[:, tf.newaxis] * IMAGE_SIZE**2
    return tf.gather(tf.reshape(field, [-1]), first + row * IMAGE_SIZE + column)
