"""Simple shapes as strokes: what the doodles of `scripts.doodles` and `scripts.letters` are made of."""

import itertools

import numpy as np
import numpy.typing as npt
from scipy.interpolate import make_interp_spline

from core.drawing.strokes import Stroke

Random = np.random.Generator
Drawing = list[Stroke]

# Points of a curve of length 1.
_POINTS = 20


def line(*corners: npt.ArrayLike) -> Stroke:
    """Return straight lines from corner to corner."""
    points = np.array(corners, dtype=np.float64)
    parts = [np.linspace(start, end, 8, endpoint=False) for start, end in itertools.pairwise(points)]
    return np.concatenate([*parts, points[-1:]])


def ellipse_arc(
    middle: npt.ArrayLike, width: float, height: float, start: float = 0.0, sweep: float = 2 * np.pi
) -> Stroke:
    """Return part of an ellipse, from an angle in radians on; y goes downwards."""
    angles = start + sweep * np.linspace(0, 1, 2 * _POINTS)
    return np.asarray(middle) + np.column_stack([np.cos(angles) * width / 2, np.sin(angles) * height / 2])


def smooth(points: npt.NDArray[np.float64]) -> Stroke:
    """Return a smooth curve through points."""
    curve = make_interp_spline(np.arange(len(points)), points, k=min(3, len(points) - 1))
    path: Stroke = curve(np.linspace(0, len(points) - 1, 8 * len(points)))
    return path


def dot(place: npt.ArrayLike) -> Stroke:
    """Return a touch of the pen."""
    touch: Stroke = np.asarray(place, dtype=np.float64) + np.array([[0, 0], [0.02, 0.02]])
    return touch


def polygon(rng: Random, middle: npt.ArrayLike, size: float) -> Stroke:
    """Return a closed outline of three to six corners."""
    count = rng.integers(3, 7)
    angles = rng.choice([-np.pi / 2, -np.pi / 2 + np.pi / count, rng.uniform(0, 2 * np.pi)])
    angles = angles + 2 * np.pi * np.arange(count + 1) / count
    jitter = rng.uniform(0.85, 1.15, count)
    radius = size / 2 * np.append(jitter, jitter[0])
    corners = np.asarray(middle) + radius[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)])
    return line(*corners)


def heart(middle: npt.ArrayLike, size: float) -> Stroke:
    """Return the outline of a heart."""
    angle = np.linspace(0, 2 * np.pi, 2 * _POINTS)
    y = 13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)
    return np.asarray(middle) + size / 32 * np.column_stack([16 * np.sin(angle) ** 3, -y])


def mark(rng: Random, place: npt.NDArray[np.float64], size: float) -> Stroke:
    """Return any of these shapes."""
    shape = rng.integers(6)
    if shape == 0:
        return dot(place)
    if shape == 1:
        return polygon(rng, place, size)
    if shape == 2:
        return ellipse_arc(place, *(size * rng.uniform(0.6, 1.2, 2)))
    if shape == 3:
        width, height = size * rng.uniform(0.6, 1.5, 2)
        return ellipse_arc(place, width, height, rng.uniform(0, 2 * np.pi), rng.uniform(1.5, 4.5))
    angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)])
    way = size * np.array([np.cos(angle), np.sin(angle)])
    return line(place - way, place + way)
