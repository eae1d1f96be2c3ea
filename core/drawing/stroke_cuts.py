"""Where a stroke goes on from one digit to the next because the pen was not lifted.

The stroke is cut where it points to the center of another digit (`core.drawing.center_cuts`). What the
instance network takes for a link around that place may belong to one of the digits or to none.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drawing.boxes import Box, box_of
from core.drawing.center_cuts import STEP, cut_path
from core.drawing.instances import InkCenters
from core.drawing.strokes import Stroke

# Narrower strokes are no two digits, as a share of the height of a digit.
_NARROW = 0.6


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
        Parts of the links to what was written before and after it; None without a link.
    """

    body: Stroke
    before: Stroke | None
    after: Stroke | None


def cut_stroke(stroke: Stroke, height: float, seen: InkCenters) -> list[CutPart]:
    """Cut a stroke where it goes on from one digit to the next.

    Parameters
    ----------
    stroke : ndarray, shape (n, 2)
    height : float
        Of a digit, in pixels.
    seen : InkCenters
        Of all strokes.

    Returns
    -------
    list of CutPart
        In the order in which they were written.
    """
    along = _lengths(stroke)
    ends = [Cut(0.0, 0.0, 0.0), *_cuts(stroke, along, height, seen), Cut(*[float(along[-1])] * 3)]
    return [
        CutPart(
            _part(stroke, along, first.end, last.start),
            _part(stroke, along, first.place, first.end) if first.place < first.end else None,
            _part(stroke, along, last.start, last.place) if last.start < last.place else None,
        )
        for first, last in itertools.pairwise(ends)
    ]


def even_path(stroke: Stroke, step: float) -> tuple[Stroke, npt.NDArray[np.float64]]:
    """Return points of a stroke that are this far apart, and how far along it they are, in pixels."""
    along = _lengths(stroke)
    places = np.arange(step / 2, max(along[-1], step), step)
    return _at(stroke, along, places), places


def _cuts(stroke: Stroke, along: npt.NDArray[np.float64], height: float, seen: InkCenters) -> list[Cut]:
    """Return the cuts in the order in which they were written."""
    if box_of(stroke).width < _NARROW * height:
        return []
    path, places = even_path(stroke, STEP * height)
    cuts = [Cut(*places[list(indices)].tolist()) for indices in cut_path(path, seen, height)]
    return [
        Cut(cut.start, _leaving(stroke, along, cut, box_of(_part(stroke, along, 0, cut.start))), cut.end)
        if cut.start < cut.end
        else cut
        for cut in cuts
    ]


def _leaving(stroke: Stroke, along: npt.NDArray[np.float64], link: Cut, box: Box) -> float:
    """Return where a link leaves the box of what was written before it to the side, along the stroke."""
    first, last = _at(stroke, along, np.array([link.start, link.end]))[:, 0]
    edge = box.right if last > first else box.left
    share = (edge - first) / (last - first) if last != first else 1.0
    return float(link.start + np.clip(share, 0, 1) * (link.end - link.start))


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
