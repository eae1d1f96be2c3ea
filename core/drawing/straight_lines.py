"""Straight thin pieces of ink, as of printed lines: found in runs of pixels, and joined where they go on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# Fainter than this is no line, in shares of full ink.
INK = 0.35
_TRACE = 0.06
# The shortest piece of a line, in pixels, and as a share of the picture's longer side.
_SHORTEST, _SHORTEST_SHARE = 9, 0.014
# A line is this many times as long as it is wide, and bends by no more than this share of its length,
# and these pixels.
_THIN = 5.0
_BENT, _BENT_PIXELS = 0.012, 1.2
# More pieces than this are a picture of something else; the longest are looked at.
_MOST = 400
# Pieces in line are one if there is no more than this many shortest pieces between them.
_GAP = 1.5

_AROUND = np.ones((3, 3))

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PrintedLine:
    """A straight line that runs more or less across, or down with x and y exchanged.

    Attributes
    ----------
    start, end : float
        Where it begins and ends, in pixels along its way.
    offset, slope : float
        At ``x`` along its way it is at ``offset + slope * x``.
    width : float
    """

    start: float
    end: float
    offset: float
    slope: float
    width: float

    @property
    def length(self) -> float:
        """In pixels."""
        return self.end - self.start

    def at(self, along: float) -> float:
        """Return where the line is on the other axis."""
        return self.offset + self.slope * along

    @property
    def place(self) -> float:
        """Where its middle is on the other axis."""
        return self.at((self.start + self.end) / 2)

    def covers(self, along: float, reach: float) -> bool:
        """Return whether it passes a place along its way, or ends near it."""
        return self.start - reach <= along <= self.end + reach


def straight_pieces(ink: Floats) -> list[PrintedLine]:
    """Return straight thin pieces that run across, those in line as one."""
    mask = ink > INK
    shortest = max(_SHORTEST, round(_SHORTEST_SHARE * max(mask.shape)))
    thick = ndimage.maximum_filter1d(mask, 3, axis=0)
    runs = run_lengths(thick) >= shortest
    labels, _ = ndimage.label(runs, _AROUND)
    found = []
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        if place[1].stop - place[1].start < shortest:
            continue
        line = _fitted(labels[place] == number, place[1].start, place[0].start)
        if line is not None:
            found.append(line)
    found.sort(key=lambda line: -line.length)
    return _joined(found[:_MOST], _GAP * shortest, ink)


def _fitted(piece: Mask, left: int, top: int) -> PrintedLine | None:
    """Return the line through a piece, or None if it is bent or thick. It was made two pixels thicker."""
    rows, columns = np.nonzero(piece)
    total = np.bincount(columns, minlength=piece.shape[1])
    middle = np.bincount(columns, rows, piece.shape[1]) / np.maximum(total, 1)
    used = np.flatnonzero(total)
    typical = np.median(total[used])
    # Where a stroke crosses the line it is thicker; the line itself is in between.
    clean = used[total[used] <= typical + 1]
    if len(clean) < 0.3 * piece.shape[1]:
        return None
    slope, offset = np.polyfit(clean, middle[clean], 1)
    bent = np.quantile(abs(middle[clean] - offset - slope * clean), 0.9)
    width = max(1.0, float(typical) - 2)
    length = piece.shape[1]
    if length < _THIN * width or bent > _BENT_PIXELS + _BENT * length:
        return None
    return PrintedLine(left, left + length, float(top + offset - slope * left), float(slope), width)


def _joined(lines: list[PrintedLine], gap: float, ink: Floats) -> list[PrintedLine]:
    """Return lines that continue each other as one."""
    joined: list[PrintedLine] = []
    for line in sorted(lines, key=lambda line: line.start):
        for place, other in enumerate(joined):
            if -gap < line.start - other.end <= gap or line.start < other.end:
                middle = (max(line.start, other.start) + min(line.end, other.end)) / 2
                if (
                    abs(other.at(middle) - line.at(middle)) <= max(2.0, (line.width + other.width) / 2)
                    and abs(line.slope - other.slope) < 0.08 + 3 / min(line.length, other.length)
                    and _goes_on(other, line, ink)
                ):
                    joined[place] = _union(other, line)
                    break
        else:
            joined.append(line)
    return joined


def _goes_on(one: PrintedLine, other: PrintedLine, ink: Floats) -> bool:
    """Return whether there is a trace of ink all the way from the end of a line to the next."""
    columns = np.arange(int(one.end), int(other.start))
    if len(columns) < 4:
        return True
    rows = np.clip(np.round(one.offset + one.slope * columns).astype(int), 1, len(ink) - 2)
    trace = np.max([ink[rows + step, columns] for step in (-1, 0, 1)], axis=0)
    return bool((trace > _TRACE).mean() > 0.7)


def _union(one: PrintedLine, other: PrintedLine) -> PrintedLine:
    """Return the line from the beginning of one to the end of another."""
    ends = np.array([one.start, one.end, other.start, other.end])
    places = np.array([one.at(one.start), one.at(one.end), other.at(other.start), other.at(other.end)])
    weights = np.sqrt([one.length, one.length, other.length, other.length])
    slope, offset = np.polyfit(ends, places, 1, w=weights)
    width = (one.width * one.length + other.width * other.length) / (one.length + other.length)
    return PrintedLine(float(ends.min()), float(ends.max()), float(offset), float(slope), float(width))


def run_lengths(mask: Mask) -> npt.NDArray[np.int32]:
    """Return for each pixel how many pixels of ink are in a row with it, from left to right."""
    height, width = mask.shape
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.nonzero(edges == 1), np.nonzero(edges == -1)
    lengths = ends[1] - starts[1]
    change = np.zeros((height, width + 1), dtype=np.int32)
    change[starts] = lengths
    change[ends] -= lengths
    return np.cumsum(change, axis=1)[:, :width]
