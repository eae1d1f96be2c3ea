"""A written number cut into segments, each of them a digit or a piece of one.

Strokes are cut where the pen went on from one digit to the next (`core.drawing.stroke_cuts`), a
picture into connected components and along seams (`core.drawing.seams`). There are rather too
many cuts than too few: which segments belong together is known only once they have been read, see
`core.drawing.number`.
"""

import functools
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from core.drawing.agreement import InkSample
from core.drawing.boxes import Box, box_of
from core.drawing.center_cuts import LINK, STEP, cut_image
from core.drawing.instances import InkCenters, centers_in_image, centers_in_strokes
from core.drawing.seams import cut_along_seams
from core.drawing.segments import ImageSegmentation, Labels, Mask, Segment, StrokeSegmentation
from core.drawing.spurs import find_spurs
from core.drawing.stroke_cuts import CutPart, cut_stroke, even_path
from core.drawing.strokes import Stroke

MAX_DIGITS = 12
MODE = {"image": "both", "spurs": "net", "strokes": "both", "spread": 0.25, "keep": True}
Floats = np.ndarray
# About so many pixels of the ink are asked for where they point to.
_SAMPLE = 3_000
# Twelve digits of four strokes each have no more segments than this, and no more marks.
_MAX_SEGMENTS = 6 * MAX_DIGITS
_MAX_MARKS = 12 * MAX_DIGITS

# The rest are shares of the height of a digit.
# What is less tall or wider than this is rarely a digit.
SHORT = 0.6
# A speck smaller than this is dust.
_SPECK = 0.12
# A seam through more ink than this would cut a digit in two.
_MAX_SEAM = 1.0
# What is left of a link on a digit is no longer than this.
_LONGEST_SPUR = 0.8
# A component no wider than this is not cut.
_ONE = 0.4
# Seams are no closer than this to one another.
_EDGE = 0.07
# What is cut off is at least this tall: no digit is a mere bar.
_TALL = 0.4
# Segments that overlap by this much from left to right belong together.
_OVERLAP = 0.35


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
        parts = cut_stroke(strokes[index], height, boxes[:index] + boxes[index + 1 :], seen)
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
        cut = None if place == leftmost else 0.0
        sides = (after, before) if to_the_left else (before, after)
        segments.append(Segment(box, labels, origin, cut, *sides))
    return segments


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
    seen = centers_in_image(ink, height)
    rows, columns = np.nonzero(ink)
    centers, links = np.zeros(ink.shape), np.zeros(ink.shape)
    centers[ink], links[ink] = seen.at(np.column_stack([columns, rows]) + 0.5)
    labels = np.zeros(ink.shape, dtype=np.intp)
    segments: list[Segment] = []
    for component in _without_specks(boxes, height):
        place = found[component]
        own_ink = components[place] == component + 1
        pieces, cuts = _cut_component(own_ink, centers[place], links[place], height, stroke_width)
        spurs = _spurs(pieces, len(cuts), stroke_width, height, centers[place], links[place])
        own = _labeled(pieces, [spur for both in spurs for spur in both], int(labels.max()) + 1)
        labels[place] = np.maximum(labels[place], own)
        sides = [[frozenset[int](own[spur].tolist()) for spur in both] for both in spurs]
        for piece, cut in enumerate(cuts):
            (inside,) = ndimage.find_objects((pieces == piece).astype(np.int8))
            box = _path_box(_moved(inside, place), stroke_width)
            left_spur = sides[piece - 1][1] if piece else frozenset[int]()
            right_spur = sides[piece][0] if piece < len(sides) else frozenset[int]()
            inner = tuple(np.unique(own[pieces == piece]).tolist())
            segments.append(Segment(box, inner, component, cut, left_spur, right_spur))
    path_boxes = {
        label: _path_box(place, stroke_width) for label, place in enumerate(ndimage.find_objects(labels), 1)
    }
    nearest = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    everywhere = labels[tuple(nearest)]
    every = slice(None, None, max(1, np.count_nonzero(ink) // _SAMPLE))
    sample = InkSample(labels[ink][every], centers[ink][every], links[ink][every])
    return ImageSegmentation(
        _in_order(segments, height), height, path_boxes, sample, everywhere, stroke_width
    )


def _spurs(
    pieces: Labels, count: int, pen: float, height: float, centers: Floats, links: Floats
) -> list[tuple[Mask, Mask]]:
    """Return the spurs on the left and on the right of each cut."""
    spurs = []
    if "net" in MODE["spurs"]:
        is_link = links >= LINK
        columns = np.arange(pieces.shape[1]) + 0.5
        # centers are in pixels of the whole picture
        middles = [np.flatnonzero((pieces == piece).any(axis=0)).mean() for piece in range(count)]
        for cut in range(1, count):
            spurs.append(
                (
                    (pieces == cut - 1) & is_link & (columns > middles[cut - 1]),
                    (pieces == cut) & is_link & (columns <= middles[cut]),
                )
            )
        return spurs
    for cut in range(1, count):
        left, right = (pieces >= 0) & (pieces < cut), pieces >= cut
        reach = _LONGEST_SPUR * height
        spurs.append((find_spurs(left, right, pen, reach), find_spurs(right, left, pen, reach)))
    return spurs


def _labeled(pieces: Labels, spurs: Sequence[Mask], first: int) -> Labels:
    """Return labels from the first on, a different one for each piece and each spur in it; 0 for no ink."""
    ink = pieces >= 0
    kinds = pieces[ink]
    for spur in spurs:
        if spur.any():
            _, kinds = np.unique(2 * kinds + spur[ink], return_inverse=True)
    labels = np.zeros(pieces.shape, dtype=np.intp)
    labels[ink] = first + kinds
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


def _in_order(segments: Sequence[Segment], height: float, keep_cuts: bool = False) -> tuple[Segment, ...]:
    """Return segments from left to right, those that overlap much merged."""
    merged: list[Segment] = []
    for segment in segments:
        joined = segment
        while overlapping := [
            other
            for other in merged
            if joined.box.gap(other.box) < -_OVERLAP * height
            and not (keep_cuts and other.origin == joined.origin)
        ]:
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


def _cut_component(
    ink: Mask, centers: Floats, links: Floats, height: float, pen: float
) -> tuple[Labels, list[float | None]]:
    """Return what `cut_along_seams` does; what is narrower than a digit stays in one piece."""
    if ink.shape[1] <= _ONE * height:
        return np.where(ink, 0, -1), [None]
    if MODE["image"] == "seams":
        return cut_along_seams(ink, round(_EDGE * height), _MAX_SEAM * height, _TALL * height)
    pieces = cut_image(ink, centers, links, height, pen)
    count = int(pieces.max()) + 1
    if MODE["image"] == "net":
        return pieces, [None] + [0.0] * (count - 1)
    every = np.full(ink.shape, -1)
    cuts: list[float | None] = []
    for piece in range(count):
        (place,) = ndimage.find_objects((pieces == piece).astype(np.int8))
        own = pieces[place] == piece
        found: list[float | None] = [None]
        inner = np.where(own, 0, -1)
        if own.shape[1] > _ONE * height and _unsure(centers[place][own & (links[place] < LINK)], height):
            inner, found = cut_along_seams(own, round(_EDGE * height), _MAX_SEAM * height, _TALL * height)
        every[place] = np.where(own, inner + len(cuts), every[place])
        cuts += [0.0 if cuts else None, *found[1:]]
    return every, cuts


def _unsure(centers: Floats, height: float) -> bool:
    if MODE["image"] == "all" or not len(centers):
        return True
    low, high = np.percentile(centers, [5, 95])
    return bool(high - low > MODE["spread"] * height)


def _unused(ink: Mask, height: float) -> tuple[Labels, list[float | None]]:
    return cut_along_seams(ink, round(_EDGE * height), _MAX_SEAM * height, _TALL * height)
