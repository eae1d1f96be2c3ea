"""Printed and ruled lines found and taken out: of boxes, combs, tables, squared and ruled paper, sums.

A printed line is straight and thin. No stroke of a digit ends at such lines with both of its ends, or
is much longer than digits are tall. A line that a stroke crosses is taken out beside the stroke only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.rows import digit_height, pieces_of
from core.drawing.straight_lines import INK, PrintedLine, run_lengths, straight_pieces

# Lines that end this close to each other meet, in pixels beyond their widths.
_NEAR = 3.5
# Ink that reaches across a line farther than this multiple of its width, and these pixels, is a stroke.
_ACROSS, _ACROSS_PIXELS = 1.35, 2.5
# A line between the same two as others is no wider than this multiple of them, and a pixel.
_WIDER = 1.4
# Shares of the picture's side: a line that ends this close to the border reaches it.
_BORDER = 0.006
# Digits' heights: a line this long is a bar if it lies alone, and one this long is a ruled line.
_BAR, _RULED = 1.1, 2.2
# Of a cell's height: the least distance of two lines that run between the same two, and the longest
# tooth of a comb that does not reach the other side.
_CELL, _TOOTH, _SHORTEST_TOOTH = 0.6, 0.55, 0.15
_ALL_AROUND = np.ones((3, 3))

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PrintedLines:
    """The printed lines of a picture: those that run across, and those that run down."""

    across: tuple[PrintedLine, ...]
    down: tuple[PrintedLine, ...]

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.across or self.down)


def find_printed_lines(ink: Floats, inside: Mask | None = None) -> PrintedLines:
    """Return the printed lines of a picture in which they run almost exactly across and down.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        Amount of ink, 0 to 1.
    inside : ndarray of bool, shape (height, width), optional
        Where the picture is, if it was turned.
    """
    across, down = straight_pieces(ink), straight_pieces(ink.T)
    height, width = ink.shape
    across, down = _closed(across, down, np.ones(ink.shape, dtype=bool) if inside is None else inside)
    across, down = _without_strokes(across, down, width), _without_strokes(down, across, height)
    found = PrintedLines(tuple(across), tuple(down))
    if found and not _leaves_ink(ink, found) and len(across) + len(down) < 6:
        # What would be left is nothing: these are the strokes of a digit in an otherwise blank picture.
        found = PrintedLines((), ())
    return _with_loose_lines(ink, found)


def erase(ink: Floats, lines: PrintedLines) -> Floats:
    """Return the ink without printed lines; strokes that cross them stay whole."""
    if not lines:
        return ink
    mask = ink > INK
    across, down = _limits(ink.shape, lines.across), _limits(ink.shape[::-1], lines.down).T
    gone = (across > 0) & (across >= run_lengths(mask.T).T)
    gone |= (down > 0) & (down >= run_lengths(mask))
    gone |= (across > 0) & (down > 0)
    left: Floats = np.where(gone, 0, ink).astype(np.float32)
    # A stroke that was cut goes on on the other side of the line.
    width = max(line.width for line in (*lines.across, *lines.down))
    reach = int(np.ceil((width + 3) / 2))
    wide = ndimage.maximum_filter(left > INK, 2 * reach + 1)
    mended = ndimage.minimum_filter(wide, 2 * reach + 1) & gone & mask
    left[mended] = ink[mended]
    return left


def _closed(
    across: list[PrintedLine], down: list[PrintedLine], inside: Mask
) -> tuple[list[PrintedLine], list[PrintedLine]]:
    """Return the lines of which both ends are at another such line, or at the picture's border."""
    while True:
        kept_across = [line for line in across if _is_held(line, down, inside)]
        kept_down = [line for line in down if _is_held(line, kept_across, inside.T)]
        if len(kept_across) == len(across) and len(kept_down) == len(down):
            return across, down
        across, down = kept_across, kept_down


def _is_held(line: PrintedLine, others: Sequence[PrintedLine], inside: Mask) -> bool:
    near = _NEAR + _BORDER * inside.shape[1]
    at_border = [not _is_inside(inside, line, along) for along in (line.start - near, line.end + near)]
    met = [any(_meets(line, end, other) for other in others) for end in (line.start, line.end)]
    # From border to border a line holds by itself.
    return all(at_border) or (any(met) and all(map(max, at_border, met)))


def _is_inside(inside: Mask, line: PrintedLine, along: float) -> bool:
    row, column = round(line.at(along)), round(along)
    return 0 <= row < inside.shape[0] and 0 <= column < inside.shape[1] and bool(inside[row, column])


def _meets(line: PrintedLine, end: float, other: PrintedLine) -> bool:
    """Return whether a line has an end at another that runs the other way, or goes on beyond it a little."""
    reach = _NEAR + other.width / 2
    place = line.at(end)
    overshoot = abs(other.at(place) - end)
    return overshoot <= reach and other.covers(place, _NEAR + (line.width + other.width) / 2)


def _without_strokes(lines: list[PrintedLine], others: list[PrintedLine], border: int) -> list[PrintedLine]:
    """Return lines without those that are a stroke from one printed line to the next, as a tall 1 is.

    A line that crosses others, is at the end of one, or keeps the distance of cells is printed.
    """
    sure = [line for line in lines if _crosses(line, others) or _is_corner(line, others)]
    rest = [line for line in lines if line not in sure]
    framed = bool(sure)
    for line in sorted(rest, key=lambda line: abs(line.slope)):
        beside = [
            abs(other.at((line.start + line.end) / 2) - line.place)
            for other in sure
            if other.covers((line.start + line.end) / 2, 0)
        ]
        whole = line.length > 0.9 * border
        thin = framed and line.width <= _WIDER * np.median([other.width for other in sure]) + 1
        if whole or (thin and beside and min(beside) >= _CELL * line.length):
            sure.append(line)
    return sure


def _crosses(line: PrintedLine, others: Sequence[PrintedLine]) -> bool:
    """Return whether a line crosses another well inside of itself."""
    inside = 0.2 * line.length
    return any(
        line.start + inside < other.at(line.place) < line.end - inside and other.covers(line.place, 0)
        for other in others
    )


def _is_corner(line: PrintedLine, others: Sequence[PrintedLine]) -> bool:
    """Return whether a line has both ends at an end of others."""
    corners = 0
    for end in (line.start, line.end):
        place = line.at(end)
        corners += any(
            _meets(line, end, other)
            and min(abs(place - other.start), abs(place - other.end))
            <= 2 * _NEAR + (line.width + other.width) / 2
            for other in others
        )
    return corners == 2


def _leaves_ink(ink: Floats, lines: PrintedLines) -> bool:
    left = ndimage.binary_opening(erase(ink, lines) > 0.5, _ALL_AROUND)
    return bool(left.sum() > 0.01 * (ink > 0.5).sum())


def _with_loose_lines(ink: Floats, found: PrintedLines) -> PrintedLines:
    """Add lines that are too long for a digit, bars under numbers, and the short teeth of combs."""
    left = erase(ink, found)
    mask = left > INK
    height = digit_height(pieces_of(left > 0.5))
    if height is None:
        return found
    pieces, _ = ndimage.label(mask, _ALL_AROUND)
    loose = [line for line in straight_pieces(left) if _is_loose(line, pieces, height)]
    teeth = _teeth(straight_pieces(ink.T), found)
    return replace(found, across=(*found.across, *loose), down=(*found.down, *teeth))


def _is_loose(line: PrintedLine, pieces: npt.NDArray[np.intp], height: float) -> bool:
    if line.length >= _RULED * height:
        return True
    if line.length < _BAR * height:
        return False
    columns = np.arange(int(line.start), int(line.end))
    rows = np.clip(np.round(line.offset + line.slope * columns).astype(int), 0, len(pieces) - 1)
    own = pieces[rows, np.minimum(columns, pieces.shape[1] - 1)]
    numbers = np.unique(own[own > 0])
    area = sum(int((pieces == number).sum()) for number in numbers[:4])
    return area < 1.6 * line.length * (line.width + 1)


def _teeth(pieces: list[PrintedLine], found: PrintedLines) -> list[PrintedLine]:
    """Return short lines that stand on one printed line below another, at least two."""
    teeth = []
    for piece in pieces:
        base = next(
            (line for line in found.across if _meets(piece, piece.end, line) and _inside(piece, line)), None
        )
        if base is None or any(_same(piece, line) for line in found.down):
            continue
        above = [
            base.at(piece.place) - line.at(piece.place)
            for line in found.across
            if line.covers(piece.place, 0) and line.at(piece.place) < base.at(piece.place) - _NEAR
        ]
        if above and _SHORTEST_TOOTH * min(above) <= piece.length <= _TOOTH * min(above):
            teeth.append(piece)
    return teeth if len(teeth) > 1 else []


def _inside(piece: PrintedLine, line: PrintedLine) -> bool:
    return line.start + _NEAR < piece.place < line.end - _NEAR


def _same(piece: PrintedLine, line: PrintedLine) -> bool:
    middle = (piece.start + piece.end) / 2
    return line.covers(middle, 0) and abs(line.at(middle) - piece.place) <= _NEAR


def _limits(shape: tuple[int, ...], lines: Sequence[PrintedLine]) -> Floats:
    """Return where lines that run across are: how far ink may reach across them without being a stroke."""
    limits = np.zeros(shape, dtype=np.float32)
    for line in lines:
        beyond = line.width / 2 + 1.5
        columns = np.arange(max(0, int(line.start - beyond)), min(shape[1], int(line.end + beyond) + 1))
        middle = line.offset + line.slope * columns
        for step in range(-int(np.ceil(beyond)), int(np.ceil(beyond)) + 2):
            rows = np.floor(middle).astype(int) + step
            fits = (abs(rows - middle) <= beyond) & (rows >= 0) & (rows < shape[0])
            limits[rows[fits], columns[fits]] = _ACROSS * line.width + _ACROSS_PIXELS
    return limits
