"""A number read digit by digit.

Where a digit ends is known only once it has been read: the bar of a five lies apart from its
body as a one lies apart from a zero. So a number is cut into more segments than it has digits
(`core.drawing.segmentation`), neighboring segments are put together in every way that could be
a digit, the network and the detector look at all of these candidates at once, it is asked how well
each agrees with what a third network sees in the whole number (`core.drawing.agreement`), and the
shortest path from the first segment to the last wins: the segmentation graph of LeCun, Bottou, Bengio
and Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data import MAX_PIXEL, Images
from core.drawing.agreement import digit_cost
from core.drawing.boxes import Box
from core.drawing.detector import MAX_FALSE_REJECTION_RATE, load_detector
from core.drawing.segmentation import (
    MAX_DIGITS,
    SHORT,
    NumberError,
    segment_image,
    segment_strokes,
)
from core.drawing.segmentation_graph import Candidate, Graph, find_candidates, segmentation_cost
from core.drawing.segments import Segmentation
from core.drawing.strokes import Stroke, strokes_to_mnist
from core.drawing.views import probability_in_views
from core.evaluation import Model, predict
from core.ink import InkBox, ink_box, to_mnist

# Lengths are shares of the height of a digit, costs are −log probabilities.
# From this width on, each further part of the height makes a digit less probable.
_WIDE = 1.2
_PER_WIDE = 6.0
# And so does each part of the height that is missing up to `SHORT`.
_PER_SHORT = 15.0
# Only a one is as narrow as this.
_NARROW = 0.22
_NOT_ONE = 3.0
# Even a network that is sure of another digit may be wrong.
_MIN_PROBABILITY = 0.01

# Parts that the detector rejects at this false rejection rate are no digits, so the whole is no
# number. At 1%, 98% of pairs of pen digits (37% of joined ones) and 5% of letters look like a number.
_PART_REJECTION_RATE = 0.01

# What hangs together, and passes even at this one, is not cut, wide as it may be: of 4,200 drawings of two
# pen digits at most 14 pass, of 23 of MNIST's digits that would be cut 11.
_WHOLE_REJECTION_RATE = 0.05

# With a lower probability, of the cuts and of the digits in other views, another number may be written.
_CERTAIN = 0.8

# A larger picture is made smaller, in pixels.
_MAX_HEIGHT = 160
_MAX_WIDTH = 2_000
# A pixel is ink from this share of the blackest ink on.
_INK = 0.3


@dataclass(frozen=True, eq=False)
class DigitReading:
    """One digit of a number.

    Attributes
    ----------
    box : InkBox
        Where it is, in pixels of the drawing; of strokes without the width of the pen.
    image : ndarray of uint8, shape (28, 28)
        As the network saw it.
    probabilities : ndarray of float32, shape (10,)
        Sums to 1.
    probability_in_views : float
        The mean probability of `digit` over all views of the image (`core.drawing.views`), 0 to 1.
    strokes : tuple of ndarray, each of shape (n, 2)
        What it is made of; empty if it was read from a picture.
    """

    box: InkBox
    image: npt.NDArray[np.uint8]
    probabilities: npt.NDArray[np.float32]
    probability_in_views: float
    strokes: tuple[Stroke, ...] = ()

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True)
class NumberReading:
    """The digits of a number from left to right, at least one.

    Attributes
    ----------
    digits : tuple of DigitReading
    certain : bool, default True
        False if it may be another number: it may not be clear where a digit ends and the next begins,
        which digits of a page belong together, or what they are.
    """

    digits: tuple[DigitReading, ...]
    certain: bool = True

    @property
    def box(self) -> InkBox:
        """Around all digits."""
        boxes = [digit.box for digit in self.digits]
        return InkBox(
            min(box.left for box in boxes),
            min(box.top for box in boxes),
            max(box.right for box in boxes),
            max(box.bottom for box in boxes),
        )

    @property
    def number(self) -> str:
        """The digits written out, such as ``407``."""
        return "".join(str(reading.digit) for reading in self.digits)


def read_number_from_strokes(model: Model, strokes: Sequence[Stroke]) -> NumberReading | None:
    """Return the number that is written with these strokes.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    strokes : sequence of ndarray, each of shape (n, 2)
        x and y in pixels, y downwards, as `core.drawing.strokes.as_strokes` returns them. Their
        order does not matter: a seven may be crossed at the very end.

    Returns
    -------
    NumberReading or None
        None if there are no strokes.

    Raises
    ------
    NumberError
        If there are more than `MAX_DIGITS` digits, or too many marks for that many digits.
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    if not strokes:
        return None
    found = segment_strokes(strokes)
    read, certain = _read(model, found, lambda labels: strokes_to_mnist(found.strokes_of(labels)))
    digits = (replace(digit, strokes=found.strokes_of(candidate.labels)) for candidate, digit in read)
    return NumberReading(tuple(digits), certain)


def looks_like_several(model: Model, strokes: Sequence[Stroke]) -> bool:
    """Return whether strokes that were meant to be one digit are several, side by side.

    That is so if there are two strokes at least, if the detector finds the whole strange, and if it
    can be cut into parts that are digits. Of 1,000 pen digits, many of them with strokes that lie
    apart, none looks like several.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    strokes : sequence of ndarray, each of shape (n, 2)
        As for `read_number_from_strokes`.

    Raises
    ------
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    DataError
        If the detector cannot be loaded.
    """
    if len(strokes) < 2:
        return False
    detector, image = load_detector(), strokes_to_mnist(strokes)
    if image is None or detector.is_digit(image, MAX_FALSE_REJECTION_RATE):
        return False
    try:
        reading = read_number_from_strokes(model, strokes)
    except NumberError:
        return False
    if reading is None or len(reading.digits) == 1:
        return False
    parts = np.stack([digit.image for digit in reading.digits])
    return not detector.rejects(parts, _PART_REJECTION_RATE).any()


def read_number_from_image(model: Model, image: npt.ArrayLike) -> NumberReading | None:
    """Return the number in a picture, where digits may touch.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    image : array_like, shape (height, width)
        Light ink on a black ground, whole numbers from 0 to 255 or floats from 0 to 1.

    Returns
    -------
    NumberReading or None
        None if there is no ink.

    Raises
    ------
    NumberError
        If there are more than `MAX_DIGITS` digits, or too many marks for that many digits.
    ValueError
        If the array does not have this shape, or holds NaN or infinity.
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    picture = np.asarray(image)
    if picture.ndim != 2:
        raise ValueError("A picture of a number must be gray.")
    frame = ink_box(picture)
    if frame is None:
        return None
    ink = picture[frame.top : frame.bottom, frame.left : frame.right].astype(np.float32)
    shrink = max(1.0, ink.shape[0] / _MAX_HEIGHT, ink.shape[1] / _MAX_WIDTH)
    size = (max(1, round(ink.shape[1] / shrink)), max(1, round(ink.shape[0] / shrink)))
    ink = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))
    ink = ink * (MAX_PIXEL / ink.max())
    found = segment_image(ink > _INK * MAX_PIXEL)

    def render(labels: Sequence[int]) -> Images | None:
        place, mask = found.mask_of(labels)
        return to_mnist(np.where(mask, ink[place], 0).astype(np.uint8))

    read, certain = _read(model, found, render)
    digits = (
        replace(digit, box=_on_picture(digit.box, frame, shrink, found.stroke_width)) for _, digit in read
    )
    return NumberReading(tuple(digits), certain)


def _on_picture(box: InkBox, frame: InkBox, shrink: float, stroke_width: float) -> InkBox:
    """Return a box of the path in the shrunken frame as a box of the ink in the picture."""
    grow = stroke_width / 2
    return InkBox(
        max(frame.left, frame.left + math.floor((box.left - grow) * shrink)),
        max(frame.top, frame.top + math.floor((box.top - grow) * shrink)),
        min(frame.right, frame.left + math.ceil((box.right + grow) * shrink)),
        min(frame.bottom, frame.top + math.ceil((box.bottom + grow) * shrink)),
    )


def _read(
    model: Model, found: Segmentation, render: Callable[[Sequence[int]], Images | None]
) -> tuple[list[tuple[Candidate, DigitReading]], bool]:
    """Return the most probable digits, in the boxes of their paths, and whether they are certain."""
    candidates = list(find_candidates(found))
    rendered = [render(candidate.labels) for candidate in candidates]
    images = np.stack([image for image in rendered if image is not None])
    probabilities = predict(model, images)
    detector = load_detector()
    scores = detector.score(images).tolist()
    costs = [
        _recognition_cost(candidate.box, found.height, ten)
        + segmentation_cost(candidate, found.height)
        + digit_cost(found.sample, candidate.labels, candidate.box, found.height, score)
        for candidate, ten, score in zip(candidates, probabilities, scores, strict=True)
    ]
    graph = Graph(found, candidates, costs)
    path = list(graph.shortest_path())
    if len(path) > 1:
        path = [i for i in graph.whole if detector.is_digit(images[i], _WHOLE_REJECTION_RATE)][:1] or path
    if len(path) > MAX_DIGITS:
        raise NumberError
    digits = probabilities.argmax(axis=1).tolist()
    in_views = probability_in_views(model, images[path], probabilities[path].argmax(axis=1))
    probability = graph.probability(digits, [digits[i] for i in path]) * float(in_views.prod())
    read = [
        (candidates[i], DigitReading(candidates[i].box.outer, images[i], probabilities[i], share))
        for i, share in zip(path, in_views.tolist(), strict=True)
    ]
    return read, probability >= _CERTAIN


def _recognition_cost(box: Box, height: float, probabilities: npt.NDArray[np.float32]) -> float:
    """Return how improbable it is that a candidate is one digit, as −log, by the network and by its shape.

    A network is as sure of half a zero as of a whole one, so this does not say whether it is whole.
    """
    cost = -math.log(max(float(probabilities.max()), _MIN_PROBABILITY))
    cost += _PER_SHORT * max(0.0, SHORT - box.height / height)
    tall = max(box.height, SHORT * height)
    cost += _PER_WIDE * max(0.0, box.width / tall - _WIDE)
    if box.width < _NARROW * tall and probabilities.argmax() != 1:
        cost += _NOT_ONE
    return cost
