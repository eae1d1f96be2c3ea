"""What the board shows, as pictures for a projector: no letter is smaller than 24 pixels there.

They are drawn with Pillow, in milliseconds: a board looks every two seconds while others train.
"""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont

from core.data import CLASSES, IMAGE_SIZE, Images, Labels
from core.plots.figures import LIGHT, Style

# In pixels. On a board of 1920 pixels with four parts, each is half as wide and as high.
WIDTH, HEIGHT = 1800, 800
# On that board 24 pixels or more.
SMALL_TEXT, TEXT, LARGE_TEXT = 50, 56, 120
_ROW = HEIGHT // CLASSES
_LABEL_WIDTH = 230
_GAP = 4
_MAX_LINES = 4
# Share of the largest cell from which on the number in it is white on blue.
_DARK_CELL = 0.45


def wall(images: Images, labels: Labels, style: Style = LIGHT) -> bytes:
    """Return a row of drawings for each digit, the newest last, with their number.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Oldest first.
    labels : ndarray of uint8, shape (n,)
    style : Style

    Returns
    -------
    bytes
        A PNG of `WIDTH` × `HEIGHT`. More drawings of a digit than fit are smaller, then the oldest
        are left out.
    """
    picture, pen = _blank(style)
    for digit in range(CLASSES):
        own = images[labels == digit]
        middle = digit * _ROW + _ROW // 2
        pen.text((0, middle), str(digit), style.text, _font(72), anchor="lm")
        pen.text((_LABEL_WIDTH - 20, middle), f"{len(own)}", style.text, _font(TEXT), anchor="rm")
        _tiles(picture, own, digit * _ROW)
    return _png(picture)


def matrix(confusion: npt.NDArray[np.int64], lines: Sequence[str], style: Style = LIGHT) -> bytes:
    """Return a confusion matrix with its numbers, and some lines of text beside it.

    Parameters
    ----------
    confusion : ndarray of int64, shape (10, 10)
        Row: true digit. Column: predicted digit.
    lines : sequence of str
        The first one is large.
    style : Style

    Returns
    -------
    bytes
        A PNG of `WIDTH` × `HEIGHT`.
    """
    picture, pen = _blank(style)
    side = HEIGHT // (CLASSES + 1)
    blue = np.array(ImageColor.getrgb(style.blue))
    paper = np.array(ImageColor.getrgb(style.background))
    highest = max(int(confusion.max()), 1)
    for digit in range(CLASSES):
        center = side * digit + side * 3 // 2
        pen.text((side // 2, center), str(digit), style.text, _font(TEXT), anchor="mm")
        pen.text((center, side // 2), str(digit), style.text, _font(TEXT), anchor="mm")
    for row in range(CLASSES):
        for column in range(CLASSES):
            count = int(confusion[row, column])
            share = (count / highest) ** 0.5
            fill = tuple((paper + share * (blue - paper)).round().astype(int).tolist())
            left, top = side * (column + 1), side * (row + 1)
            pen.rectangle((left, top, left + side - _GAP, top + side - _GAP), fill=fill)
            if count:
                color = _legible(fill)
                pen.text(
                    (left + side // 2, top + side // 2), str(count), color, _font(SMALL_TEXT), anchor="mm"
                )
    top = side
    for number, line in enumerate(lines):
        font = _font(TEXT if number else LARGE_TEXT)
        for part in _wrapped(line, font, WIDTH - HEIGHT - 60):
            pen.text((HEIGHT + 60, top), part, style.text, font)
            top += round(font.size * 1.3)
    return _png(picture)


def _blank(style: Style) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (WIDTH, HEIGHT), style.background)
    return picture, ImageDraw.Draw(picture)


def _tiles(picture: Image.Image, own: Images, top: int) -> None:
    """Draw as many lines of tiles as the drawings of a digit need, up to `_MAX_LINES`."""
    room = WIDTH - _LABEL_WIDTH
    for lines in range(1, _MAX_LINES + 1):
        side = (_ROW - _GAP) // lines
        columns = room // side
        if len(own) <= lines * columns:
            break
    for place, image in enumerate(own[-lines * columns :]):
        line, column = divmod(place, columns)
        tile = Image.fromarray(image).resize((side - _GAP // 2,) * 2, Image.Resampling.BOX)
        picture.paste(tile, (_LABEL_WIDTH + column * side, top + line * side))


def _legible(fill: tuple[int, ...]) -> str:
    """Return black or white, whichever stands out more, by the luminance of WCAG 2.1."""
    linear = (np.array(fill) / 255) ** 2.2
    return "#000000" if linear @ [0.2126, 0.7152, 0.0722] > 0.18 else "#ffffff"


def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow brings one; a server need not have any.
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Return a text in lines that are no wider than this."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=1)
    return content.getvalue()


def pixels(images: Sequence[npt.NDArray[np.uint8]]) -> Images:
    """Return pictures as one array, of shape (0, 28, 28) if there are none."""
    return np.array(images, dtype=np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
