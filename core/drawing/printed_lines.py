"""Printed and ruled lines found: of boxes, combs, tables, squared and ruled paper, sums.

A printed line is straight and thin. No stroke of a digit ends at such lines with both of its ends, or
is much longer than digits are tall.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.combs import STUBBY, with_teeth
from core.drawing.grid import complete, find_grid, keeps_to
from core.drawing.line_removal import erase
from core.drawing.rows import digit_height, pieces_of
from core.drawing.straight_lines import (
    INK,
    NEAR,
    THIN,
    PrintedLine,
    PrintedLines,
    ink_along,
    meets,
    near_line,
    straight_pieces,
)

# A stroke covers a corner of lines up to this far from it, as a share of the picture's longer side, and
# the end of a line that it runs along up to this multiple of the rest.
_COVERED, _GOES_ON = 0.02, 3.0
# A line has ink where there is at least this share of what most of it has, at this share of its pixels.
_SOLID, _MOSTLY = 0.5, 0.9
# And this share of a loose line, or it is the bars of several sevens.
_UNBROKEN = 0.97
# A line between the same two as others is no wider than this multiple of them, and a pixel.
_WIDER = 1.4
# Shares of the picture's side: a line that ends this close to the border reaches it.
_BORDER = 0.006
# Digits' heights: a line this long is a bar if it lies alone, and one this long is a ruled line.
_BAR, _RULED = 1.1, 2.2
# A line as long as this share of the picture is no row of digits. Of a shorter one this much of a digit's
# height is free at both ends, but for the soft edge of the line in pixels.
_ACROSS, _FREE_END, _SOFT = 0.7, 0.25, 2.0
# Of a cell's height: the least distance of two lines that run between the same two.
_CELL = 0.6
_ALL_AROUND = np.ones((3, 3))

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def find_printed_lines(ink: Floats, inside: Mask | None = None) -> PrintedLines:
    """Return the printed lines of a picture in which they run almost exactly across and down.

    Parameters
    ----------
    ink : ndarray of float32, shape (height, width)
        Amount of ink, 0 to 1.
    inside : ndarray of bool, shape (height, width), optional
        Where the picture is, if it was turned.
    """
    inside = np.ones(ink.shape, dtype=bool) if inside is None else inside
    across, stubs = straight_pieces(ink), straight_pieces(ink.T, STUBBY)
    down = [line for line in stubs if line.length >= THIN * line.width]
    across, down = _to_corners(across, down, ink), _to_corners(down, across, ink.T)
    across, down = _closed(across, down, inside)
    across, down = _without_strokes(across, down, ink), _without_strokes(down, across, ink.T)
    across, down = _completed(across, down, ink, inside)
    found = with_teeth(PrintedLines(tuple(across), tuple(down)), stubs, ink)
    if found and not _leaves_ink(ink, found) and len(found.across) + len(found.down) < 6:
        # What would be left is nothing: these are the strokes of a digit in an otherwise blank picture.
        found = PrintedLines((), ())
    found = _with_loose_lines(ink, found)
    across, down = _completed(list(found.across), list(found.down), ink, inside)
    return PrintedLines(tuple(across), tuple(down))


def _to_corners(
    lines: Sequence[PrintedLine], others: Sequence[PrintedLine], ink: Floats
) -> list[PrintedLine]:
    """Return lines that run across, gone on to where they meet another if a stroke covers the corner."""
    return [
        replace(
            line,
            start=_corner(line, line.start, -1, others, ink),
            end=_corner(line, line.end, 1, others, ink),
        )
        for line in lines
    ]


def _corner(line: PrintedLine, end: float, way: int, others: Sequence[PrintedLine], ink: Floats) -> float:
    """Return where a line meets another beyond its end, with ink all the way."""
    near = _COVERED * max(ink.shape) + 2 * line.width
    far = max(near, _GOES_ON * line.length)
    if any(meets(line, end, other) for other in others):
        return end
    beyond = [
        other.at(line.at(end))
        for other in others
        if 0 < way * (other.at(line.at(end)) - end) <= far and other.covers(line.at(end), near)
    ]
    reached = [place for place in beyond if _has_ink(line, end, place, ink)]
    return max(reached, key=lambda place: abs(place - end), default=end)


def _has_ink(line: PrintedLine, start: float, end: float, ink: Floats, share: float = _MOSTLY) -> bool:
    """Return whether a part of a line, or of its continuation, has as much ink as the line itself."""
    part = ink_along(line, min(start, end), max(start, end), ink)
    typical = np.median(ink_along(line, line.start, line.end, ink))
    return bool((part >= _SOLID * typical).mean() >= share)


def _completed(
    across: list[PrintedLine], down: list[PrintedLine], ink: Floats, inside: Mask
) -> tuple[list[PrintedLine], list[PrintedLine]]:
    """Return the lines with all of the grid they are of; of squared paper without strokes in a square."""
    grids = find_grid(across, ink.shape), find_grid(down, ink.T.shape)
    if grids[0] is not None:
        across = complete(across, grids[0], ink, inside)
    if grids[1] is not None:
        down = complete(down, grids[1], ink.T, inside.T)
    if grids[0] is not None and grids[1] is not None:
        across = [line for line in across if keeps_to(line, grids[0], len(ink))]
        down = [line for line in down if keeps_to(line, grids[1], len(ink.T))]
    return across, down


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
    near = NEAR + _BORDER * inside.shape[1]
    at_border = [not _is_inside(inside, line, along) for along in (line.start - near, line.end + near)]
    met = [any(meets(line, end, other) for other in others) for end in (line.start, line.end)]
    # From border to border a line holds by itself.
    return all(at_border) or (any(met) and all(map(max, at_border, met)))


def _is_inside(inside: Mask, line: PrintedLine, along: float) -> bool:
    row, column = round(line.at(along)), round(along)
    return 0 <= row < inside.shape[0] and 0 <= column < inside.shape[1] and bool(inside[row, column])


def _without_strokes(lines: list[PrintedLine], others: list[PrintedLine], ink: Floats) -> list[PrintedLine]:
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
        whole = line.length > 0.9 * ink.shape[1]
        thin = framed and line.width <= _WIDER * np.median([other.width for other in sure]) + 1
        apart = beside and min(beside) >= _CELL * line.length
        if whole or (thin and apart and _touches(line, others, ink)):
            sure.append(line)
    return sure


def _touches(line: PrintedLine, others: Sequence[PrintedLine], ink: Floats) -> bool:
    """Return whether no paper is between the ends of a line and the middles of those that it meets."""

    def joined(end: float, other: PrintedLine) -> bool:
        place = other.at(line.at(end))
        reached = line.start <= place <= line.end
        return meets(line, end, other) and (reached or _has_ink(line, end, place, ink))

    return all(any(joined(end, other) for other in others) for end in (line.start, line.end))


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
            meets(line, end, other)
            and min(abs(place - other.start), abs(place - other.end))
            <= 2 * NEAR + (line.width + other.width) / 2
            for other in others
        )
    return corners == 2


def _leaves_ink(ink: Floats, lines: PrintedLines) -> bool:
    left = ndimage.binary_opening(erase(ink, lines) > 0.5, _ALL_AROUND)
    return bool(left.sum() > 0.01 * (ink > 0.5).sum())


def _with_loose_lines(ink: Floats, found: PrintedLines) -> PrintedLines:
    """Add lines that are too long for a digit, and bars under numbers."""
    left = erase(ink, found)
    mask = left > INK
    height = digit_height(pieces_of(left > 0.5))
    if height is None:
        return found
    pieces, _ = ndimage.label(mask, _ALL_AROUND)
    loose = [
        line
        for line in straight_pieces(left)
        if _is_loose(line, mask, pieces, height) and _has_ink(line, line.start, line.end - 1, left, _UNBROKEN)
    ]
    return replace(found, across=(*found.across, *loose))


def _is_loose(line: PrintedLine, mask: Mask, pieces: npt.NDArray[np.intp], height: float) -> bool:
    """Return whether a line under digits is no bar of a 7, nor the base of a 2, nor of several that touch."""
    if line.length >= _RULED * height:
        return line.length >= _ACROSS * mask.shape[1] or _has_free_ends(line, mask, height)
    if line.length < _BAR * height:
        return False
    own = np.unique(pieces[near_line(line, pieces.shape, 1, 0)])
    tall = np.flatnonzero(np.isin(pieces, own[own > 0][:4]).any(axis=1))
    return bool(len(tall) > 0 and np.ptp(tall) <= abs(line.slope) * line.length + 2 * line.width + NEAR)


def _has_free_ends(line: PrintedLine, mask: Mask, height: float) -> bool:
    """Return whether no stroke is at the ends of a line, as one is in digits with a bar or a base."""
    free = _FREE_END * height
    own, beside = line.width / 2 + _SOFT, line.width / 2 + 2 * _SOFT + 1
    around = np.zeros(mask.shape, dtype=bool)
    for end in (line.start, line.end):
        around[near_line(replace(line, start=end, end=end), mask.shape, beside, free)] = True
    around[near_line(line, mask.shape, own, free)] = False
    return not (around & mask).any()
