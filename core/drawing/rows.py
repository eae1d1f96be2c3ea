"""Rows of handwriting: which pieces of ink are written beside each other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# Pieces that touch at a corner are one.
_AROUND = np.ones((3, 3))
# Shares of the height of a digit. A piece this tall has a place in a row; others belong to the nearest.
_TALL = 0.45
# Rows are this far apart; pieces of a row are less.
_ROW = 0.55
# Less tall than this share of the tallest piece is no digit, or one of another row.
_SMALL = 0.35
# Two pieces above each other with less between them are one digit in two.
_BROKEN = 0.25
# What is farther from all digits than this, and smaller than that, is dirt.
_FAR, _SPECK = 0.8, 0.2

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pieces:
    """The connected pieces of some ink.

    Attributes
    ----------
    labels : ndarray of int, shape (height, width)
        The number of the piece from 1, and 0 where there is no ink.
    boxes : ndarray of float, shape (n, 4)
        Left, top, right and bottom of each.
    """

    labels: Labels
    boxes: npt.NDArray[np.float64]

    @property
    def heights(self) -> npt.NDArray[np.float64]:
        """In pixels, shape (n,)."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def widths(self) -> npt.NDArray[np.float64]:
        """In pixels, shape (n,)."""
        return self.boxes[:, 2] - self.boxes[:, 0]


def pieces_of(ink: Mask) -> Pieces:
    """Return the connected pieces of some ink, shape (height, width)."""
    labels, _ = ndimage.label(ink, _AROUND)
    boxes = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels)]
    return Pieces(labels, np.array(boxes, dtype=np.float64).reshape(-1, 4))


def digit_height(pieces: Pieces) -> float | None:
    """Return the median height of the pieces that may be digits, or None if there are none."""
    tall = pieces.heights[pieces.heights >= 0.4 * pieces.widths]
    if not len(tall):
        return None
    return float(np.median(tall[tall >= _SMALL * tall.max()]))


def split_rows(pieces: Pieces) -> list[npt.NDArray[np.intp]]:
    """Return the numbers of the pieces of each row, from the top row to the lowest.

    A picture with a single row keeps all of its pieces.
    """
    height = digit_height(pieces)
    if height is None:
        return [np.arange(1, len(pieces.boxes) + 1)] if len(pieces.boxes) else []
    seeds = np.flatnonzero(pieces.heights >= _TALL * height)
    found = side_by_side(pieces.boxes[seeds], np.full(len(seeds), _ROW * height))
    rows = [seeds[row].tolist() for row in found]
    if len(rows) < 2 or _is_one_in_two(pieces.boxes, rows, height):
        return [np.arange(1, len(pieces.boxes) + 1)]
    for index in np.flatnonzero(pieces.heights < _TALL * height):
        gaps = _distances(pieces.boxes[index], pieces.boxes[seeds])
        side = max(pieces.heights[index], pieces.widths[index])
        if gaps.min() > _FAR * height and side < _SPECK * height:
            continue
        nearest = seeds[int(gaps.argmin())]
        next(row for row in rows if nearest in row).append(int(index))
    middles = pieces.boxes[:, [1, 3]].mean(axis=1)
    rows.sort(key=lambda row: float(np.mean(middles[row])))
    return [np.array(row) + 1 for row in rows]


def side_by_side(boxes: npt.NDArray[np.float64], reach: npt.NDArray[np.float64]) -> list[list[int]]:
    """Return the boxes of each row by their numbers: a box goes on to the right of one at its height.

    Parameters
    ----------
    boxes : ndarray of float, shape (n, 4)
        Left, top, right and bottom.
    reach : ndarray of float, shape (n,)
        How much higher or lower than its neighbor each may be, in pixels.
    """
    rows: list[list[int]] = []
    middles = boxes[:, [1, 3]].mean(axis=1)
    for number in np.argsort(boxes[:, 0], kind="stable").tolist():
        aside = [abs(middles[number] - middles[row[-1]]) for row in rows]
        if aside and min(aside) < reach[number]:
            rows[int(np.argmin(aside))].append(number)
        else:
            rows.append([number])
    return rows


def _is_one_in_two(boxes: npt.NDArray[np.float64], rows: list[list[int]], height: float) -> bool:
    """Return whether two rows of one piece each are the halves of one digit."""
    if len(rows) != 2 or max(map(len, rows)) > 1:
        return False
    upper, lower = sorted((boxes[row[0]] for row in rows), key=lambda box: float(box[1]))
    shared = min(upper[2], lower[2]) - max(upper[0], lower[0])
    return bool(
        lower[1] - upper[3] < _BROKEN * height
        and shared > 0.5 * min(upper[2] - upper[0], lower[2] - lower[0])
    )


def _distances(box: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the free space between a box and others."""
    across = np.maximum(0, np.maximum(others[:, 0] - box[2], box[0] - others[:, 2]))
    down = np.maximum(0, np.maximum(others[:, 1] - box[3], box[1] - others[:, 3]))
    distances: npt.NDArray[np.float64] = np.hypot(across, down)
    return distances
