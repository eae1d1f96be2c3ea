"""Combs: frames with a tooth, or a line, between the digits, which stand at one distance on the base.

So a tooth under a stroke is known from the others, and a 1 that reaches from the base to the top of the
frame, but does not stand where teeth do, is a 1.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.drawing.straight_lines import (
    INK,
    NEAR,
    Floats,
    PrintedLine,
    PrintedLines,
    ink_along,
    meets,
)

# A tooth may be as stubby as this: its length as a multiple of its width.
STUBBY = 2.0
# Of a frame's height: the longest and the shortest tooth, and the widest and the narrowest cell.
_SHORTEST, _LONGEST = 0.15, 1.15
_NARROWEST, _WIDEST = 0.6, 1.8
# And how far from the frame's sides the first tooth is at least.
_INSIDE = 0.3
# Cells of a comb, and the share of its teeth that are found.
_CELLS, _FOUND = range(3, 25), 0.6
# Shares of a cell's width: how far from its place a tooth may be.
_ASIDE = 0.12


def with_teeth(lines: PrintedLines, pieces: Sequence[PrintedLine], ink: Floats) -> PrintedLines:
    """Return printed lines with the teeth of combs, and without strokes that stand between teeth.

    Parameters
    ----------
    lines : PrintedLines
        With the frames of the combs.
    pieces : sequence of PrintedLine
        All that run down, as short as a tooth.
    ink : ndarray of float32, shape (height, width)
        Amount of ink, 0 to 1.
    """
    down = list(lines.down)
    for base in lines.across:
        height = _height(base, lines.across)
        if height is None or not _has_sides(base, down):
            continue
        standing = [line for line in (*pieces, *down) if _stands(line, base, height)]
        places = _places([line.place for line in standing], base, height)
        if not places:
            continue
        aside = _ASIDE * (places[1] - places[0])
        teeth = [_tooth(place, aside, standing, base, ink.T) for place in places]
        down = [line for line in down if not _stands(line, base, height)]
        down += [tooth for tooth in teeth if tooth is not None]
    return replace(lines, down=tuple(down))


def _height(base: PrintedLine, across: Sequence[PrintedLine]) -> float | None:
    """Return how far the next line over a base is, as wide as it."""
    middle = (base.start + base.end) / 2
    heights = [
        base.at(middle) - line.at(middle)
        for line in across
        if abs(line.start - base.start) + abs(line.end - base.end) < 0.1 * base.length
        and line.at(middle) < base.at(middle) - NEAR
    ]
    return min(heights, default=None)


def _has_sides(base: PrintedLine, down: Sequence[PrintedLine]) -> bool:
    """Return whether a line stands at both ends of a base, as of a frame: ruled paper has none."""
    return all(
        any(meets(line, line.end, base) and abs(line.place - end) <= NEAR + line.width for line in down)
        for end in (base.start, base.end)
    )


def _stands(line: PrintedLine, base: PrintedLine, height: float) -> bool:
    """Return whether a line that runs down ends at a base, inside of its frame."""
    return (
        meets(line, line.end, base)
        and base.start + _INSIDE * height < line.place < base.end - _INSIDE * height
        and _SHORTEST * height <= line.length <= _LONGEST * height
    )


def _places(standing: list[float], base: PrintedLine, height: float) -> list[float]:
    """Return where the teeth of a comb are on its base; empty if it is none."""
    best, found = 0.0, []
    for cells in _CELLS:
        pitch = base.length / cells
        if not _NARROWEST * height <= pitch <= _WIDEST * height:
            continue
        places = base.start + pitch * np.arange(1, cells)
        taken = [
            min((abs(one - place) for one in standing), default=pitch) <= _ASIDE * pitch for place in places
        ]
        if np.mean(taken) > best and sum(taken) > 1:
            best, found = float(np.mean(taken)), places.tolist()
    return found if best >= _FOUND else []


def _tooth(
    place: float, aside: float, standing: list[PrintedLine], base: PrintedLine, ink: Floats
) -> PrintedLine | None:
    """Return the tooth at a place, found or under a stroke, or None if there is no ink."""
    own = [line for line in standing if abs(line.place - place) <= aside]
    if own:
        return max(own, key=lambda line: line.length)
    length = float(np.median([line.length for line in standing]))
    slope = float(np.median([line.slope for line in standing]))
    width = float(np.median([line.width for line in standing]))
    end = base.at(place)
    tooth = PrintedLine(end - length, end, place - slope * end, slope, width)
    return tooth if (ink_along(tooth, tooth.start, end, ink) > INK).all() else None
