"""Several digits side by side, read one by one.

Where a digit ends is known only once it has been read: the bar of a five lies apart from its
body as a one lies apart from a nought. So a row is taken into more parts than it has digits,
neighbouring parts are put together in every way that could be a digit, the network reads all
of these at once, and the cheapest way through the row wins (the segmentation graph of LeCun,
Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998).
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data import MAX_PIXEL
from core.drawing.detector import load_judge
from core.drawing.segmentation import (
    _MAX_MARKS,
    _MAX_PARTS,
    _SHORT,
    _TOO_MANY,
    MAX_DIGITS,
    Content,
    RowError,
    _Box,
    _box_of,
    _cut_stroke,
    _Part,
    _patch_parts,
    _row_height,
    _without_specks,
)
from core.drawing.strokes import Stroke, strokes_to_mnist
from core.evaluation import Model, predict
from core.ink import InkBox, ink_box, to_mnist

# A digit is put together of at most so many parts.
_MAX_GROUP = 8

# All lengths below are shares of the height of a digit, all costs are −log probabilities.
# Marks that lie this far within one another from left to right belong together.
_BOUND = 0.35
# From this distance on, marks rather belong to two digits than to one; each part of the height
# further says so more.
_APART = 0.05
_PER_GAP = 15.0
# No digit has a hole as wide as this.
_HOLE = 0.4
_WIDEST = 1.8
_PER_SHORT = 15.0
_WIDE = 1.2
_PER_WIDE = 6.0
# As narrow as this is only a one.
_NARROW = 0.22
_NOT_ONE = 3.0
# To be cut where the pen was not lifted, or where ink touches.
_CUT = 2.0
_PER_INK_CUT = 5.0

# Even a network that is sure of another digit may be wrong.
_LEAST_PROBABILITY = 0.01

_LEAST_WHOLE = 0.001

# A larger picture is made smaller, in pixels.
_MOST_HEIGHT = 160
_MOST_WIDTH = 2_000
# Share of the blackest ink from which on a pixel is ink.
_INK = 0.3


@dataclass(frozen=True, eq=False)
class Reading:
    """One digit of a row.

    Attributes
    ----------
    box : InkBox
        Where it is, in pixels of the drawing; of strokes without the width of the pen.
    image : ndarray of uint8, shape (28, 28)
        As the network saw it.
    probabilities : ndarray of float32, shape (10,)
        Sums to 1.
    strokes : tuple of ndarray, each of shape (n, 2)
        Those that it is made of; empty if it was read from a picture.
    """

    box: InkBox
    image: npt.NDArray[np.uint8]
    probabilities: npt.NDArray[np.float32]
    strokes: tuple[Stroke, ...] = ()

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True)
class Row:
    """The digits of a row from left to right, at least one."""

    readings: tuple[Reading, ...]

    @property
    def number(self) -> str:
        """The digits written out, such as ``407``."""
        return "".join(str(reading.digit) for reading in self.readings)


@dataclass(frozen=True, eq=False)
class _Group:
    """Neighbouring parts, from `start` up to but without `end`, taken as one digit.

    Attributes
    ----------
    start, end : int
    box : _Box
    hole : float
        The widest free space in it, in pixels; negative if there is none.
    """

    start: int
    end: int
    box: _Box
    hole: float


def read_row(model: Model, strokes: Sequence[Stroke]) -> Row | None:
    """Read a row of digits from the path of the pen.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    strokes : sequence of ndarray, each of shape (n, 2)
        x and y in pixels, y downwards, as `core.drawing.strokes.as_strokes` gives them. Their order does
        not matter: a seven may be crossed at the very end.

    Returns
    -------
    Row or None
        None if there are no strokes.

    Raises
    ------
    RowError
        If there are more than `MAX_DIGITS` digits, or too many marks for as many.
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    if not strokes:
        return None
    if len(strokes) > _MAX_MARKS:
        raise RowError(_TOO_MANY)
    boxes = [_box_of(stroke) for stroke in strokes]
    height = _row_height(boxes)
    parts: list[_Part[Stroke]] = []
    for place in _without_specks(boxes, height):
        parts += _cut_stroke(strokes[place], height, place)
    row, contents = _read(model, parts, height, strokes_to_mnist)
    return Row(
        tuple(
            dataclasses.replace(reading, strokes=own)
            for reading, own in zip(row.readings, contents, strict=True)
        )
    )


def read_picture(model: Model, image: npt.ArrayLike) -> Row | None:
    """Read a row of digits from a picture, where they may touch.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    image : array_like, shape (height, width)
        Light ink on a black ground, whole numbers from 0 to 255 or floats from 0 to 1.

    Returns
    -------
    Row or None
        None if there is no ink.

    Raises
    ------
    RowError
        If there are more than `MAX_DIGITS` digits, or too many marks for as many.
    ValueError
        If the array does not have this shape, or holds NaN or infinity.
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    picture = np.asarray(image)
    if picture.ndim != 2:
        raise ValueError("A row of digits must be a grey picture.")
    frame = ink_box(picture)
    if frame is None:
        return None
    ink = picture[frame.top : frame.bottom, frame.left : frame.right].astype(np.float32)
    shrink = max(1.0, ink.shape[0] / _MOST_HEIGHT, ink.shape[1] / _MOST_WIDTH)
    size = (max(1, round(ink.shape[1] / shrink)), max(1, round(ink.shape[0] / shrink)))
    ink = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))
    ink = ink * (MAX_PIXEL / ink.max())

    parts, numbers, height, pen = _patch_parts(ink > _INK * MAX_PIXEL)

    def draw(contents: Sequence[int]) -> npt.NDArray[np.uint8] | None:
        return to_mnist(np.where(np.isin(numbers, contents), ink, 0).astype(np.uint8))

    row, _ = _read(model, parts, height, draw)
    return Row(
        tuple(
            dataclasses.replace(reading, box=_on_picture(reading.box, frame, shrink, pen))
            for reading in row.readings
        )
    )


def _on_picture(box: InkBox, frame: InkBox, shrink: float, pen: float) -> InkBox:
    """A box of the path in the shrunken frame, as a box of the ink in the picture."""
    grow = pen / 2
    return InkBox(
        max(frame.left, frame.left + math.floor((box.left - grow) * shrink)),
        max(frame.top, frame.top + math.floor((box.top - grow) * shrink)),
        min(frame.right, frame.left + math.ceil((box.right + grow) * shrink)),
        min(frame.bottom, frame.top + math.ceil((box.bottom + grow) * shrink)),
    )


# --- The way through the row -----------------------------------------------------------------


def _read(
    model: Model,
    parts: Sequence[_Part[Content]],
    height: float,
    draw: Callable[[Sequence[Content]], npt.NDArray[np.uint8] | None],
) -> tuple[Row, list[tuple[Content, ...]]]:
    """Put parts together to the most probable digits; also what each is made of."""
    parts = sorted(_bind(parts, height), key=lambda part: part.box.middle)
    if len(parts) > _MAX_PARTS:
        raise RowError(_TOO_MANY)
    groups = list(_groups(parts, height))
    contents = [
        tuple(content for part in parts[g.start : g.end] for content in part.contents) for g in groups
    ]
    drawn = [draw(content) for content in contents]
    images = np.stack([image for image in drawn if image is not None])
    probabilities = predict(model, images)
    costs = [
        _digit_cost(group.box, height, answer, float(share))
        + _PER_GAP * max(0.0, group.hole / height - _APART)
        + _cut_cost(parts, group, height)
        for group, answer, share in zip(groups, probabilities, load_judge().probability(images), strict=True)
    ]
    chosen = _cheapest(groups, costs, len(parts), height)
    if len(chosen) > MAX_DIGITS:
        raise RowError(_TOO_MANY)
    row = Row(tuple(Reading(_outside(groups[i].box), images[i], probabilities[i]) for i in chosen))
    return row, [contents[i] for i in chosen]


def _digit_cost(box: _Box, height: float, probabilities: npt.NDArray[np.float32], one: float) -> float:
    """How improbable it is that a group is one digit, as −log: all that judges it by its look.

    A network is as sure of half a nought as of a whole one. So it is asked also whether this
    is `one` whole digit, and the shape has its say.
    """
    cost = -math.log(max(float(probabilities.max()), _LEAST_PROBABILITY))
    cost -= math.log(max(one, _LEAST_WHOLE))
    cost += _PER_SHORT * max(0.0, _SHORT - box.height / height)
    tall = max(box.height, _SHORT * height)
    cost += _PER_WIDE * max(0.0, box.width / tall - _WIDE)
    if box.width < _NARROW * tall and probabilities.argmax() != 1:
        cost += _NOT_ONE
    return cost


def _cut_cost(parts: Sequence[_Part[Content]], group: _Group, height: float) -> float:
    """What it costs to take a group off that from which its leftmost parts were cut."""
    origins: set[int] = set()
    cost = 0.0
    for part in parts[group.start : group.end]:
        if part.cut is not None and part.origin not in origins:
            cost += _CUT + _PER_INK_CUT * part.cut / height
        origins.add(part.origin)
    return cost


def _bind(parts: Sequence[_Part[Content]], height: float) -> list[_Part[Content]]:
    """Put together what lies far within one another from left to right."""
    bound: list[_Part[Content]] = []
    for part in parts:
        joined = part
        while inside := [other for other in bound if joined.box.gap(other.box) < -_BOUND * height]:
            bound = [other for other in bound if other not in inside]
            for other in inside:
                joined = _Part(
                    joined.box.around(other.box),
                    joined.contents + other.contents,
                    min(joined.origin, other.origin),
                    None if joined.cut is None or other.cut is None else max(joined.cut, other.cut),
                )
        bound.append(joined)
    return bound


def _groups(parts: Sequence[_Part[Content]], height: float) -> Iterator[_Group]:
    """All neighbouring parts that could be a digit: each alone, and several together."""
    for start, first in enumerate(parts):
        box, hole, origins = first.box, -math.inf, {first.origin}
        yield _Group(start, start + 1, box, hole)
        for end, part in enumerate(parts[start + 1 : start + _MAX_GROUP], start + 2):
            if part.origin not in origins:
                hole = max(hole, box.gap(part.box))
            box = box.around(part.box)
            origins.add(part.origin)
            if hole > _HOLE * height or (len(origins) > 1 and box.width > _WIDEST * height):
                break
            yield _Group(start, end, box, hole)


def _cheapest(groups: Sequence[_Group], costs: Sequence[float], count: int, height: float) -> tuple[int, ...]:
    """Indices of the groups on the cheapest way from the first part to the last."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    ending: dict[int, list[int]] = {end: [] for end in range(count + 1)}
    for index, (group, cost) in enumerate(zip(groups, costs, strict=True)):
        ways = [
            (best[before][0] + _overlap_cost(groups[before].box, group.box, height), best[before][1])
            for before in ending[group.start]
        ]
        so_far, way = min(ways) if group.start else (0.0, ())
        best[index] = so_far + cost, (*way, index)
        ending[group.end].append(index)
    return min(best[index] for index in ending[count])[1]


def _overlap_cost(left: _Box, right: _Box, height: float) -> float:
    return _PER_GAP * max(0.0, _APART - left.gap(right) / height)


def _outside(box: _Box) -> InkBox:
    return InkBox(math.floor(box.left), math.floor(box.top), math.ceil(box.right), math.ceil(box.bottom))


# --- Parts of a path of the pen --------------------------------------------------------------
