"""A row of digits cut into parts, each of them a digit or a piece of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.strokes import Stroke

MAX_DIGITS = 12


# More marks than twelve digits have, each in four strokes, are not a row of digits.
_MAX_PARTS = 4 * MAX_DIGITS


_MAX_MARKS = 3 * _MAX_PARTS


# What is less tall or wider than this is rarely a digit.
_SHORT = 0.6


# A speck smaller than this is dust.
_SPECK = 0.12


# A seam through more ink than this would cut a digit in two.
_MAX_SEAM = 0.5


# What a seam pays to go sideways by a pixel, where one of ink costs 1.
_SIDEWAYS = 0.3


# Cuts are no closer than this to one another or to an end, and looked for at so many places.
_EDGE = 0.15


_COLUMNS = 24


# What is cut off is at least this tall: no digit is a mere bar.
_TALL = 0.4


_TOO_MANY = f"This is more than a row of {MAX_DIGITS} digits. Press Clear and write fewer, side by side."


Content = TypeVar("Content")


class RowError(ValueError):
    """A drawing that is not a row of digits. The message says what to do."""


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def gap(self, other: "_Box") -> float:
        """Free space between two boxes from left to right; negative: how far to shift one."""
        return max(other.left - self.right, self.left - other.right)

    def around(self, other: "_Box") -> "_Box":
        return _Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class _Part(Generic[Content]):
    """What is not taken apart any further.

    Attributes
    ----------
    box : _Box
        Around the path of the pen, without its width.
    contents : tuple
        Strokes, or the numbers of patches of ink.
    origin : int
        The stroke or patch that it was cut from.
    cut : float, optional
        Pixels of ink on the cut that took it off what was to its left; None if nothing was.
    """

    box: _Box
    contents: tuple[Content, ...]
    origin: int
    cut: float | None


def _row_height(boxes: Sequence[_Box]) -> float:
    """The height of a digit of this row: of what lies one above the other, the median."""
    piles: list[_Box] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if piles and box.gap(piles[-1]) < -min(box.width, piles[-1].width) / 2:
            piles[-1] = piles[-1].around(box)
        else:
            piles.append(box)
    tallest = max(pile.height for pile in piles)
    return max(float(np.median([pile.height for pile in piles if pile.height >= tallest / 2])), 1.0)


def _without_specks(boxes: Sequence[_Box], height: float) -> list[int]:
    """Places of the marks that are not a speck beside the digits."""
    tall = [box for box in boxes if box.height >= _SHORT * height]
    kept = [
        place
        for place, box in enumerate(boxes)
        if max(box.width, box.height) > _SPECK * height or any(box.gap(other) < 0 for other in tall)
    ]
    return kept or list(range(len(boxes)))


def _box_of(stroke: Stroke) -> _Box:
    (left, top), (right, bottom) = stroke.min(axis=0), stroke.max(axis=0)
    return _Box(float(left), float(top), float(right), float(bottom))


def _cut_stroke(stroke: Stroke, height: float, origin: int) -> list[_Part[Stroke]]:
    """Cut a stroke where it goes from one side to the other only once, as between two digits."""
    pieces, rest, done = [], stroke, 0
    for after, place in sorted(_crossings(stroke, height), key=lambda crossing: crossing[0]):
        pieces.append(np.concatenate([rest[: after + 1 - done], place[None]]))
        rest, done = np.concatenate([place[None], stroke[after + 1 :]]), after
    pieces.append(rest)
    pieces.sort(key=lambda piece: _box_of(piece).middle)
    return [_Part(_box_of(piece), (piece,), origin, 0.0 if at else None) for at, piece in enumerate(pieces)]


def _crossings(stroke: Stroke, height: float) -> list[tuple[int, Stroke]]:
    """Where to cut a stroke: the number of the point before, and the place, from left to right."""
    box = _box_of(stroke)
    if box.width < _SHORT * height:
        return []
    x = stroke[:, 0]
    columns = np.arange(box.left + _EDGE * height, box.right - _EDGE * height, height / _COLUMNS)
    crossed = (x[:-1, None] < columns) != (x[1:, None] < columns)
    found: list[tuple[int, Stroke]] = []
    rest = stroke
    for run in _runs(crossed.sum(axis=0) == 1):
        middle = (run.start + run.stop - 1) // 2
        after, column = int(crossed[:, middle].argmax()), columns[middle]
        share = (column - x[after]) / (x[after + 1] - x[after])
        place = stroke[after] + share * (stroke[after + 1] - stroke[after])
        sides = [np.vstack([rest[chosen], place]) for chosen in (rest[:, 0] < column, rest[:, 0] >= column)]
        if min(np.ptp(side[:, 1]) for side in sides) >= _TALL * height:
            found.append((after, place))
            rest = sides[1]
    return found


def _runs(chosen: npt.NDArray[np.bool_]) -> list[slice]:
    """Where neighbours are chosen, as slices."""
    labels, _ = ndimage.label(chosen)
    return [places for (places,) in ndimage.find_objects(labels)]


# --- Parts of a picture ----------------------------------------------------------------------
def _pen_width(ink: npt.NDArray[np.bool_]) -> float:
    """Twice the distance from the middle of a stroke to its edge, in pixels, at the median."""
    depth = ndimage.distance_transform_edt(np.pad(ink, 1))
    middle = (depth > 0) & (depth == ndimage.maximum_filter(depth, 3))
    return float(2 * np.median(depth[middle]) - 1)


def _path_box(places: tuple[slice, slice], pen: float) -> _Box:
    """The box of a patch without the width of the pen."""
    rows, columns = places
    inset = (min(pen, columns.stop - columns.start) / 2, min(pen, rows.stop - rows.start) / 2)
    return _Box(
        columns.start + inset[0], rows.start + inset[1], columns.stop - inset[0], rows.stop - inset[1]
    )


def _patch_parts(
    ink: npt.NDArray[np.bool_],
) -> tuple[list[_Part[int]], npt.NDArray[np.intp], float, float]:
    """Take a picture apart into patches that hang together, and those again along seams.

    Returns
    -------
    parts : list of _Part
    numbers : ndarray of int, shape (height, width)
        To which part each pixel belongs; faint ink and ground to the nearest.
    height, pen : float
        Of a digit, in pixels.
    """
    patches, _ = ndimage.label(ink, structure=np.ones((3, 3)))
    found = ndimage.find_objects(patches)
    pen = _pen_width(ink)
    boxes = [_path_box(places, pen) for places in found]
    height = _row_height(boxes)
    if len(boxes) > _MAX_MARKS:
        raise RowError(_TOO_MANY)
    numbers = np.zeros(ink.shape, dtype=np.intp)
    parts: list[_Part[int]] = []
    for patch in _without_specks(boxes, height):
        places = found[patch]
        own = patches[places] == patch + 1
        pieces, cuts = _cut_patch(own, height)
        for piece, cut in enumerate(cuts):
            number = len(parts) + 1
            numbers[places][pieces == piece] = number
            (inner,) = ndimage.find_objects((numbers == number).astype(np.int8))
            parts.append(_Part(_path_box(inner, pen), (number,), patch, cut))
    nearest = ndimage.distance_transform_edt(numbers == 0, return_distances=False, return_indices=True)
    return parts, numbers[tuple(nearest)], height, pen


def _cut_patch(ink: npt.NDArray[np.bool_], height: float) -> tuple[npt.NDArray[np.intp], list[float | None]]:
    """Cut a patch along the seams from top to bottom that go through little ink.

    Returns
    -------
    pieces : ndarray of int, shape (height, width)
        Number of the piece from the left, −1 where there is none.
    cuts : list of float or None
        For each piece how many pixels of ink are on its left seam.
    """
    seams = _seams(ink, height) if ink.shape[1] > _SHORT * height else []
    pieces = np.zeros(ink.shape, dtype=np.intp)
    cuts: list[float | None] = [None]
    columns = np.arange(ink.shape[1])
    for seam, crossed in seams:
        right = columns >= seam[:, None]
        ours = (pieces == len(cuts) - 1) & ink
        sides = (ours & ~right).any(axis=1), (ours & right).any(axis=1)
        if min(_span(side) for side in sides) >= _TALL * height:
            pieces[right] = len(cuts)
            cuts.append(crossed)
    pieces[~ink] = -1
    return pieces, cuts


def _span(rows: npt.NDArray[np.bool_]) -> int:
    """From the first row with ink to the last."""
    used = np.flatnonzero(rows)
    return int(np.ptp(used)) if len(used) else 0


def _seams(ink: npt.NDArray[np.bool_], height: float) -> list[tuple[npt.NDArray[np.intp], float]]:
    """The cheapest ways from the top to the bottom of a patch, from left to right.

    Each is the column in every row, and the number of pixels of ink on it. They are found by
    dynamic programming, as the seams of Avidan and Shamir, "Seam Carving for Content-Aware
    Image Resizing", 2007.
    """
    down, steps = _ways(ink)
    up, back = _ways(ink[::-1])
    middle = ink.shape[0] // 2
    cost = down[middle] + up[len(ink) - 1 - middle] - ink[middle]
    lowest = cost <= ndimage.minimum_filter1d(cost, size=2 * round(_EDGE * height) + 1)
    seams = []
    for run in _runs(lowest):
        start = (run.start + run.stop - 1) // 2
        seam = np.empty(len(ink), dtype=np.intp)
        seam[middle] = start
        for row in range(middle, 0, -1):
            seam[row - 1] = seam[row] + steps[row, seam[row]]
        for row in range(middle, len(ink) - 1):
            seam[row + 1] = seam[row] + back[len(ink) - 1 - row, seam[row]]
        crossed = float(ink[np.arange(len(ink)), seam].sum())
        if crossed <= _MAX_SEAM * height:
            seams.append((seam, crossed))
    return seams


def _ways(ink: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """What the cheapest way from the top to each pixel costs, and from which side it comes."""
    cost = ink.astype(np.float64)
    steps = np.zeros(ink.shape, dtype=np.intp)
    columns = np.arange(ink.shape[1])
    for row in range(1, len(ink)):
        above = np.pad(cost[row - 1], 1, constant_values=np.inf)
        ways = np.stack([above[1:-1], above[:-2] + _SIDEWAYS, above[2:] + _SIDEWAYS])
        best = ways.argmin(axis=0)
        cost[row] += ways[best, columns]
        steps[row] = np.array([0, -1, 1])[best]
    return cost, steps
