"""Boxes, combs and tables: the cells between printed lines, and what is written in each."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.rows import Pieces, side_by_side
from core.drawing.straight_lines import PrintedLine, PrintedLines, near_line

# A cell is at least this large, in pixels, and fills this much of its bounding box.
_SMALLEST, _FILLED = 12, 0.75
# A piece of ink with at least this share in one cell belongs to it, and is not cut.
_WHOLE = 0.75
# With more pieces than this share across the cells' borders the cells say nothing, as on squared paper
# with digits two squares tall.
_ACROSS = 0.3
# A cell that is no wider than this multiple of its height has one digit.
_SQUARE = 1.45
# Filled cells of a number are no farther apart than this multiple of their width.
_GAP = 1.3
# A line that ends this close to another meets it, in pixels.
_NEAR = 4.0

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell with ink in it: left, top, right, bottom in pixels, and where its ink is."""

    box: tuple[float, float, float, float]
    ink: Mask

    @property
    def width(self) -> float:
        """In pixels."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """In pixels."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        """Halfway down."""
        return (self.box[1] + self.box[3]) / 2

    @property
    def is_for_one_digit(self) -> bool:
        """Whether it is about as wide as high."""
        return self.width <= _SQUARE * self.height


def cell_map(shape: tuple[int, ...], lines: PrintedLines) -> Labels:
    """Return the number of the cell, from 1, that each pixel is in; 0 outside and on lines."""
    walls = np.zeros(shape, dtype=bool)
    for line in lines.across:
        walls[_wall(line, shape)] = True
    for line in lines.down:
        walls.T[_wall(_extended(line, lines.across), shape[::-1])] = True
    labels, count = ndimage.label(~walls)
    kept = np.zeros(count + 1, dtype=np.intp)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        inside = rows.start > 0 and columns.start > 0 and rows.stop < shape[0] and columns.stop < shape[1]
        if inside and min(height, width) >= _SMALLEST and areas[number] >= _FILLED * height * width:
            kept[number] = number
    used = np.unique(kept)
    cells: Labels = np.searchsorted(used, kept)[labels] if used[0] == 0 else kept[labels]
    return cells


def _extended(line: PrintedLine, across: tuple[PrintedLine, ...]) -> PrintedLine:
    """Return a tooth as if it went on up to the next line."""
    above = [
        other.at(line.place)
        for other in across
        if other.covers(line.place, _NEAR) and other.at(line.place) < line.end - line.length / 2
    ]
    if any(place > line.start - _NEAR - line.width for place in above):
        return line
    start = max(above, default=line.start)
    if line.start - start > 8 * line.length:
        return line
    return replace(line, start=start)


def _wall(line: PrintedLine, shape: tuple[int, ...]) -> tuple[Labels, Labels]:
    return near_line(line, shape, line.width / 2 + 1, _NEAR)


def filled_cells(cells: Labels, pieces: Pieces) -> tuple[list[Cell], Mask] | None:
    """Return the cells with ink, and where other ink is; None if the ink does not keep to the cells."""
    if not cells.any():
        return None
    near = _nearest(cells)
    owner = np.zeros_like(pieces.labels)
    across = 0
    for number, box in enumerate(pieces.boxes.astype(int), 1):
        place = slice(box[1], box[3]), slice(box[0], box[2])
        own = pieces.labels[place] == number
        counts = np.bincount(near[place][own])
        main = int(counts.argmax())
        if counts[main] >= _WHOLE * counts.sum():
            owner[place][own] = main
        else:
            owner[place][own] = near[place][own]
            across += 1
    if across > _ACROSS * len(pieces.boxes):
        return None
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(cells), 1):
        ink = owner == number
        if ink.any():
            found.append(Cell((columns.start, rows.start, columns.stop, rows.stop), ink))
    return found, (owner == 0) & (pieces.labels > 0)


def _nearest(cells: Labels) -> Labels:
    """Return the cells with their walls: each pixel on a wall belongs to the nearest cell."""
    distance, where = ndimage.distance_transform_edt(cells == 0, return_indices=True)
    sides = [min(y.stop - y.start, x.stop - x.start) for y, x in ndimage.find_objects(cells)]
    nearest: Labels = np.where(distance <= 0.3 * np.median(sides), cells[tuple(where)], 0)
    return nearest


def numbers_of_cells(cells: list[Cell]) -> list[list[Cell]]:
    """Return the cells of each number in reading order: a table's own cell, or boxes side by side."""
    if not cells:
        return []
    reach = np.array([0.5 * cell.height for cell in cells])
    rows = [[cells[n] for n in row] for row in side_by_side(np.array([cell.box for cell in cells]), reach)]
    numbers: list[list[Cell]] = []
    for row in sorted(rows, key=lambda row: row[0].middle):
        numbers += _numbers_of_row(row)
    return numbers


def _numbers_of_row(row: list[Cell]) -> list[list[Cell]]:
    numbers = [[row[0]]]
    for cell in row[1:]:
        last = numbers[-1][-1]
        joined = cell.is_for_one_digit and last.is_for_one_digit
        if joined and cell.box[0] - last.box[2] <= _GAP * max(cell.width, last.width):
            numbers[-1].append(cell)
        else:
            numbers.append([cell])
    return numbers
