"""Printed lines taken out of a page, and the strokes that cross them kept whole.

A pen is seldom of a line's very tone. Where it is darker, what the line adds is known from the rest of
the line, and what is more is pen, even where a stroke runs along a line. Where it is not, a stroke is
what reaches across the line.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.photo import as_ink
from core.drawing.straight_lines import INK, Floats, PrintedLine, PrintedLines, near_line, run_lengths

# Ink that reaches across a line farther than this multiple of its width, and these pixels, is a stroke.
_ACROSS, _ACROSS_PIXELS = 1.35, 2.5
# Pixels beyond the width of a line: where it is taken out by its width, and as far as its blur goes.
_BESIDE, _BLURRED = 1.5, 2.5
# A pen is told from a line by its tone if the line is lighter by this share of it.
_LIGHTER = 0.15
# Of the pixels along a line, strokes cover less than the rest of this share.
_FREE = 0.4
# Pixels along a line over which its tone changes little: a digit and more.
_STEADY = 160
# Fewer pixels in the middle of strokes do not tell the tone of the pen.
_FEWEST = 12
# A tone on a line is at least this, so that it is told from where there is none.
_TRACE = 1e-3
# Pixels at each side that a cubic goes through.
_TAPS = 2


def remove_lines(tone: Floats, lines: PrintedLines) -> Floats:
    """Return the ink of a page without its printed lines.

    Parameters
    ----------
    tone : ndarray of float32, shape (height, width)
        As `core.drawing.photo.ink_tone` gives it.
    lines : PrintedLines

    Returns
    -------
    ndarray of float32, shape (height, width)
        Amount of ink, 0 to 1.
    """
    left = erase(as_ink(tone), lines)
    if not lines:
        return left
    expected = np.maximum(_expected(tone, lines.across), _expected(tone.T, lines.down).T)
    on_lines = expected > 0
    pen = _pen_tone(tone, left, on_lines)
    if pen is None:
        return left
    lighter = expected <= (1 - _LIGHTER) * pen
    # Where lines are most of what is dark, full ink was taken from them.
    pen_or_full = max(pen, 1.0)
    share: Floats = ((tone - expected) / np.where(lighter, pen_or_full - expected, 1)).astype(np.float32)
    return np.where(lighter, as_ink(share), left).astype(np.float32)


def erase(ink: Floats, lines: PrintedLines) -> Floats:
    """Return ink without printed lines, by their width only; strokes that reach across them stay whole."""
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


def _limits(shape: tuple[int, ...], lines: Sequence[PrintedLine]) -> Floats:
    """Return where lines that run across are: how far ink may reach across them without being a stroke."""
    limits = np.zeros(shape, dtype=np.float32)
    for line in lines:
        beyond = line.width / 2 + _BESIDE
        limits[near_line(line, shape, beyond, beyond)] = _ACROSS * line.width + _ACROSS_PIXELS
    return limits


def _pen_tone(tone: Floats, left: Floats, on_lines: npt.NDArray[np.bool_]) -> float | None:
    """Return the tone in the middle of strokes beside the lines, or None if there is too little."""
    middle = (left > 0.5) & (tone >= ndimage.maximum_filter(tone, 3)) & ~on_lines
    return float(np.median(tone[middle])) if middle.sum() >= _FEWEST else None


def _expected(tone: Floats, lines: Sequence[PrintedLine]) -> Floats:
    """Return the tone that lines that run across have by themselves; 0 beside them."""
    expected = np.zeros_like(tone)
    for line in lines:
        _expect(expected, tone, line)
    return expected


def _expect(expected: Floats, tone: Floats, line: PrintedLine) -> None:
    """Enter the tone of a line: at each distance from its middle, what most of it nearby has."""
    reach = round(line.width / 2 + _BLURRED)
    columns = np.arange(max(0, int(line.start - 2)), min(tone.shape[1], int(line.end + 3)))
    middle = line.offset + line.slope * columns
    top = np.floor(middle).astype(int)
    rows = top + np.arange(-reach - 2 * _TAPS, reach + 2 * _TAPS + 1)[:, None]
    profile = _steady(_shifted(tone[np.clip(rows, 0, len(tone) - 1), columns], middle - top))
    alone, rows = _shifted(profile, top - middle), rows[2 * _TAPS : -2 * _TAPS]
    inside = (rows >= 0) & (rows < len(tone))
    place = rows[inside], np.broadcast_to(columns, rows.shape)[inside]
    expected[place] = np.maximum(expected[place], np.maximum(alone[inside], _TRACE))


def _shifted(seen: Floats, shares: npt.NDArray[np.float64]) -> Floats:
    """Return each column moved up by its share of a pixel, −1 to 1, without two pixels at each end.

    By cubic convolution (Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981).
    """
    rows = len(seen) - 2 * _TAPS
    moved = np.zeros((rows, seen.shape[1]), dtype=np.float32)
    for tap in range(2 * _TAPS + 1):
        away = abs(tap - _TAPS - shares)
        near, far = 1.5 * away**3 - 2.5 * away**2 + 1, -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
        moved += np.where(away <= 1, near, np.where(away < 2, far, 0)) * seen[tap : tap + rows]
    return moved


def _steady(seen: Floats) -> Floats:
    """Return for each row of pixels along a line what most of its neighbors have."""
    length = seen.shape[1]
    parts = np.array_split(seen, max(1, round(length / _STEADY)), axis=1)
    typical = np.stack([np.quantile(part, _FREE, axis=1) for part in parts], axis=1)
    place = np.clip((np.arange(length) + 0.5) * len(parts) / length - 0.5, 0, len(parts) - 1)
    before = place.astype(int)
    after, share = np.minimum(before + 1, len(parts) - 1), place - before
    steady: Floats = (typical[:, before] * (1 - share) + typical[:, after] * share).astype(np.float32)
    return steady
