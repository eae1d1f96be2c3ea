"""Doodles like letters: straight lines, stems, bows and corners as no digit has them."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scripts.shapes import Drawing, Random, ellipse_arc, line


def _grid(rng: Random) -> npt.NDArray[np.float64]:
    """Nine places where the lines of letters begin and end, a little moved."""
    places = np.stack(np.meshgrid([0, 0.35, 0.7], [0, 0.5, 1]), axis=-1).reshape(-1, 2)
    return places + rng.normal(0, 0.04, (9, 2))


def glyph(rng: Random) -> Drawing:
    """Straight lines between the places of a grid, as in many letters."""
    places = _grid(rng)
    # Two lines could be a one or a seven.
    corners = [int(rng.integers(9))]
    strokes: Drawing = []
    for _ in range(rng.integers(3, 7)):
        corners.append(int(rng.choice([place for place in range(9) if place != corners[-1]])))
        if rng.random() < 0.4:
            strokes.append(line(*places[corners]))
            corners = [int(rng.choice([place for place in range(9) if place != corners[-1]]))]
    return [*strokes, line(*places[corners])] if len(corners) > 1 else strokes


def stems(rng: Random) -> Drawing:
    """Upright lines with bars, arches and slanted lines between them."""
    height = rng.uniform(0.7, 1.2)
    count = rng.choice([1, 2, 2, 3])
    lefts = np.arange(count) * rng.uniform(0.35, 0.7) + rng.normal(0, 0.03, count)
    tops = rng.choice([0, 0, 0.4]) * (np.arange(count) > 0) * height
    strokes: Drawing = [
        line((left, top), (left + rng.normal(0, 0.05), height)) for left, top in zip(lefts, tops, strict=True)
    ]
    if count == 1:
        # At least two marks on the same stem: with one it could be a 1, a 4 or a 7.
        side = rng.choice([-1, 1])
        for level in rng.choice([0, 0.25, 0.5, 0.75, 1], rng.integers(2, 5), replace=False):
            end = (side * rng.uniform(0.3, 0.6), height * (level + rng.choice([0, 0, 0.3, -0.3])))
            back = rng.choice([0, 0, 0.3]) * -side
            strokes.append(line((back, height * level), end))
        return strokes
    for left, right in itertools.pairwise(lefts):
        level, other = rng.choice([0, 0.25, 0.5, 0.75, 1], 2) * height
        shape = rng.integers(4)
        if shape == 0:
            strokes.append(line((left, level), (right, level + rng.normal(0, 0.05))))
        elif shape == 1:
            strokes.append(line((left, level), (right, other)))
        elif shape == 2:
            strokes.append(line((left, level), ((left + right) / 2, other), (right, level)))
        else:
            up = rng.random() < 0.6
            strokes.append(
                ellipse_arc(((left + right) / 2, 0.4 * height), right - left, 0.6, np.pi if up else 0, np.pi)
            )
    return strokes


def bowl(rng: Random) -> Drawing:
    """A stem with an arc where no digit has it."""
    height, width, size = rng.uniform(0.8, 1.2), rng.uniform(0.3, 0.7), rng.uniform(0.4, 0.65)
    left = rng.random() < 0.5
    # An arc low on the right of a stem is a 6, high on its left a 9.
    low = left
    middle = (0.0, height - size / 2 if low else size / 2)
    sweep = rng.uniform(0.6, 1.0) * np.pi
    start = -np.pi / 2 + (np.pi - sweep) * rng.random() + (np.pi if left else 0)
    strokes = [
        line((0, 0), (rng.normal(0, 0.04), height)),
        ellipse_arc(middle, 2 * width, size, start, sweep),
    ]
    if rng.random() < 0.4:
        foot = middle[1] + (size / 2 if not low else -size / 2)
        strokes.append(line((0, foot), ((-1 if left else 1) * width, height if not low else 0)))
    return strokes


def corner(rng: Random) -> Drawing:
    """Two or three straight lines that no digit has: as in L, T, V, X, or a Y."""
    shapes: Sequence[Sequence[Sequence[tuple[float, float]]]] = (
        [[(0, 0), (0, 1), (0.6, 1)]],
        [[(0, 0), (0.35, 1), (0.7, 0)]],
        [[(0, 1), (0.35, 0), (0.7, 1)]],
        [[(0, 0), (0.7, 1)], [(0.7, 0), (0, 1)]],
        [[(0, 0), (0.8, 0)], [(0.4, 0), (0.4, 1)]],
        [[(0, 0.5), (1, 0.5)], [(0.5, 0), (0.5, 1)]],
        [[(0.6, 0), (0, 0.5), (0.6, 1)]],
        [[(0, 0.5), (1, 0.5)]],
        [[(0, 0), (0, 1)], [(0.6, 0), (0.6, 1)]],
        [[(0.6, 0), (0, 0), (0, 1)]],
        [[(0, 0), (0.35, 0.5), (0.7, 0)], [(0.35, 0.5), (0.35, 1)]],
    )
    chosen = shapes[int(rng.integers(len(shapes)))]
    jitter = rng.normal(0, 0.05, (3, 2))
    strokes = [line(*(np.array(points) + jitter[: len(points)])) for points in chosen]
    if rng.random() < 0.3:
        strokes.append(line(*rng.random((2, 2))))
    return strokes


def arc(rng: Random) -> Drawing:
    """An open curve, as in a C, a U or a moon, with or without a line."""
    opens = rng.integers(4)
    gap = rng.uniform(1.4, 3.0)
    width, height = rng.uniform(0.6, 1.0), rng.uniform(0.7, 1.1)
    curve = ellipse_arc((0.5, 0.5), width, height, opens * np.pi / 2 + gap / 2, 2 * np.pi - gap)
    if rng.random() < 0.5:
        return [curve]
    if rng.random() < 0.5:
        end = curve[0 if rng.random() < 0.5 else -1]
        return [curve, line(end, end + rng.uniform(0.3, 0.7) * rng.choice([-1, 1]) * np.array([0, 1]))]
    middle = np.array([0.5, 0.5]) + rng.normal(0, 0.1, 2)
    way = rng.normal(0, 1, 2)
    way *= rng.uniform(0.3, 0.6) / np.linalg.norm(way)
    return [curve, line(middle - way, middle + way)]
