"""A written number cut into segments, each of them a digit or a piece of one.

Strokes are cut where the pen went on from one digit to the next, a picture into connected
components and along seams (`core.drawing.seams`). There are rather too many cuts than too few:
which segments belong together is known only once they have been read, see
`core.drawing.number`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.seams import cut_along_seams, runs
from core.drawing.strokes import Stroke

MAX_DIGITS = 12
# Twelve digits of four strokes each have no more segments than this, and no more marks.
_MAX_SEGMENTS = 4 * MAX_DIGITS
_MAX_MARKS = 3 * _MAX_SEGMENTS

# The rest but `_COLUMNS` are shares of the height of a digit.
# What is less tall or wider than this is rarely a digit.
SHORT = 0.6
# A speck smaller than this is dust.
_SPECK = 0.12
# A seam through more ink than this would cut a digit in two.
_MAX_SEAM = 0.5
# Cuts are no closer than this to one another or to an end; strokes are looked at in this many columns.
_EDGE = 0.15
_COLUMNS = 24
# What is cut off is at least this tall: no digit is a mere bar.
_TALL = 0.4
# Segments that overlap by this much from left to right belong together.
_OVERLAP = 0.35

Content = TypeVar("Content")
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]


class NumberError(ValueError):
    """Raised when there are more marks or digits than in a number. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            f"This is too much for a number of up to {MAX_DIGITS} digits. Write fewer, side by side."
        )


@dataclass(frozen=True)
class Box:
    """A bounding box, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Halfway from left to right."""
        return (self.left + self.right) / 2

    def gap(self, other: "Box") -> float:
        """Return the free space to another box from left to right; negative if they overlap."""
        return max(other.left - self.right, self.left - other.right)

    def union(self, other: "Box") -> "Box":
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class Segment(Generic[Content]):
    """A digit or a piece of one, which is not cut any further.

    Attributes
    ----------
    box : Box
        Around the path of the pen, without its width.
    contents : tuple
        Strokes, or labels of pixels.
    origin : int
        The stroke or connected component that it was cut from.
    cut : float, optional
        Pixels of ink on the cut between it and what was to its left; None if it was not cut.
    """

    box: Box
    contents: tuple[Content, ...]
    origin: int
    cut: float | None

    def merge(self, other: "Segment[Content]") -> "Segment[Content]":
        """Return both as one segment."""
        return Segment(
            self.box.union(other.box),
            self.contents + other.contents,
            min(self.origin, other.origin),
            None if self.cut is None or other.cut is None else max(self.cut, other.cut),
        )


@dataclass(frozen=True, eq=False)
class Segmentation(Generic[Content]):
    """The segments of a number from left to right, and the height of its digits in pixels."""

    segments: tuple[Segment[Content], ...]
    height: float


@dataclass(frozen=True, eq=False)
class ImageSegmentation(Segmentation[int]):
    """The segments of a picture.

    Attributes
    ----------
    labels : ndarray of int, shape (height, width)
        The segment contents that each pixel belongs to; faint ink and ground go to the nearest.
    stroke_width : float
        In pixels.
    """

    labels: Labels
    stroke_width: float


def segment_strokes(strokes: Sequence[Stroke]) -> Segmentation[Stroke]:
    """Return the segments of a number written with these strokes, at least one.

    Parameters
    ----------
    strokes : sequence of ndarray, each of shape (n, 2)

    Raises
    ------
    NumberError
        If there are too many marks for a number of `MAX_DIGITS` digits.
    """
    if len(strokes) > _MAX_MARKS:
        raise NumberError
    boxes = [_box_of(stroke) for stroke in strokes]
    height = _digit_height(boxes)
    segments: list[Segment[Stroke]] = []
    for index in _without_specks(boxes, height):
        segments += _cut_stroke(strokes[index], height, index)
    return Segmentation(_in_order(segments, height), height)


def segment_image(ink: Mask) -> ImageSegmentation:
    """Return the segments of a picture of a number: connected components, cut along seams.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)
        At least one pixel of ink.

    Raises
    ------
    NumberError
        If there are too many marks for a number of `MAX_DIGITS` digits.
    """
    components, _ = ndimage.label(ink, structure=np.ones((3, 3)))
    found = ndimage.find_objects(components)
    stroke_width = _stroke_width(ink)
    boxes = [_path_box(slices, stroke_width) for slices in found]
    height = _digit_height(boxes)
    if len(boxes) > _MAX_MARKS:
        raise NumberError
    labels = np.zeros(ink.shape, dtype=np.intp)
    segments: list[Segment[int]] = []
    for component in _without_specks(boxes, height):
        slices = found[component]
        pieces, cuts = _cut_component(components[slices] == component + 1, height)
        for piece, cut in enumerate(cuts):
            label = len(segments) + 1
            labels[slices][pieces == piece] = label
            (own,) = ndimage.find_objects((labels == label).astype(np.int8))
            segments.append(Segment(_path_box(own, stroke_width), (label,), component, cut))
    nearest = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    return ImageSegmentation(_in_order(segments, height), height, labels[tuple(nearest)], stroke_width)


def _digit_height(boxes: Sequence[Box]) -> float:
    """Return the height of a digit: the median of what lies one above the other."""
    piles: list[Box] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if piles and box.gap(piles[-1]) < -min(box.width, piles[-1].width) / 2:
            piles[-1] = piles[-1].union(box)
        else:
            piles.append(box)
    tallest = max(pile.height for pile in piles)
    return max(float(np.median([pile.height for pile in piles if pile.height >= tallest / 2])), 1.0)


def _without_specks(boxes: Sequence[Box], height: float) -> list[int]:
    """Return the indices of the marks that are not a speck beside the digits."""
    tall = [box for box in boxes if box.height >= SHORT * height]
    kept = [
        index
        for index, box in enumerate(boxes)
        if max(box.width, box.height) > _SPECK * height or any(box.gap(other) < 0 for other in tall)
    ]
    return kept or list(range(len(boxes)))


def _in_order(segments: Sequence[Segment[Content]], height: float) -> tuple[Segment[Content], ...]:
    """Return segments from left to right, those that overlap much merged."""
    merged: list[Segment[Content]] = []
    for segment in segments:
        joined = segment
        while overlapping := [other for other in merged if joined.box.gap(other.box) < -_OVERLAP * height]:
            merged = [other for other in merged if other not in overlapping]
            for other in overlapping:
                joined = joined.merge(other)
        merged.append(joined)
    if len(merged) > _MAX_SEGMENTS:
        raise NumberError
    return tuple(sorted(merged, key=lambda segment: segment.box.middle))


def _box_of(stroke: Stroke) -> Box:
    (left, top), (right, bottom) = stroke.min(axis=0), stroke.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def _cut_stroke(stroke: Stroke, height: float, origin: int) -> list[Segment[Stroke]]:
    """Cut a stroke where it goes from one side to the other only once, as between two digits."""
    pieces, rest, done = [], stroke, 0
    for after, point in sorted(_crossings(stroke, height), key=lambda crossing: crossing[0]):
        pieces.append(np.concatenate([rest[: after + 1 - done], point[None]]))
        rest, done = np.concatenate([point[None], stroke[after + 1 :]]), after
    pieces.append(rest)
    pieces.sort(key=lambda piece: _box_of(piece).middle)
    return [Segment(_box_of(piece), (piece,), origin, 0.0 if i else None) for i, piece in enumerate(pieces)]


def _crossings(stroke: Stroke, height: float) -> list[tuple[int, Stroke]]:
    """Return where to cut a stroke, from left to right: the index of the point before, and the point."""
    box = _box_of(stroke)
    if box.width < SHORT * height:
        return []
    x = stroke[:, 0]
    columns = np.arange(box.left + _EDGE * height, box.right - _EDGE * height, height / _COLUMNS)
    crossed = (x[:-1, None] < columns) != (x[1:, None] < columns)
    found: list[tuple[int, Stroke]] = []
    rest = stroke
    for run in runs(crossed.sum(axis=0) == 1):
        middle = (run.start + run.stop - 1) // 2
        after, column = int(crossed[:, middle].argmax()), columns[middle]
        share = (column - x[after]) / (x[after + 1] - x[after])
        point = stroke[after] + share * (stroke[after + 1] - stroke[after])
        sides = [np.vstack([rest[chosen], point]) for chosen in (rest[:, 0] < column, rest[:, 0] >= column)]
        if min(np.ptp(side[:, 1]) for side in sides) >= _TALL * height:
            found.append((after, point))
            rest = sides[1]
    return found


def _stroke_width(ink: Mask) -> float:
    """Return twice the distance from the middle of a stroke to its edge, in pixels, at the median."""
    depth = ndimage.distance_transform_edt(np.pad(ink, 1))
    middle = (depth > 0) & (depth == ndimage.maximum_filter(depth, 3))
    return float(2 * np.median(depth[middle]) - 1)


def _path_box(slices: tuple[slice, slice], stroke_width: float) -> Box:
    """Return the box of some ink without the width of the pen."""
    rows, columns = slices
    inset_x = min(stroke_width, columns.stop - columns.start) / 2
    inset_y = min(stroke_width, rows.stop - rows.start) / 2
    return Box(columns.start + inset_x, rows.start + inset_y, columns.stop - inset_x, rows.stop - inset_y)


def _cut_component(ink: Mask, height: float) -> tuple[Labels, list[float | None]]:
    """Return what `cut_along_seams` does; what is narrower than a digit stays in one piece."""
    if ink.shape[1] <= SHORT * height:
        return np.where(ink, 0, -1), [None]
    return cut_along_seams(ink, round(_EDGE * height), _MAX_SEAM * height, _TALL * height)
