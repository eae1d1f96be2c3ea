"""A written number cut into segments, each of them a digit or a piece of one.

Strokes and connected components of a picture are cut where their ink points to the centers of
different digits (`core.drawing.instances`, `core.drawing.center_cuts`). There are rather too many cuts
than too few: which segments belong together is known only once they have been read, see
`core.drawing.number`.
"""

import functools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.agreement import InkSample
from core.drawing.boxes import Box, box_of
from core.drawing.center_cuts import STEP, cut_image, is_link
from core.drawing.instances import InkCenters, centers_in_image, centers_in_strokes
from core.drawing.segments import ImageSegmentation, Labels, Mask, Segment, StrokeSegmentation
from core.drawing.stroke_cuts import CutPart, cut_stroke, even_path
from core.drawing.strokes import Stroke

MAX_DIGITS = 12
# Twelve digits of four strokes each have no more segments than this, and no more marks.
_MAX_SEGMENTS = 6 * MAX_DIGITS
_MAX_MARKS = 12 * MAX_DIGITS
# About so many pixels of the ink stand for all of it.
_SAMPLE = 3_000

# The rest are shares of the height of a digit.
# What is less tall or wider than this is rarely a digit.
SHORT = 0.6
# A speck smaller than this is dust.
_SPECK = 0.12
# A component no wider than this is not cut, and no blot of a pen as wide as digits are tall.
_ONE = 0.4
# Segments that overlap by this much from left to right belong together.
_OVERLAP = 0.35

Floats = npt.NDArray[np.float64]


class NumberError(ValueError):
    """Raised when there are more marks or digits than in a number. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            f"This is too much for a number of up to {MAX_DIGITS} digits. Write fewer, side by side."
        )


def segment_strokes(strokes: Sequence[Stroke]) -> StrokeSegmentation:
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
    boxes = [box_of(stroke) for stroke in strokes]
    height = _digit_height(boxes)
    kept = _without_specks(boxes, height)
    seen = centers_in_strokes([strokes[index] for index in kept], height)
    segments: list[Segment] = []
    pieces: list[Stroke] = []
    origins: list[int] = []
    for index in kept:
        parts = cut_stroke(strokes[index], height, seen)
        segments += _segments_of(parts, index, len(pieces))
        pieces += [piece for part in parts for piece in _pieces_of(part)]
        origins += [index] * (len(pieces) - len(origins))
    piece_boxes = {label: box_of(piece) for label, piece in enumerate(pieces)}
    sample = _sample_of_strokes(pieces, seen, height)
    return StrokeSegmentation(
        _in_order(segments, height), height, piece_boxes, sample, tuple(pieces), tuple(origins)
    )


def _sample_of_strokes(pieces: Sequence[Stroke], seen: InkCenters, height: float) -> InkSample:
    paths = [even_path(piece, STEP * height)[0] for piece in pieces]
    labels = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
    return InkSample(labels, *seen.at(np.concatenate(paths)))


def _pieces_of(part: CutPart) -> list[Stroke]:
    return [piece for piece in (part.before, part.body, part.after) if piece is not None]


def _segments_of(parts: Sequence[CutPart], origin: int, first: int) -> list[Segment]:
    """Return the segments of a stroke from left to right; its pieces have labels from the first on."""
    middles = [box_of(part.body).middle for part in parts]
    leftmost, label = int(np.argmin(middles)), first
    segments = []
    for place, part in enumerate(parts):
        pieces = _pieces_of(part)
        labels = tuple(range(label, label + len(pieces)))
        label += len(pieces)
        before = frozenset(labels[:1] if part.before is not None else ())
        after = frozenset(labels[-1:] if part.after is not None else ())
        # What was written before is to the left, unless the hand went to the left.
        to_the_left = place > 0 and middles[place - 1] > middles[place]
        to_the_left |= place + 1 < len(parts) and middles[place + 1] < middles[place]
        box = functools.reduce(Box.union, map(box_of, pieces))
        sides = (after, before) if to_the_left else (before, after)
        segments.append(Segment(box, labels, origin, place != leftmost, *sides))
    return segments


def segment_image(ink: Mask) -> ImageSegmentation:
    """Return the segments of a picture of a number: connected components, cut between digits.

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
    pen = _stroke_width(ink)
    boxes = [_path_box(slices, pen) for slices in found]
    height = _digit_height(boxes)
    if len(boxes) > _MAX_MARKS:
        raise NumberError
    centers, links = _look(ink, height)
    labels = np.zeros(ink.shape, dtype=np.intp)
    segments: list[Segment] = []
    for component in _without_specks(boxes, height):
        place = found[component]
        pieces: Labels = np.where(components[place] == component + 1, 0, -1)
        if pieces.shape[1] > _ONE * height and pen < height:
            pieces = cut_image(pieces == 0, centers[place], links[place], height, pen)
        kinds = _with_spurs(pieces, links[place])
        own = _labeled(kinds, int(labels.max()) + 1)
        labels[place] = np.maximum(labels[place], own)
        segments += _segments_of_component(pieces, kinds, own, component, place, pen)
    path_boxes = {label: _path_box(place, pen) for label, place in enumerate(ndimage.find_objects(labels), 1)}
    nearest = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    every = slice(None, None, max(1, np.count_nonzero(ink) // _SAMPLE))
    sample = InkSample(labels[ink][every], centers[ink][every], links[ink][every])
    in_order = _in_order(segments, height, cuts_hold=True)
    return ImageSegmentation(in_order, height, path_boxes, sample, labels[tuple(nearest)], pen)


def _segments_of_component(
    pieces: Labels, kinds: Labels, labels: Labels, origin: int, place: tuple[slice, slice], pen: float
) -> Iterator[Segment]:
    """Return the segments of a connected component from left to right; parameters as in `segment_image`."""
    for piece, inside in enumerate(ndimage.find_objects(pieces + 1)):
        box = _path_box(_moved(inside, place), pen)
        body, *spurs = (frozenset[int](labels[kinds == 3 * piece + side].tolist()) for side in range(3))
        yield Segment(box, tuple(sorted(body.union(*spurs))), origin, piece > 0, *spurs)


def _look(ink: Mask, height: float) -> tuple[Floats, Floats]:
    """Return what the instance network says of each pixel of ink: `InkCenters` on the picture."""
    rows, columns = np.nonzero(ink)
    centers, links = np.zeros(ink.shape), np.zeros(ink.shape)
    centers[ink], links[ink] = centers_in_image(ink, height).at(np.column_stack([columns, rows]) + 0.5)
    return centers, links


def _with_spurs(pieces: Labels, links: Floats) -> Labels:
    """Return three times the number of each piece, 1 more for a link on its left, 2 for one on its right."""
    kinds: Labels = np.where(pieces < 0, -1, 3 * pieces)
    columns, last = np.arange(pieces.shape[1]), pieces.max()
    for piece in range(last + 1):
        own = pieces == piece
        link = own & is_link(links)
        middle = np.flatnonzero(own.any(axis=0)).mean()
        kinds[link & (columns <= middle) & (piece > 0)] += 1
        kinds[link & (columns > middle) & (piece < last)] += 2
    return kinds


def _labeled(kinds: Labels, first: int) -> Labels:
    """Return labels from the first on, a different one for each kind of ink; 0 for no ink."""
    labels = np.zeros(kinds.shape, dtype=np.intp)
    _, inverse = np.unique(kinds[kinds >= 0], return_inverse=True)
    labels[kinds >= 0] = first + inverse
    return labels


def _moved(inside: tuple[slice, slice], place: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return a part of a part of a picture as a part of the picture."""
    rows, columns = (
        slice(outer.start + inner.start, outer.start + inner.stop)
        for inner, outer in zip(inside, place, strict=True)
    )
    return rows, columns


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


def _in_order(segments: Sequence[Segment], height: float, cuts_hold: bool = False) -> tuple[Segment, ...]:
    """Return segments from left to right, those that overlap much merged, unless they were cut apart."""

    def belong_together(one: Segment, other: Segment) -> bool:
        apart = cuts_hold and one.origin == other.origin
        return not apart and one.box.gap(other.box) < -_OVERLAP * height

    merged: list[Segment] = []
    for segment in segments:
        joined = segment
        while overlapping := [other for other in merged if belong_together(joined, other)]:
            merged = [other for other in merged if other not in overlapping]
            for other in overlapping:
                joined = joined.merge(other)
        merged.append(joined)
    if len(merged) > _MAX_SEGMENTS:
        raise NumberError
    return tuple(sorted(merged, key=lambda segment: segment.box.middle))


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
