"""Where a stroke goes on from one digit to the next because the pen was not lifted.

Either there is a straight link from the end of a digit to the start of the next, parts of which may
belong to one of them, or only a corner; or else a place that the stroke passes only once on its way
from side to side, as in an m of two arches.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.boxes import Box, box_of
from core.drawing.center_cuts import STEP, cut_path
from core.drawing.instances import InkCenters
from core.drawing.seams import runs
from core.drawing.strokes import Stroke

# Lengths are shares of the height of a digit. Narrower strokes are no two digits.
_NARROW = 0.6
# Cuts are no closer than this to one another or to an end; strokes are looked at in this many columns.
_EDGE = 0.15
_COLUMNS = 24
# What is cut off is at least this tall, together with the strokes that it crosses: no digit is a mere bar.
_TALL = 0.4
# Two digits of one stroke overlap by no more than this from left to right.
_OVERLAP = 0.3
# Turns are measured along the stroke in steps, as the angle between the ways over so many steps
# before and after a point. What turns by less than these degrees is straight, by more than those a corner.
_STEP, _REACH = 0.025, 3
_STRAIGHT, _CORNER = 12.0, 50.0
# A shorter link is only a corner.
_SHORTEST = 0.1


@dataclass(frozen=True)
class Cut:
    """A cut of a stroke within a link that starts and ends there, in pixels along the stroke."""

    start: float
    place: float
    end: float


@dataclass(frozen=True, eq=False)
class CutPart:
    """What is between two cuts of a stroke.

    Attributes
    ----------
    body : ndarray, shape (n, 2)
    before, after : ndarray or None
        Halves of the links to what was written before and after it; None without a link.
    """

    body: Stroke
    before: Stroke | None
    after: Stroke | None


def cut_stroke(stroke: Stroke, height: float, others: Sequence[Box], seen: InkCenters) -> list[CutPart]:
    """Cut a stroke where it may go on from one digit to the next.

    Parameters
    ----------
    stroke : ndarray, shape (n, 2)
    height : float
        Of a digit, in pixels.
    others : sequence of Box
        Around the other strokes.

    Returns
    -------
    list of CutPart
        In the order in which they were written.
    """
    along = _lengths(stroke)
    ends = [Cut(0.0, 0.0, 0.0), *_cuts(stroke, along, height, others, seen), Cut(*[float(along[-1])] * 3)]
    return [
        CutPart(
            _part(stroke, along, first.end, last.start),
            _part(stroke, along, first.place, first.end) if first.place < first.end else None,
            _part(stroke, along, last.start, last.place) if last.start < last.place else None,
        )
        for first, last in itertools.pairwise(ends)
    ]


def _lengths(stroke: Stroke) -> npt.NDArray[np.float64]:
    """Return how far along the stroke each point is, in pixels."""
    return np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])


def _at(stroke: Stroke, along: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> Stroke:
    """Return the points at these places along a stroke."""
    return np.stack([np.interp(places, along, side) for side in stroke.T], axis=-1)


def _part(stroke: Stroke, along: npt.NDArray[np.float64], start: float, end: float) -> Stroke:
    """Return a stroke from one place along it to another."""
    within = stroke[(along > start) & (along < end)]
    first, last = _at(stroke, along, np.array([start, end]))
    return np.concatenate([first[None], within, last[None]])


def even_path(stroke: Stroke, step: float) -> tuple[Stroke, npt.NDArray[np.float64]]:
    """Return points of a stroke that are this far apart, and how far along it they are."""
    along = _lengths(stroke)
    places = np.arange(step / 2, max(along[-1], step), step)
    return _at(stroke, along, places), places


def _cuts(
    stroke: Stroke, along: npt.NDArray[np.float64], height: float, others: Sequence[Box], seen: InkCenters
) -> list[Cut]:
    from core.drawing.segmentation import MODE

    old = _old_cuts(stroke, along, height, others) if MODE["strokes"] != "net" else []
    if MODE["strokes"] == "old" or box_of(stroke).width < _NARROW * height:
        return old
    path, places = even_path(stroke, STEP * height)
    new = []
    for cut in cut_path(path, seen, height):
        start, place, end = places[list(cut)].tolist()
        if start < end:
            place = _leaving(stroke, along, start, end, box_of(_part(stroke, along, 0, start)))
        new.append(Cut(start, place, end))
    one, other = (new, old) if MODE["strokes"] == "both" else (old, new)
    edge = _EDGE * height
    other = [
        cut
        for cut in other
        if all(cut.end < mine.start - edge or cut.start > mine.end + edge for mine in one)
    ]
    return sorted([*one, *other], key=lambda cut: cut.start)


def _old_cuts(
    stroke: Stroke, along: npt.NDArray[np.float64], height: float, others: Sequence[Box]
) -> list[Cut]:
    """Return the cuts in the order in which they were written."""
    if box_of(stroke).width < _NARROW * height:
        return []
    links = _links(stroke, along, height, others)
    crossings = [
        Cut(place, place, place)
        for place in _crossings(stroke, along, height)
        if not any(link.start - _EDGE * height < place < link.end + _EDGE * height for link in links)
    ]
    return sorted([*links, *crossings], key=lambda cut: cut.start)


def _links(stroke: Stroke, along: npt.NDArray[np.float64], height: float, others: Sequence[Box]) -> list[Cut]:
    """Return the straight parts, and then the corners, that have a digit on either side."""
    places = np.arange(0, along[-1], _STEP * height)
    turns = _turns(_at(stroke, along, places))
    corners = (turns >= _CORNER) & (turns == ndimage.maximum_filter1d(turns, 2 * _REACH + 1))
    found: list[Cut] = []
    for first, last in [*_straight_parts(turns), *((run.start, run.start) for run in runs(corners))]:
        start, end = float(places[first]), float(places[last])
        before, after = _part(stroke, along, 0, start), _part(stroke, along, end, along[-1])
        apart = all(end < other.start or other.end < start for other in found)
        if apart and _are_two(before, after, height, others):
            found.append(Cut(start, _leaving(stroke, along, start, end, box_of(before)), end))
    return found


def _leaving(stroke: Stroke, along: npt.NDArray[np.float64], start: float, end: float, box: Box) -> float:
    """Return where a straight part of a stroke leaves a box to the side, along the stroke."""
    first, last = _at(stroke, along, np.array([start, end]))[:, 0]
    edge = box.right if last > first else box.left
    share = (edge - first) / (last - first) if last != first else 1.0
    return float(start + np.clip(share, 0, 1) * (end - start))


def _turns(path: Stroke) -> npt.NDArray[np.float64]:
    """Return by how many degrees an even path turns at each of its points; 0 next to its ends."""
    turns = np.zeros(len(path))
    if len(path) > 2 * _REACH:
        middle = path[_REACH:-_REACH]
        before, after = middle - path[: -2 * _REACH], path[2 * _REACH :] - middle
        across = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        turns[_REACH:-_REACH] = np.abs(np.degrees(np.arctan2(across, (before * after).sum(axis=1))))
    return turns


def _straight_parts(turns: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the first and the last point of each straight part, which are where the path turns most."""
    parts = []
    for run in runs(turns < _STRAIGHT):
        first, last = run.start, run.stop - 1
        while first > 0 and turns[first - 1] > turns[first]:
            first -= 1
        while last < len(turns) - 1 and turns[last + 1] > turns[last]:
            last += 1
        # The ends of a stroke are no links.
        if first > 0 and last < len(turns) - 1 and (last - first) * _STEP >= _SHORTEST:
            parts.append((first, last))
    return parts


def _are_two(before: Stroke, after: Stroke, height: float, others: Sequence[Box]) -> bool:
    """Return whether two parts of a stroke stand side by side and are tall enough for digits."""
    left, right = sorted((box_of(before), box_of(after)), key=lambda box: box.middle)
    return left.gap(right) > -_OVERLAP * height and all(
        _with_crossing(side, others).height >= _TALL * height for side in (left, right)
    )


def _with_crossing(box: Box, others: Sequence[Box]) -> Box:
    """Return a box around what is in another and what stands over or under it for the most part."""
    for other in others:
        if other.gap(box) < -min(box.width, other.width) / 2:
            box = box.union(other)
    return box


def _crossings(stroke: Stroke, along: npt.NDArray[np.float64], height: float) -> list[float]:
    """Return the places along a stroke where it goes from one side to the other only once."""
    box = box_of(stroke)
    x = stroke[:, 0]
    columns = np.arange(box.left + _EDGE * height, box.right - _EDGE * height, height / _COLUMNS)
    crossed = (x[:-1, None] < columns) != (x[1:, None] < columns)
    found: list[float] = []
    rest = stroke
    for run in runs(crossed.sum(axis=0) == 1):
        middle = (run.start + run.stop - 1) // 2
        after, column = int(crossed[:, middle].argmax()), columns[middle]
        share = (column - x[after]) / (x[after + 1] - x[after])
        place = along[after] + share * (along[after + 1] - along[after])
        point = _at(stroke, along, np.array([place]))
        sides = [np.vstack([rest[chosen], point]) for chosen in (rest[:, 0] < column, rest[:, 0] >= column)]
        if min(np.ptp(side[:, 1]) for side in sides) >= _TALL * height:
            found.append(float(place))
            rest = sides[1]
    return found
