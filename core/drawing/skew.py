"""How far printed lines, or lines of handwriting, are turned: found by projection profiles.

Seen along the lines, ink piles up in few places (Postl, "Detection of linear oblique structures and
skew scan in digitized documents", 1986).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

MAX_DEGREES = 45
# Pixels of ink that are looked at; more say nothing new.
_POINTS = 8_000
# Places along a profile, in pixels, when it is to find lines.
_FINE = 2.0
# Degrees between two profiles, first and last.
_COARSE_STEP, _FINE_STEP = 1.0, 0.2

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]


def angle_of_lines(ink: Mask) -> float:
    """Return by how many degrees to turn a picture counterclockwise for its lines to be level, −45 to 45.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)
        What is no ink at all gives 0.
    """
    points = _points(ink)
    if len(points) < 2:
        return 0.0

    def energy(degrees: float) -> float:
        return sum(_energy(axis, _FINE) for axis in _turned(points, degrees))

    return _best(energy)


def angle_of_rows(ink: Mask, height: float) -> float:
    """Return the same for rows of digits of this height, in pixels."""
    points = _points(ink)
    if len(points) < 2:
        return 0.0
    return _best(lambda degrees: _energy(_turned(points, degrees)[1], height / 8))


def _best(energy: Callable[[float], float]) -> float:
    coarse = np.arange(-MAX_DEGREES, MAX_DEGREES + 0.5, _COARSE_STEP)
    start = coarse[int(np.argmax([energy(degrees) for degrees in coarse]))]
    fine = start + np.arange(-_COARSE_STEP, _COARSE_STEP + 0.01, _FINE_STEP)
    return float(fine[int(np.argmax([energy(degrees) for degrees in fine]))])


def _points(ink: Mask) -> Points:
    """Return x and y of some of the ink, shape (n, 2)."""
    points = np.argwhere(ink)[:, ::-1].astype(np.float64)
    if len(points) > _POINTS:
        points = points[np.random.default_rng(0).choice(len(points), _POINTS, replace=False)]
    return points


def _turned(points: Points, degrees: float) -> Points:
    """Return x and y after turning the picture counterclockwise, shape (2, n)."""
    angle = np.radians(degrees)
    x, y = points.T
    return np.stack([x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)])


def _energy(places: npt.NDArray[np.float64], size: float) -> float:
    """Return how unevenly points are spread along an axis."""
    counts = np.bincount(((places - places.min()) / size).astype(int)).astype(np.float64)
    return float((counts**2).sum())


def pile_up(ink: Mask, degrees: float, height: float) -> float:
    """Return how clear the rows of digits of this height are when the picture is turned."""
    return _energy(_turned(_points(ink), degrees)[1], height / 8)
