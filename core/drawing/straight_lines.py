"""Straight thin pieces of ink, as of printed lines: found in runs of pixels, and joined where they go on."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# Lines that end this close to each other meet, in pixels beyond their widths.
NEAR = 3.5
# In shares of full ink: what is ink, and what may be a thin line.
INK = 0.35
_FAINT = 0.15
_TRACE = 0.06
# The shortest piece of a line, in pixels, and as a share of the picture's longer side.
_SHORTEST, _SHORTEST_SHARE = 9, 0.014
# A line is this many times as long as it is wide, and bends by no more than this share of its length,
# and these pixels.
THIN = 5.0
_BENT, _BENT_PIXELS = 0.012, 1.2
# More pieces than this are a picture of something else; the longest are looked at.
_MOST = 400
# A stroke that comes in makes a line thicker than this multiple of it, and a pixel.
_THICKER = 1.35
# Of the shortest piece this share is left where it ends at another line.
_CUT = 0.6
# Pieces in line are one if there is no more than this many shortest pieces between them, or no more
# than the shorter of them is long and ink all the way: a stroke that runs along the line.
_GAP = 1.5
# Pixels beside a line where its ink ends softly, and the share of a line that strokes leave free.
_SOFT, _FREE = 1.5, 0.4

_AROUND = np.ones((3, 3))

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


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


@dataclass(frozen=True, eq=False)
class PrintedLines:
    """The printed lines of a picture: those that run across, and those that run down."""

    across: tuple[PrintedLine, ...]
    down: tuple[PrintedLine, ...]

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.across or self.down)


def meets(line: PrintedLine, end: float, other: PrintedLine) -> bool:
    """Return whether a line has an end at another that runs the other way, or goes on beyond it a little."""
    reach = NEAR + other.width / 2
    place = line.at(end)
    overshoot = abs(other.at(place) - end)
    return overshoot <= reach and other.covers(place, NEAR + (line.width + other.width) / 2)


def ink_along(line: PrintedLine, start: float, end: float, ink: Floats) -> Floats:
    """Return the ink of a line that runs across, or of its continuation, pixel by pixel."""
    columns = np.arange(int(start), int(end) + 1)
    rows = np.clip(np.round(line.offset + line.slope * columns).astype(int), 1, len(ink) - 2)
    columns = np.clip(columns, 0, ink.shape[1] - 1)
    along: Floats = np.max([ink[rows + step, columns] for step in (-1, 0, 1)], axis=0)
    return along


def near_line(
    line: PrintedLine, shape: tuple[int, ...], beside: float, beyond: float
) -> tuple[Indices, Indices]:
    """Return rows and columns of the pixels near a line that runs across.

    Parameters
    ----------
    line : PrintedLine
    shape : tuple of int
        Of the picture.
    beside, beyond : float
        How far from its middle, and from its ends, in pixels.
    """
    columns = np.arange(max(0, int(line.start - beyond)), min(shape[1], int(line.end + beyond) + 1))
    middle = line.offset + line.slope * columns
    rows = np.floor(middle).astype(int) + np.arange(-int(np.ceil(beside)), int(np.ceil(beside)) + 2)[:, None]
    near = (abs(rows - middle) <= beside) & (rows >= 0) & (rows < shape[0])
    return rows[near], np.broadcast_to(columns, rows.shape)[near]


def straight_pieces(ink: Floats, thin: float = THIN) -> list[PrintedLine]:
    """Return straight pieces that run across, those in line as one, each ``thin`` times as long as wide."""
    mask = ink > _FAINT
    shortest = max(_SHORTEST, round(_SHORTEST_SHARE * max(mask.shape)))
    thick = ndimage.maximum_filter1d(mask, 3, axis=0)
    runs = _without_junctions(run_lengths(thick) >= shortest)
    labels, _ = ndimage.label(runs, _AROUND)
    found = []
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        if place[1].stop - place[1].start < _CUT * shortest:
            continue
        line = _fitted(labels[place] == number, place[1].start, place[0].start, thin)
        if line is not None:
            found.append(line)
    found = [line for line in found if _has_paper_beside(line, ink)]
    found.sort(key=lambda line: -line.length)
    return [refined(line, ink) for line in _joined(found[:_MOST], _GAP * shortest, ink)]


def refined(line: PrintedLine, ink: Floats) -> PrintedLine:
    """Return a line laid through the middle of its ink, without the places where strokes touch it."""
    reach = int(np.ceil(line.width / 2 + _SOFT))
    columns = np.arange(max(0, int(line.start)), min(ink.shape[1], int(line.end) + 1))
    steps = np.arange(-reach, reach + 1)[:, None]
    rows = np.round(line.offset + line.slope * columns).astype(int) + steps
    seen = ink[np.clip(rows, 0, len(ink) - 1), columns]
    amount = seen.sum(axis=0)
    middle = (seen * rows).sum(axis=0) / np.maximum(amount, 1e-6)
    typical = np.quantile(amount, _FREE)
    clean = (amount > 0.5 * typical) & (amount < _THICKER * typical)
    if clean.sum() < max(_SHORTEST, 0.2 * len(columns)):
        return line
    for _ in range(2):
        slope, offset = np.polyfit(columns[clean], middle[clean], 1)
        aside = abs(middle - offset - slope * columns)
        clean &= aside <= max(0.5, 2 * float(np.median(aside[clean])))
    return replace(line, offset=float(offset), slope=float(slope))


def _has_paper_beside(line: PrintedLine, ink: Floats) -> bool:
    """Return whether a piece is a line by itself, and no slice of a stroke that runs aslant."""
    columns = np.arange(int(line.start), int(line.end))
    beside = line.width / 2 + 2 * _SOFT
    for way in (-beside, beside):
        rows = np.round(line.offset + line.slope * columns + way).astype(int)
        if (ink[np.clip(rows, 0, len(ink) - 1), columns] > 0.5).mean() > 1 - _FREE:
            return False
    return True


def _without_junctions(runs: Mask) -> Mask:
    """Return runs without the places where a stroke comes in, which may lead on to the next line."""
    labels, count = ndimage.label(runs, _AROUND)
    across = run_lengths(runs.T).T
    own, thickness = labels[runs], across[runs]
    # Sorted as one number, which takes a fraction of the time of two.
    most = len(runs) + 1
    ordered = np.sort(own.astype(np.int64) * most + thickness) % most
    ends = np.cumsum(np.bincount(own, minlength=count + 1))
    middles = (ends[:-1] + ends[1:]) // 2
    typical = np.concatenate([[0], ordered[middles]])
    free: Mask = runs & (across <= _THICKER * typical[labels] + 1)
    return free


def _fitted(piece: Mask, left: int, top: int, thin: float) -> PrintedLine | None:
    """Return the line through a piece, or None if it is bent or thick. It was made two pixels thicker."""
    rows, columns = np.nonzero(piece)
    total = np.bincount(columns, minlength=piece.shape[1])
    middle = np.bincount(columns, rows, piece.shape[1]) / np.maximum(total, 1)
    used = np.flatnonzero(total)
    typical = np.median(total[used])
    width, length = max(1.0, float(typical) - 2), piece.shape[1]
    if length < thin * width:
        return None
    # Where a stroke crosses the line it is thicker; the line itself is in between.
    clean = used[total[used] <= typical + 1]
    if len(clean) < 0.3 * length:
        return None
    slope, offset = np.polyfit(clean, middle[clean], 1)
    aside = abs(middle[clean] - offset - slope * clean)
    if (aside > _BENT_PIXELS + _BENT * length).mean() > 0.1:
        return None
    return PrintedLine(left, left + length, float(top + offset - slope * left), float(slope), width)


def _joined(lines: list[PrintedLine], gap: float, ink: Floats) -> list[PrintedLine]:
    """Return lines that continue each other as one."""
    joined: list[PrintedLine] = []
    for line in sorted(lines, key=lambda line: line.start):
        for place, other in enumerate(joined):
            if line.start - other.end <= max(gap, min(line.length, other.length)) and (
                _are_in_line(other, line)
                and abs(line.slope - other.slope) < 0.08 + 3 / min(line.length, other.length)
                and _goes_on(other, line, gap, ink)
            ):
                joined[place] = _union(other, line)
                break
        else:
            joined.append(line)
    return joined


def _are_in_line(one: PrintedLine, other: PrintedLine) -> bool:
    """Return whether two lines are at the same place between them, and all along what they share."""
    between = max(one.start, other.start), min(one.end, other.end)
    near = max(2.0, (one.width + other.width) / 2)
    places = [(between[0] + between[1]) / 2] if between[0] >= between[1] else between
    return all(abs(one.at(place) - other.at(place)) <= near for place in places)


def _goes_on(one: PrintedLine, other: PrintedLine, gap: float, ink: Floats) -> bool:
    """Return whether there is a trace of ink, or ink if it is far, from the end of a line to the next."""
    columns = np.arange(int(one.end), int(other.start))
    if len(columns) < 4:
        return True
    rows = np.clip(np.round(one.offset + one.slope * columns).astype(int), 1, len(ink) - 2)
    trace = np.max([ink[rows + step, columns] for step in (-1, 0, 1)], axis=0)
    if len(columns) > gap:
        return bool((trace > INK).mean() > 0.95)
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
