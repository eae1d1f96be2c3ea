"""Written numbers of which the digit of each pixel is known, put together of single digits by rule.

Each digit, of MNIST or in its form, is thinned to the path of the pen (Zhang and Suen, "A fast parallel
algorithm for thinning digital patterns", 1984), some get strokes that other people write (a flag, a
base, a bar, a slash) or a gap, and all digits of a number are drawn with one pen and about one slant.
Most of them touch, and in some numbers the pen is not lifted between two digits.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from core.data import IMAGE_SIZE, MAX_PIXEL, Images
from scripts.shapes import Random

# Digits are thinned at this multiple of MNIST's size, after a blur by so many pixels of it.
_DETAIL, _BLUR = 2, 0.8
# A pixel is ink from this share of black on. So many digits at once fit into a processor's cache.
_INK, _BATCH = 0.45, 50
# Lengths are shares of the height of a digit. How many digits there are.
_COUNTS = (1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 6)
_PENS, _SLANT, _STRETCH, _TURN, _HEIGHTS, _LEVELS = (0.07, 0.3), 0.35, 1.4, 0.12, (0.8, 1.2), 0.12
# How far a slow wave bends a digit at most.
_BEND = 0.07
# Space between the paths of two digits beyond the pen; they touch for the most part.
_OVERLAP, _APART, _SHARE_TOUCHING = 0.08, 0.4, 0.7
# Of the numbers, in how many the pen is not lifted, and there between how many of the digits.
_SHARE_JOINED, _SHARE_LINKS, _LONGEST_LINK = 0.4, 0.6, 0.25
# Shares of the digits with a stroke that MNIST's seldom have, and with a gap.
_FLAGGED, _BASED, _CROSSED, _SLASHED, _GAPPED = 0.4, 0.3, 0.25, 0.1, 0.15
# Where a hand starts and ends each digit, in degrees clockwise from the right: the ends of the path
# that lie farthest that way. A four may end at its foot or its bar, a five at its belly or its bar.
_STARTS = (
    (-80,),
    (-90, -130),
    (-140,),
    (-140,),
    (-130, -60),
    (-45, -130),
    (-60,),
    (-150,),
    (-60,),
    (-30, -80),
)
_ENDS = ((-80,), (90, 40), (30,), (140,), (80, 10), (140, -30), (120, 60), (95, 10), (-60, 150), (90, 120))
_AIM = 20.0
# An end is taken rather than another place of the path.
_SHARE_ENDS = 0.8
# The outline wavers by this share of the pen.
_WAVER = 0.08
# Whose ink a pixel is.
GROUND, LINK = -1, -2

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Path:
    """The path of a digit: points on it and which of them are ends, x and y, 1 tall or 1.5 wide."""

    points: Points
    ends: Points
    label: int


@dataclass(frozen=True, eq=False)
class WrittenNumber:
    """A number and whose ink it is.

    Attributes
    ----------
    ink : ndarray of bool, shape (height, width)
    owners : ndarray of int8, shape (height, width)
        Index of the digit, from the left, that each pixel belongs to; `GROUND` or `LINK`.
    centers : ndarray of float, shape (digits,)
        Where the middle of the path of each digit is, in pixels from the left.
    height : int
        Of all paths together, in pixels.
    number : str
    """

    ink: Mask
    owners: npt.NDArray[np.int8]
    centers: npt.NDArray[np.float64]
    height: int
    number: str


def paths_of(digits: Images, labels: npt.NDArray[np.integer]) -> list[Path]:
    """Return the paths of MNIST digits."""
    paths: list[Path] = []
    for start in range(0, len(digits), _BATCH):
        part = slice(start, start + _BATCH)
        thin, ends = _thinned(_enlarged(digits[part]))
        paths += [_path(*one) for one in zip(thin, ends, labels[part].tolist(), strict=True) if one[0].any()]
    return paths


def _enlarged(digits: Images) -> Mask:
    large = IMAGE_SIZE * _DETAIL
    pictures = (Image.fromarray(digit).resize((large, large), Image.Resampling.BICUBIC) for digit in digits)
    ink = np.stack([np.asarray(picture) for picture in pictures]).astype(np.float32)
    blurred: Mask = ndimage.gaussian_filter(ink, (0, _BLUR, _BLUR)) > _INK * MAX_PIXEL
    return blurred


def _path(own: Mask, end: Mask, label: int) -> Path:
    points, ends = (np.argwhere(mask)[:, ::-1].astype(np.float64) for mask in (own, end & own))
    extent = np.ptp(points, axis=0)
    scale = max(extent[1], extent[0] / 1.5, 1.0)
    corner = points.min(axis=0)
    return Path((points - corner) / scale, (ends - corner) / scale, label)


def _thinned(ink: Mask) -> tuple[Mask, Mask]:
    """Return pictures thinned to lines of one pixel, and which pixels are ends of lines."""
    ink = np.pad(ink, ((0, 0), (1, 1), (1, 1)))
    # Clockwise from the north.
    ways = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
    while True:
        before = ink.sum()
        for first in (True, False):
            around = np.stack([np.roll(ink, way, axis=(1, 2)) for way in ways])
            north, east, south, west = around[::2]
            count = around.sum(axis=0)
            changes = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
            kept = north & east & south | east & south & west if first else (north & west) & (east | south)
            ink = ink & ~((count >= 2) & (count <= 6) & (changes == 1) & ~kept)
        if ink.sum() == before:
            ends = (count <= 2) & (changes == 1)
            return ink[:, 1:-1, 1:-1], ends[:, 1:-1, 1:-1]


def written_number(paths: Sequence[Path], height: int, rng: Random) -> WrittenNumber:
    """Return one to six digits side by side.

    Parameters
    ----------
    paths : sequence of Path
        What digits are drawn from.
    height : int
        Of the paths of all digits together, in pixels.
    """
    pen, slant = rng.uniform(*_PENS), rng.uniform(-_SLANT / 2, _SLANT)
    stretch = _STRETCH ** rng.uniform(-1, 1)
    chosen = [paths[i] for i in rng.integers(len(paths), size=rng.choice(_COUNTS))]
    digits = [_varied(_with_strokes(path, rng), slant, stretch, rng) for path in chosen]
    joined = rng.random() < _SHARE_JOINED
    linked = [joined and rng.random() < _SHARE_LINKS for _ in digits[1:]]
    digits = _side_by_side(digits, linked, pen, rng)
    links = [
        _link(*pair, rng)
        for pair, is_linked in zip(itertools.pairwise(digits), linked, strict=True)
        if is_linked
    ]
    return _drawn(digits, links, pen, height, rng)


def _with_strokes(path: Path, rng: Random) -> Path:
    """Return a digit with strokes that other people write, and perhaps a gap."""
    points = path.points
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    middle = np.array([left + right, top + bottom]) / 2
    strokes: list[Points] = []
    if path.label == 1 and rng.random() < _FLAGGED:
        head = points[points[:, 1].argmin()]
        way = np.radians(rng.uniform(110, 165))
        strokes.append(_straight(head, head + rng.uniform(0.15, 0.5) * np.array([np.cos(way), np.sin(way)])))
        if rng.random() < _BASED:
            foot = points[points[:, 1].argmax()]
            strokes.append(_across(foot, (0.1, 0.35), 0.0, rng))
    if path.label == 7 and rng.random() < _CROSSED:
        cross = points[np.abs(points[:, 1] - top - rng.uniform(0.45, 0.6) * (bottom - top)).argmin()]
        strokes.append(_across(cross, (0.12, 0.3), rng.uniform(-0.06, 0.06), rng))
    if path.label == 0 and rng.random() < _SLASHED:
        way = np.array([right - left, top - bottom]) * rng.uniform(0.3, 0.6)
        strokes.append(_straight(middle - way, middle + way))
    if rng.random() < _GAPPED:
        gap = points[rng.integers(len(points))]
        points = points[np.hypot(*(points - gap).T) > rng.uniform(0.06, 0.13)]
    points = np.concatenate([points, *strokes]) if len(points) else path.points
    return Path(points, path.ends, path.label)


def _across(point: Points, reach: tuple[float, float], tilt: float, rng: Random) -> Points:
    """Return a stroke through a point from left to right, which rises by the tilt."""
    return _straight(
        point + np.array([-rng.uniform(*reach), tilt]), point + np.array([rng.uniform(*reach), -tilt])
    )


def _straight(start: Points, end: Points) -> Points:
    return np.linspace(start, end, 40)


def _varied(path: Path, slant: float, stretch: float, rng: Random) -> Path:
    """Return a digit slanted, stretched and turned, at another height, standing on about 0."""
    turn = rng.uniform(-_TURN, _TURN)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ [[stretch * 1.1 ** rng.normal(), -slant + rng.normal(0, 0.05)], [0, 1]]
    points, ends = _bent(path.points, path.ends, rng)
    points, ends = points @ matrix.T, ends @ matrix.T
    extent = np.maximum(np.ptp(points, axis=0), 1e-3)
    scale = rng.uniform(*_HEIGHTS) / max(extent[1], extent[0] / 1.5)
    corner = np.array([points[:, 0].min(), points[:, 1].max()])
    level = np.array([0, rng.uniform(-_LEVELS, _LEVELS)])
    return Path((points - corner) * scale + level, (ends - corner) * scale + level, path.label)


def _bent(points: Points, ends: Points, rng: Random) -> tuple[Points, Points]:
    """Return points moved by a slow wave, as no two people write a digit."""
    amount, waves, start = rng.uniform(0, _BEND), rng.normal(0, 3, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    return points + amount * np.sin(points @ waves + start), ends + amount * np.sin(ends @ waves + start)


def _side_by_side(digits: Sequence[Path], linked: Sequence[bool], pen: float, rng: Random) -> list[Path]:
    """Return digits moved to the right of one another."""
    placed = [digits[0]]
    for digit, is_linked in zip(digits[1:], linked, strict=True):
        touching = rng.random() < _SHARE_TOUCHING
        gap = rng.uniform(-_OVERLAP, pen) if touching else pen + rng.uniform(0, _APART)
        if is_linked:
            gap = rng.uniform(-_OVERLAP, _LONGEST_LINK)
        last = placed[-1].points
        # In one of three numbers a digit fits into the hollows of the one before.
        start = last[:, 0].max() if rng.random() < 0.67 else _snug(last, digit.points)
        move = np.array([start + gap, 0])
        placed.append(Path(digit.points + move, digit.ends + move, digit.label))
    return placed


def _snug(left: Points, right: Points) -> float:
    """Return how far to the right a digit must be moved so that it touches the one to its left."""
    rows = np.linspace(-1.3, 0.2, 12)
    moves = [
        left[mine, 0].max() - right[its, 0].min()
        for mine, its in zip(_in_rows(left, rows), _in_rows(right, rows), strict=True)
        if mine.any() and its.any()
    ]
    edge = float(left[:, 0].max())
    return max(max(moves, default=edge), edge - 0.35)


def _in_rows(points: Points, rows: Points) -> list[Mask]:
    return [(points[:, 1] >= top) & (points[:, 1] < bottom) for top, bottom in itertools.pairwise(rows)]


def _link(left: Path, right: Path, rng: Random) -> Points:
    """Return the way of a pen that is not lifted from the end of a digit to the start of the next."""
    start, end = _tip(left, _ENDS, rng), _tip(right, _STARTS, rng)
    bend = rng.normal(0, 0.15) * (rng.random() < 0.5)
    across = np.array([end[1] - start[1], start[0] - end[0]])
    middle = (start + end) / 2 + bend * across
    along = np.linspace(0, 1, 100)[:, np.newaxis]
    return (1 - along) ** 2 * start + 2 * along * (1 - along) * middle + along**2 * end


def _tip(digit: Path, angles: Sequence[Sequence[float]], rng: Random) -> Points:
    own = angles[digit.label]
    angle = np.radians(own[int(rng.integers(len(own)))] + rng.normal(0, _AIM))
    choice = digit.ends if len(digit.ends) and rng.random() < _SHARE_ENDS else digit.points
    tip: Points = choice[(choice @ [np.cos(angle), np.sin(angle)]).argmax()]
    return tip


def _drawn(
    digits: Sequence[Path], links: Sequence[Points], pen: float, height: int, rng: Random
) -> WrittenNumber:
    """Return digits drawn with a pen as wide as this share of the height of a digit."""
    every = np.concatenate([digit.points for digit in digits] + list(links))
    scale = height / max(np.ptp(every[:, 1]), 1e-3)
    edge = pen * scale / 2 + 2
    move = edge / scale - every.min(axis=0)
    shape = tuple(int(np.ceil(side * scale + 2 * edge)) for side in np.ptp(every, axis=0)[::-1])
    distances = np.stack([_distances((digit.points + move) * scale, shape) for digit in digits])
    to_links = (
        np.min([_distances((link + move) * scale, shape) for link in links], axis=0) if links else np.inf
    )
    waver = ndimage.gaussian_filter(rng.normal(size=shape).astype(np.float32), scale * 0.06)
    half = pen * scale / 2 * (1 + _WAVER * waver / max(float(waver.std()), 1e-6))
    of_digit = distances.min(axis=0) <= half
    ink = of_digit | (to_links <= half)
    owners = np.where(of_digit, distances.argmin(axis=0), LINK)
    # A pixel that two digits cover is of the one whose path is nearer.
    owners = np.where(ink, owners, GROUND).astype(np.int8)
    sides = np.array([[digit.points[:, 0].min(), digit.points[:, 0].max()] for digit in digits])
    number = "".join(str(digit.label) for digit in digits)
    return WrittenNumber(ink, owners, (sides.mean(axis=1) + move[0]) * scale, height, number)


def _distances(points: Points, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return how far each pixel is from the nearest point."""
    ground = np.ones(shape, dtype=bool)
    columns, rows = np.floor(points).astype(int).T
    ground[np.clip(rows, 0, shape[0] - 1), np.clip(columns, 0, shape[1] - 1)] = False
    distances: npt.NDArray[np.float32] = ndimage.distance_transform_edt(ground).astype(np.float32)
    return distances
