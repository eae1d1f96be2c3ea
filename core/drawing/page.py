"""A photographed page: its sheet found and set upright, its printed lines taken out, its numbers read.

Reading order is from the top to the bottom, and from left to right in a row of a table.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from core.drawing.cells import Cell, cell_map, filled_cells, numbers_of_cells
from core.drawing.doubts import with_doubts
from core.drawing.line_removal import remove_lines
from core.drawing.number import NumberReading, read_number_from_image
from core.drawing.photo import as_ink, as_pixels, ink_tone, written
from core.drawing.printed_lines import find_printed_lines
from core.drawing.rows import Pieces, digit_height, pieces_of, side_by_side, split_rows
from core.drawing.segmentation import NumberError
from core.drawing.sheet import find_sheet, flattened
from core.drawing.skew import angle_of_lines, angle_of_rows, pile_up
from core.drawing.straight_lines import PrintedLines
from core.drawing.upright import set_upright
from core.evaluation import Model
from core.ink import InkBox

# More numbers than these are a picture of something else.
MAX_ROWS, MAX_NUMBERS = 12, 60
# Degrees; less is how people write.
_LINES_TURNED, _ROWS_TURNED = 0.8, 6.0
# Rows are turned back if they are so much clearer then, and have at least this many pieces.
_CLEARER, _FEWEST = 1.25, 4
_INK = 0.3
# In a table numbers are farther apart than this multiple of the distance of two digits.
_EVEN = 1.2
# A smaller sheet on which nothing is written, as a share of the picture, may be a thick white stroke.
_LARGE_SHEET = 0.25
# Digits' heights: ink at the border that is larger, or smaller, is no digit.
_EDGE, _END = 2.5, 0.4

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class PageError(ValueError):
    """Raised when there is more on a page than numbers. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            f"This is too much for numbers in up to {MAX_ROWS} lines. Take a photo of fewer, from nearer."
        )


@dataclass(frozen=True, eq=False)
class Page:
    """A page as it is read.

    Attributes
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
        The sheet, or the whole picture, upright.
    ink : ndarray of uint8, shape (height, width)
        What is written, without printed lines: 0 is paper, 255 is full ink.
    lines : PrintedLines
    """

    picture: Picture
    ink: Picture
    lines: PrintedLines


def find_page(picture: Picture) -> Page:
    """Return what is written on a picture of a page.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
        As `core.drawing.photo.open_picture` gives it.
    """
    corners = find_sheet(picture)
    if corners is not None:
        page = _written_page(flattened(picture, corners), dark_ink=True)
        if page.ink.any() or page.ink.size > _LARGE_SHEET * picture.shape[0] * picture.shape[1]:
            return page
    return _written_page(picture)


def _written_page(picture: Picture, dark_ink: bool = False) -> Page:
    """Return the page that fills a picture."""
    tone = ink_tone(picture, dark_ink)
    if not as_ink(tone).any():
        return Page(picture, as_pixels(as_ink(tone)), PrintedLines((), ()))
    degrees, lines = _find_lines(tone)
    inside = _turned_ink(np.ones_like(tone), degrees) > 0.5
    if degrees:
        picture, tone = _turned(picture, degrees), _turned_ink(tone, degrees)
    left = remove_lines(tone, lines)
    left = np.where(written(left), left, 0).astype(np.float32)
    left = _without_edges(left, inside)
    if not lines:
        degrees = _rows_turned_by(pieces_of(left > _INK))
        if degrees:
            picture, left = _turned(picture, degrees), _turned_ink(left, degrees)
    return Page(picture, as_pixels(left), lines)


def _find_lines(tone: Floats) -> tuple[float, PrintedLines]:
    """Return by how many degrees to turn a picture for its printed lines to be level, and these lines."""
    degrees = angle_of_lines(as_ink(tone) > _INK)
    if abs(degrees) >= _LINES_TURNED:
        inside = _turned_ink(np.ones_like(tone), degrees) > 0.5
        lines = find_printed_lines(as_ink(_turned_ink(tone, degrees)), inside)
        if lines:
            return degrees, lines
    return 0.0, find_printed_lines(as_ink(tone))


def _without_edges(ink: Floats, inside: npt.NDArray[np.bool_]) -> Floats:
    """Return ink without what runs along the border beside digits: the edge of the sheet, or a finger.

    So are the ends of lines there, of which little was left.
    """
    pieces = pieces_of(ink > _INK)
    height = digit_height(pieces)
    if height is None or len(pieces.boxes) < 2:
        return ink
    border = ndimage.binary_dilation(~np.pad(inside, 1), iterations=2)[1:-1, 1:-1]
    cut = np.isin(np.arange(len(pieces.boxes)) + 1, pieces.labels[border])
    side = np.maximum(pieces.heights, pieces.widths)
    edges = np.flatnonzero(cut & ((side > _EDGE * height) | (side < _END * height))) + 1
    return np.where(np.isin(pieces.labels, edges), 0, ink).astype(np.float32) if len(edges) else ink


def _turned(picture: Picture, degrees: float) -> Picture:
    """Return a picture turned counterclockwise and whole; what is beyond it is paper."""
    middle = np.median(picture.reshape(-1, *picture.shape[2:]), axis=0)
    paper = tuple(middle.astype(int).tolist()) if picture.ndim == 3 else int(middle)
    return np.asarray(
        Image.fromarray(picture).rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=paper)
    )


def _turned_ink(ink: Floats, degrees: float) -> Floats:
    """Return ink turned likewise."""
    return np.asarray(Image.fromarray(ink).rotate(degrees, Image.Resampling.BILINEAR, expand=True))


def _rows_turned_by(pieces: Pieces) -> float:
    """Return by how many degrees to turn rows of digits to be level; 0 if they may be as they are."""
    height = digit_height(pieces)
    if height is None or (pieces.heights >= 0.4 * height).sum() < _FEWEST:
        return 0.0
    degrees = angle_of_rows(pieces.labels > 0, height)
    clearer = pile_up(pieces.labels > 0, degrees, height) / pile_up(pieces.labels > 0, 0.0, height)
    return degrees if abs(degrees) >= _ROWS_TURNED and clearer >= _CLEARER else 0.0


def read_page(model: Model, page: Page) -> tuple[NumberReading, ...]:
    """Return the numbers of a page in reading order; none if nothing is written.

    Those are uncertain of which it is not clear where they end, and those of `core.drawing.doubts`.

    Raises
    ------
    PageError
        If there are more than `MAX_ROWS` rows, or `MAX_NUMBERS` numbers.
    NumberError
        If it is one row, and too much for a number: see `core.drawing.number`.
    EvaluationError
        If the network does not answer with ten classes, or not with numbers.
    """
    numbers = with_doubts(page.ink, _read(model, page))
    return (set_upright(model, page.ink, numbers[0]),) if len(numbers) == 1 else numbers


def _read(model: Model, page: Page) -> tuple[NumberReading, ...]:
    pieces = pieces_of(page.ink > _INK * 255)
    found = filled_cells(cell_map(page.ink.shape, page.lines), pieces) if page.lines else None
    if found is None:
        return _read_rows(model, page.ink, pieces)
    cells, other = found
    numbers = numbers_of_cells(cells)
    if len(numbers) > MAX_NUMBERS:
        raise PageError
    readings = [reading for number in numbers for reading in _read_cells(model, page.ink, number)]
    if other.any():
        readings += _read_rows(model, np.where(other, page.ink, 0), pieces_of(other))
        readings = _in_reading_order(readings)
    one_digit = [all(cell.is_for_one_digit for cell in number) for number in numbers]
    if other.any() or len(readings) > len(numbers) or any(one_digit):
        # Beside boxes, another number in the same row may be the rest of it, in boxes that were not found.
        return tuple(replace(one, certain=one.certain and not _in_its_row(one, readings)) for one in readings)
    return tuple(replace(one, certain=one.certain and not _goes_on(one, readings)) for one in readings)


def _in_reading_order(readings: list[NumberReading]) -> list[NumberReading]:
    """Return numbers from the top row to the lowest, each row from left to right."""
    boxes = np.array([(n.box.left, n.box.top, n.box.right, n.box.bottom) for n in readings], dtype=np.float64)
    rows = side_by_side(boxes, 0.5 * (boxes[:, 3] - boxes[:, 1])) if readings else []
    rows.sort(key=lambda row: float(boxes[row][:, [1, 3]].mean()))
    return [readings[number] for row in rows for number in row]


def _in_its_row(number: NumberReading, readings: list[NumberReading]) -> list[NumberReading]:
    """Return the other numbers that stand beside or over this one."""
    own = number.box
    return [
        other
        for other in readings
        if other is not number
        and min(own.bottom, other.box.bottom) - max(own.top, other.box.top)
        > 0.4 * min(own.bottom - own.top, other.box.bottom - other.box.top)
    ]


def _goes_on(number: NumberReading, readings: list[NumberReading]) -> bool:
    """Return whether the next number's digits follow as this one's own do, as in a comb without its teeth."""
    own, *others = (
        np.array([(digit.box.left + digit.box.right) / 2 for digit in one.digits])
        for one in (number, *_in_its_row(number, readings))
    )
    if len(own) < 2:
        return False
    reach = _EVEN * np.median(np.diff(own))
    return any(abs(own[:, None] - other).min() <= reach for other in others)


def _read_rows(model: Model, ink: Picture, pieces: Pieces) -> tuple[NumberReading, ...]:
    rows = split_rows(pieces)
    if len(rows) > MAX_ROWS:
        raise PageError
    if len(rows) == 1:
        reading = read_number_from_image(model, ink)
        return () if reading is None else (reading,)
    readings = (_read_part(model, ink, np.isin(pieces.labels, row)) for row in rows)
    return tuple(reading for reading in readings if reading is not None)


def _read_part(model: Model, ink: Picture, part: npt.NDArray[np.bool_]) -> NumberReading | None:
    """Return the number in a part of the ink, at its place on the page."""
    rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    try:
        reading = read_number_from_image(model, np.where(part[place], ink[place], 0))
    except NumberError:
        return None
    return None if reading is None else _moved(reading, int(columns[0]), int(rows[0]))


def _moved(number: NumberReading, right: int, down: int) -> NumberReading:
    """Return a number so many pixels further to the right and down."""

    def moved(box: InkBox) -> InkBox:
        return InkBox(box.left + right, box.top + down, box.right + right, box.bottom + down)

    return replace(number, digits=tuple(replace(digit, box=moved(digit.box)) for digit in number.digits))


def _read_cells(model: Model, ink: Picture, cells: list[Cell]) -> list[NumberReading]:
    """Return the number of some cells: a digit in each, or else a number in each."""
    readings = [reading for cell in cells if (reading := _read_part(model, ink, cell.ink)) is not None]
    if len(readings) > 1 and sum(len(reading.digits) == 1 for reading in readings) >= 0.6 * len(readings):
        return [NumberReading(tuple(digit for reading in readings for digit in reading.digits))]
    return readings
