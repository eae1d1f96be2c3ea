"""Render photographs of worksheets: numbers in boxes, combs and tables, on squared and ruled paper.

Each sheet is written by one person, with lines that may be as dark as the pen. It is photographed by
simulation: fills the picture or lies on a dark desk, is turned and seen from aside, under uneven
light, some with a hard shadow, out of focus, with noise, as a JPEG.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from core.drawing.strokes import Stroke

# The sheet, and the photograph of it, in pixels.
SHEET = (1400, 1000)
PHOTO = (1600, 1200)
# The sheet is drawn this much larger, for soft edges.
_FINE = 2
_MARGIN = 90

Rng = np.random.Generator
Point = tuple[float, float]
# A digit: what it is, and its strokes.
Digit = tuple[int, tuple[Stroke, ...]]


@dataclass
class Worksheet:
    """A sheet as it is being made.

    Attributes
    ----------
    writer : callable
        Returns a digit of the person who writes.
    rng : numpy.random.Generator
    height : float
        Of a digit, in pixels of the sheet.
    fields : list of str
        The numbers that are written, in reading order.
    """

    writer: Callable[[], Digit]
    rng: Rng
    height: float
    fields: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay out a blank sheet, and choose a pen and the printer's lines."""
        size = (SHEET[0] * _FINE, SHEET[1] * _FINE)
        self.pen, self.print = Image.new("L", size), Image.new("L", size)
        self.pen_width = max(2.5, self.height * self.rng.uniform(0.07, 0.13))
        self.line_width = max(1.5, self.pen_width * self.rng.uniform(0.35, 0.9))

    def rule(self, *points: Point) -> None:
        """Print a line."""
        width = round(self.line_width * _FINE)
        ImageDraw.Draw(self.print).line([(x * _FINE, y * _FINE) for x, y in points], 255, width, "curve")

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        """Print a box."""
        self.rule((left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top))

    def digit(self, middle: float, center: float) -> str:
        """Write a digit around a point."""
        label, strokes = self.writer()
        points = np.concatenate(strokes)
        reach = np.maximum(np.ptp(points, axis=0), 1)
        size = self.height * self.rng.uniform(0.85, 1.1)
        scale = size / max(reach[1], reach[0] / 0.9)
        start = np.array([middle, center]) - (points.min(axis=0) + reach / 2) * scale
        width, brush = round(self.pen_width * _FINE), ImageDraw.Draw(self.pen)
        for stroke in strokes:
            path = [tuple(point) for point in (stroke * scale + start) * _FINE]
            if len(path) > 1:
                brush.line(path, 255, width, "curve")
            for x, y in path:
                brush.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
        return str(label)

    def number(self, left: float, center: float, length: int) -> float:
        """Write a number from here, and return where it ends."""
        pitch = self.height * self.rng.uniform(0.95, 1.2)
        jitter = self.rng.uniform(-0.06, 0.06, length) * self.height
        middles = left + pitch * (np.arange(length) + 0.5)
        written = (self.digit(x, center + aside) for x, aside in zip(middles, jitter, strict=True))
        self.fields.append("".join(written))
        return left + pitch * length

    def boxed(self, lefts: npt.NDArray[np.floating], side: float, center: float) -> None:
        """Write a number with a digit in each box."""
        aside = self.rng.uniform(-0.06, 0.06, (len(lefts), 2)) * side
        self.fields.append(
            "".join(
                self.digit(left + side / 2 + x, center + y) for left, (x, y) in zip(lefts, aside, strict=True)
            )
        )


def boxes(sheet: Worksheet) -> None:
    """Print a box for each digit."""
    rng, side = sheet.rng, sheet.height * sheet.rng.uniform(1.3, 1.7)
    pitch = side * rng.uniform(1.12, 1.4)
    for center in _centers(sheet, side * 1.7):
        count = int(rng.integers(3, max(4, min(8, int((SHEET[0] - 2 * _MARGIN) // pitch))) + 1))
        lefts = _MARGIN + pitch * np.arange(min(count, int((SHEET[0] - 2 * _MARGIN) // pitch)))
        for left in lefts:
            sheet.box(left, center - side / 2, left + side, center + side / 2)
        sheet.boxed(lefts, side, center)


def combs(sheet: Worksheet) -> None:
    """Print a frame with teeth between the digits, as high as the frame or a third of it."""
    rng, side = sheet.rng, sheet.height * sheet.rng.uniform(1.25, 1.6)
    tooth = rng.choice([1.0, 0.35])
    for center in _centers(sheet, side * 1.7):
        count = min(int(rng.integers(4, 12)), int((SHEET[0] - 2 * _MARGIN) // side))
        lefts = _MARGIN + side * np.arange(count)
        sheet.box(_MARGIN, center - side / 2, _MARGIN + side * count, center + side / 2)
        for left in lefts[1:]:
            sheet.rule((left, center + side / 2), (left, center + side * (0.5 - tooth)))
        sheet.boxed(lefts, side, center)


def tables(sheet: Worksheet) -> None:
    """Print a table with a number in each cell."""
    rng, height = sheet.rng, sheet.height * sheet.rng.uniform(1.5, 2.0)
    longest = int(rng.integers(2, 5))
    width = sheet.height * (1.2 * longest + rng.uniform(0.4, 1.2))
    columns = max(1, min(int(rng.integers(2, 4)), int((SHEET[0] - 2 * _MARGIN) // width)))
    rows = min(int(rng.integers(2, 6)), int((SHEET[1] - 2 * _MARGIN) // height))
    right, bottom = _MARGIN + columns * width, _MARGIN + rows * height
    for row in range(rows + 1):
        sheet.rule((_MARGIN, _MARGIN + row * height), (right, _MARGIN + row * height))
    for column in range(columns + 1):
        sheet.rule((_MARGIN + column * width, _MARGIN), (_MARGIN + column * width, bottom))
    for row in range(rows):
        for column in range(columns):
            left = _MARGIN + column * width + 0.2 * sheet.height
            sheet.number(left, _MARGIN + (row + 0.5) * height, int(rng.integers(1, longest + 1)))


def squared(sheet: Worksheet) -> None:
    """Print squared paper; a digit fills a square, or is twice as tall."""
    rng, large = sheet.rng, sheet.rng.random() < 0.4
    pitch = sheet.height / (1.7 if large else rng.uniform(0.72, 0.88))
    start = rng.uniform(0, pitch, 2)
    for x in np.arange(start[0], SHEET[0], pitch):
        sheet.rule((x, 0), (x, SHEET[1]))
    for y in np.arange(start[1], SHEET[1], pitch):
        sheet.rule((0, y), (SHEET[0], y))
    left = start[0] + pitch * np.ceil(_MARGIN / pitch)
    for center in _centers(sheet, 2 * sheet.height):
        count = int(rng.integers(2, 7))
        if large:
            sheet.number(left, center, min(count, int((SHEET[0] - 2 * _MARGIN) // (1.2 * sheet.height))))
        else:
            square = start[1] + pitch * (np.floor((center - start[1]) / pitch) + 0.5)
            sheet.boxed(left + pitch * np.arange(count), pitch, square)


def ruled(sheet: Worksheet) -> None:
    """Print lines to write on."""
    pitch, first = sheet.height * sheet.rng.uniform(1.25, 1.8), _MARGIN
    lines = np.arange(first, SHEET[1], pitch)
    for y in lines:
        sheet.rule((0, y), (SHEET[0], y))
    for y in lines[1:-1][: int(sheet.rng.integers(1, 7))]:
        left = _MARGIN + sheet.rng.uniform(0, 200)
        room = int((SHEET[0] - left - _MARGIN) // (1.2 * sheet.height))
        center = y - sheet.height * sheet.rng.uniform(0.45, 0.62)
        sheet.number(left, center, min(room, int(sheet.rng.integers(1, 8))))


def sums(sheet: Worksheet) -> None:
    """Write numbers below each other, and a bar over the last, which is their sum."""
    pitch = 1.5 * sheet.height
    count = min(int(sheet.rng.integers(3, 5)), int((SHEET[1] - 2 * _MARGIN) // pitch))
    longest = 0.0
    for row in range(count):
        if row == count - 1:
            y = _MARGIN + pitch * row - 0.25 * sheet.height
            slope = sheet.rng.uniform(-0.02, 0.02) * longest
            sheet.rule((0.8 * _MARGIN, y), (longest + 30, y + slope))
        end = sheet.number(_MARGIN, _MARGIN + pitch * (row + 0.4), int(sheet.rng.integers(2, 5)))
        longest = max(longest, end)


def blank(sheet: Worksheet) -> None:
    """Print nothing; up to twelve lines are written."""
    for center in _centers(sheet, sheet.height * sheet.rng.uniform(1.5, 2.2), 12):
        left = _MARGIN + sheet.rng.uniform(0, 200)
        room = int((SHEET[0] - left - _MARGIN) // (1.2 * sheet.height))
        sheet.number(left, center, min(room, int(sheet.rng.integers(1, 8))))


KINDS = {
    "boxes": boxes,
    "combs": combs,
    "tables": tables,
    "squared paper": squared,
    "ruled paper": ruled,
    "sums": sums,
    "several lines": blank,
}


def _centers(sheet: Worksheet, pitch: float, most: int = 5) -> npt.NDArray[np.float64]:
    room = int((SHEET[1] - 2 * _MARGIN) // pitch)
    count = int(sheet.rng.integers(1, max(1, min(most, room)) + 1))
    return np.asarray(_MARGIN + pitch * (np.arange(count) + 0.5), dtype=np.float64)


def worksheet(kind: str, writer: Callable[[], Digit], rng: Rng) -> Worksheet:
    """Return a sheet of a kind, filled in by a writer."""
    sheet = Worksheet(writer, rng, rng.uniform(70, 120))
    KINDS[kind](sheet)
    return sheet


def photograph(sheet: Worksheet, rng: Rng) -> bytes:
    """Return a simulated photograph of a sheet, as a JPEG."""
    paper = np.array([236, 233, 224]) * rng.uniform(0.85, 1)
    pen = np.array([(34, 34, 40), (30, 50, 130), (60, 60, 64)][rng.integers(3)])
    printed = paper + (pen - paper) * rng.uniform(0.6, 1.0)
    inks = [
        np.asarray(layer.resize(SHEET, Image.Resampling.BOX), np.float32)[..., None] / 255
        for layer in (sheet.print, sheet.pen)
    ]
    color = paper + inks[0] * (printed - paper)
    color = color + inks[1] * (pen - color)
    grain = ndimage.gaussian_filter(rng.standard_normal(SHEET[::-1], np.float32), 2) * 4
    color = np.clip(color * (1 + 0.015 * grain[..., None]), 0, 255).astype(np.uint8)

    corners = _corners(rng)
    seen = _warped(Image.fromarray(color), corners)
    cover = np.asarray(_warped(Image.new("L", SHEET, 255), corners), np.float32)[..., None] / 255
    scene = seen * cover + _desk(rng) * (1 - cover)
    scene = scene * _light(rng)[..., None]
    scene = ndimage.gaussian_filter(scene, (*[rng.uniform(0.6, 1.8)] * 2, 0))
    scene += rng.standard_normal(scene.shape, np.float32) * rng.uniform(2, 10)
    content = io.BytesIO()
    Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8)).save(
        content, "JPEG", quality=int(rng.integers(50, 85))
    )
    return content.getvalue()


def _corners(rng: Rng) -> npt.NDArray[np.float64]:
    """Return where the corners of the sheet are on the photograph, clockwise from the upper left."""
    on_desk = rng.random() < 0.5
    degrees = rng.uniform(-40, 40) if on_desk and rng.random() < 0.6 else rng.normal(0, 2)
    angle = np.radians(degrees)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array(SHEET) / 2
    corners = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners += rng.uniform(-0.03, 0.03, (4, 2)) * SHEET
    reach = np.abs(corners).max(axis=0) * 2
    scale = min(np.array(PHOTO) / reach) * (rng.uniform(0.8, 0.97) if on_desk else rng.uniform(1.0, 1.03))
    if not on_desk:
        scale = max(scale, (max(np.array(PHOTO) / SHEET)) * rng.uniform(1.0, 1.04))
    placed: npt.NDArray[np.float64] = corners * scale + np.array(PHOTO) / 2
    return placed


def _warped(image: Image.Image, corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return a picture of the sheet with its corners there, as the lens sees it."""
    (width, height), rows, values = SHEET, [], []
    for (u, v), (x, y) in zip(corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        values += [x, y]
    coefficients = np.linalg.solve(np.array(rows), np.array(values, dtype=float))
    return np.asarray(
        image.transform(PHOTO, Image.Transform.PERSPECTIVE, tuple(coefficients), Image.Resampling.BICUBIC),
        np.float32,
    )


def _desk(rng: Rng) -> npt.NDArray[np.float32]:
    """Return a dark desk with its grain."""
    tint = np.array([(95, 70, 50), (60, 58, 56), (40, 34, 30), (84, 88, 92)][rng.integers(4)])
    grain = ndimage.gaussian_filter(rng.standard_normal(PHOTO[::-1], np.float32), (1, 25)) * 12
    desk: npt.NDArray[np.float32] = (tint * rng.uniform(0.6, 1.1) * (1 + 0.15 * grain[..., None])).astype(
        np.float32
    )
    return desk


def _light(rng: Rng) -> npt.NDArray[np.float32]:
    """Return the light at each pixel: brighter to one side, three times in ten with a hard shadow."""
    rows, columns = np.mgrid[: PHOTO[1], : PHOTO[0]].astype(np.float32)
    x, y = (columns - PHOTO[0] / 2) / PHOTO[0], (rows - PHOTO[1] / 2) / PHOTO[0]
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    light = (1 - rng.uniform(0, 0.5) * (along + 0.5)) * (1 - rng.uniform(0, 0.5) * (x**2 + y**2))
    if rng.random() < 0.3:
        turn = rng.uniform(0, 2 * np.pi)
        edge = np.cos(turn) * x + np.sin(turn) * y - rng.uniform(-0.2, 0.2)
        softness = rng.uniform(0.001, 0.02)
        light *= 1 - rng.uniform(0.25, 0.5) / (1 + np.exp(-np.clip(edge / softness, -50, 50)))
    return light
