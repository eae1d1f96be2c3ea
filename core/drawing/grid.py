"""Squared and ruled paper: printed lines that keep one distance, so that those not found are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drawing.straight_lines import INK, Floats, Mask, PrintedLine, refined

# So many lines make a grid, each at least this long, as a share of the picture, or from side to side.
_FEWEST, _LONG, _WHOLE = 4, 0.6, 0.95
# Shares of the distance of two lines: how far a line may be from its place in the grid.
_UNEVEN, _ASIDE = 0.2, 0.15
# A grid's line has ink along this share of it. It is looked for so many pixels around its place.
_DRAWN, _AROUND = 0.75, 3


@dataclass(frozen=True, eq=False)
class Grid:
    """Lines that run more or less across, and keep one distance, as seen from aside.

    Attributes
    ----------
    left, right : ndarray of float64, shape (k,)
        Coefficients of the polynomials that give the place of line n at both sides of the picture.
    width : float
        Of the picture, in pixels.
    numbers : ndarray of int, shape (n,)
        Of the lines it was fitted to.
    """

    left: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    width: float
    numbers: npt.NDArray[np.intp]

    def line(self, number: int, thickness: float) -> PrintedLine:
        """Return a line of the grid from side to side."""
        left, right = (float(np.polyval(side, number)) for side in (self.left, self.right))
        return PrintedLine(0, self.width, left, (right - left) / self.width, thickness)

    @property
    def distance(self) -> float:
        """Of two lines in the middle of the picture."""
        middle = float(np.median(self.numbers))
        return abs(self.line(int(middle) + 1, 1).place - self.line(int(middle), 1).place)

    def all_numbers(self, height: float) -> range:
        """Return the numbers of the lines that may be in the picture."""
        first, last = int(self.numbers.min()), int(self.numbers.max())
        while last < 200 and self.line(last + 1, 1).place < height:
            last += 1
        while first > -200 and self.line(first - 1, 1).place > 0:
            first -= 1
        return range(first, last + 1)


def find_grid(lines: Sequence[PrintedLine], shape: tuple[int, ...]) -> Grid | None:
    """Return the grid of some lines that run across a picture of this shape, or None if they keep none."""
    width = shape[1]
    long = sorted((line for line in lines if line.length >= _LONG * width), key=lambda line: line.place)
    if len(long) < _FEWEST:
        return None
    gaps = np.diff([line.place for line in long])
    steps = gaps / max(float(np.median(gaps)), 1.0)
    numbers = np.concatenate([[0], np.cumsum(np.round(steps).astype(int))])
    if np.mean(abs(steps - np.round(steps)) > _UNEVEN) > _UNEVEN or len(set(numbers)) < _FEWEST:
        return None
    degree = 2 if len(long) > _FEWEST else 1
    left, right = (np.polyfit(numbers, [line.at(x) for line in long], degree) for x in (0, width))
    grid = Grid(left, right, width, numbers)
    aside = [abs(grid.line(n, 1).place - line.place) for n, line in zip(numbers, long, strict=True)]
    return grid if np.median(aside) < _ASIDE * grid.distance else None


def complete(lines: Sequence[PrintedLine], grid: Grid, ink: Floats, inside: Mask) -> list[PrintedLine]:
    """Return lines with those of the grid that were not found, or not all along.

    Parameters
    ----------
    lines : sequence of PrintedLine
        They run across.
    grid : Grid
    ink : ndarray of float32, shape (height, width)
    inside : ndarray of bool, shape (height, width)
        Where the picture is, if it was turned.
    """
    thickness = float(np.median([line.width for line in lines]))
    added = []
    for number in grid.all_numbers(len(ink)):
        place = grid.line(number, thickness)
        if any(line.length >= _WHOLE * ink.shape[1] and _is_at(line, place, grid) for line in lines):
            continue
        if (found := _drawn(place, ink, inside)) is not None:
            added.append(found)
    return [line for line in lines if not any(_is_at(line, other, grid) for other in added)] + added


def keeps_to(line: PrintedLine, grid: Grid, height: float) -> bool:
    """Return whether a line is one of the grid, or so long that it is printed anyway."""
    if line.length >= 2 * grid.distance:
        return True
    places = (grid.line(number, 1) for number in grid.all_numbers(height))
    return any(_is_at(line, place, grid) for place in places)


def _is_at(line: PrintedLine, place: PrintedLine, grid: Grid) -> bool:
    middle = (line.start + line.end) / 2
    return abs(place.at(middle) - line.at(middle)) <= _ASIDE * grid.distance


def _drawn(place: PrintedLine, ink: Floats, inside: Mask) -> PrintedLine | None:
    """Return the line that is drawn near its place in the grid, or None if there is none."""
    columns = np.arange(ink.shape[1])
    rows = np.round(place.offset + place.slope * columns).astype(int)
    best: tuple[float, int, npt.NDArray[np.intp]] = (0.0, 0, columns[:0])
    for step in range(-_AROUND, _AROUND + 1):
        moved = np.clip(rows + step, 1, len(ink) - 2)
        within = inside[moved, columns] & (moved == rows + step)
        drawn = within & (np.maximum(ink[moved - 1, columns], ink[moved + 1, columns]) > INK)
        amount = float(ink[moved, columns][within].sum())
        if drawn.sum() >= _DRAWN * max(int(within.sum()), 1) and amount > best[0]:
            best = amount, step, np.flatnonzero(drawn)
    _, step, along = best
    if len(along) < _DRAWN * _LONG * len(columns):
        return None
    line = PrintedLine(float(along[0]), float(along[-1] + 1), place.offset + step, place.slope, place.width)
    return refined(line, ink)
