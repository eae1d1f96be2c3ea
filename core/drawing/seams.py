"""Seams: the paths from the top of a picture to the bottom that go through the least ink.

Found by dynamic programming, as in Avidan and Shamir, "Seam Carving for Content-Aware Image
Resizing" (2007).
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# What a step sideways costs, where a pixel of ink costs 1.
_SIDEWAYS = 0.6

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]


def cut_along_seams(
    ink: Mask, distance: int, max_ink: float, min_height: float
) -> tuple[Labels, list[float | None]]:
    """Cut a picture along the seams that go through little ink.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)
    distance : int
        Each seam is the cheapest of all that are within this many columns, in the middle row.
    max_ink : float
        Pixels of ink that a seam may go through.
    min_height : float
        Each piece is at least this tall, in pixels.

    Returns
    -------
    pieces : ndarray of int, shape (height, width)
        Number of the piece from the left, −1 where there is no ink.
    cuts : list of float or None
        For each piece the pixels of ink on the seam to its left; None for the first.
    """
    pieces = np.zeros(ink.shape, dtype=np.intp)
    cuts: list[float | None] = [None]
    columns = np.arange(ink.shape[1])
    for seam in _seams(ink, distance):
        crossed = float(ink[np.arange(len(ink)), seam].sum())
        right = columns >= seam[:, None]
        rest = (pieces == len(cuts) - 1) & ink
        sides = (rest & ~right).any(axis=1), (rest & right).any(axis=1)
        if crossed <= max_ink and min(_span(side) for side in sides) >= min_height:
            pieces[right] = len(cuts)
            cuts.append(crossed)
    pieces[~ink] = -1
    return pieces, cuts


def _span(rows: Mask) -> int:
    """Return how many rows lie between the first with ink and the last."""
    used = np.flatnonzero(rows)
    return int(np.ptp(used)) if len(used) else 0


def _seams(ink: Mask, distance: int) -> list[Labels]:
    """Return the cheapest seams from left to right, each as its column in every row."""
    down, steps_up = _cheapest_paths(ink)
    up, steps_down = _cheapest_paths(ink[::-1])
    middle, last = ink.shape[0] // 2, len(ink) - 1
    cost = down[middle] + up[last - middle] - ink[middle]
    lowest = cost <= ndimage.minimum_filter1d(cost, size=2 * distance + 1)
    seams = []
    for run in runs(lowest):
        columns = np.empty(len(ink), dtype=np.intp)
        columns[middle] = (run.start + run.stop - 1) // 2
        for row in range(middle, 0, -1):
            columns[row - 1] = columns[row] + steps_up[row, columns[row]]
        for row in range(middle, last):
            columns[row + 1] = columns[row] + steps_down[last - row, columns[row]]
        seams.append(columns)
    return seams


def runs(chosen: Mask) -> list[slice]:
    """Return the runs of True in a row of booleans, as slices."""
    labels, _ = ndimage.label(chosen)
    return [found for (found,) in ndimage.find_objects(labels)]


def _cheapest_paths(ink: Mask) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return the cost of the cheapest path from the top to each pixel, and its last step sideways."""
    cost = ink.astype(np.float64)
    steps = np.zeros(ink.shape, dtype=np.intp)
    columns = np.arange(ink.shape[1])
    for row in range(1, len(ink)):
        above = np.pad(cost[row - 1], 1, constant_values=np.inf)
        paths = np.stack([above[1:-1], above[:-2] + _SIDEWAYS, above[2:] + _SIDEWAYS])
        best = paths.argmin(axis=0)
        cost[row] += paths[best, columns]
        steps[row] = np.array([0, -1, 1])[best]
    return cost, steps
