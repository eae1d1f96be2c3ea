"""Text of any script on a page of Matplotlib: the fonts that it needs, and how much of it fits."""

import functools
import logging
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

_FONTS = Path(__file__).with_name("fonts")
_LATIN = "DejaVu Sans"
# No page has room for more letters, and no line.
_MAX_LETTERS, _MAX_LINE = 2000, 300
# Of the page that texts are measured on.
_DPI = 100
_NO_GLYPH, _MORE = "□", "…"
# Control characters, surrogates, and characters that no standard defines.
_UNSEEN = {"Cc", "Cs", "Cn", "Co"}
# They would turn around what stands after them.
_DIRECTION_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_log = logging.getLogger(__name__)


def shown(text: str) -> str:
    """Return a text with a box for what no font here can draw, and spaces for control characters."""
    return "".join(_letter(letter) for letter in text if letter not in _DIRECTION_CONTROLS)


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter.isspace() or kind in _UNSEEN:
        return " "
    # What joins letters is drawn by nobody, but shapes what is beside it.
    drawn = ord(letter) in _of_latin() or kind == "Cf" or ord(letter) in _letters()
    return letter if drawn else _NO_GLYPH


def add_text(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    weight: str = "normal",
    color: str = "black",
) -> Text:
    """Write one line onto a figure; x and y are inches from its upper left corner."""
    width, height = figure.get_size_inches()
    return figure.text(
        x / width,
        1 - y / height,
        text,
        fontproperties=_properties(text, size, weight),
        color=color,
        va="baseline",
        parse_math=False,
    )


def _properties(text: str, size: float, weight: str) -> FontProperties:
    """Return how a text is written; the fonts of other scripts have one weight."""
    names = families(text)
    return FontProperties(family=names, size=size, weight=weight if len(names) == 1 else "normal")


def families(text: str) -> list[str]:
    """Return the fonts that a text needs: one, unless a script is not in it."""
    missing = {ord(letter) for letter in text} - _of_latin()
    if not missing:
        return [_LATIN]
    return [_LATIN, *(name for name, letters in _others().items() if missing & letters)]


def lines(text: str, size: float, width: float, most: int, weight: str = "normal") -> list[str]:
    """Return a text in lines of at most this width (in inches), shortened to at most this many."""
    words = shown(text[:_MAX_LETTERS]).split()
    found: list[str] = []
    while words and len(found) < most:
        count = _fitting(words, size, width, weight)
        if count:
            found.append(" ".join(words[:count]))
            del words[:count]
        else:
            # A word that is wider than the page, as in scripts without spaces.
            start = _start(words[0], size, width, weight)
            found.append(start)
            words[0] = words[0][len(start) :]
    if words and found:
        found[-1] = _start(found[-1] + " " * len(_MORE), size, width - 0.25, weight).rstrip() + _MORE
    return found


def _fitting(words: Sequence[str], size: float, width: float, weight: str) -> int:
    """Return how many of the words fit on one line."""
    left = width + _width("n n", size, weight) - _width("nn", size, weight)
    space = left - width
    for count, word in enumerate(words):
        left -= _width(word[:_MAX_LINE], size, weight) + space
        if left < 0:
            return count
    return len(words)


def _start(word: str, size: float, width: float, weight: str) -> str:
    """Return as much of the beginning of a text as fits on one line, at least a letter."""
    low, high = 1, min(len(word), _MAX_LINE)
    while low < high:
        middle = (low + high + 1) // 2
        if _width(word[:middle], size, weight) <= width:
            low = middle
        else:
            high = middle - 1
    while low < len(word) and unicodedata.combining(word[low]):
        low += 1
    return word[:low]


@functools.lru_cache(maxsize=2000)
def _width(text: str, size: float, weight: str) -> float:
    """Return the width of a line in inches."""
    properties = _properties(text, size, weight)
    pixels, _, _ = _renderer().get_text_width_height_descent(text, properties, ismath=False)
    return float(pixels) / _DPI


@functools.cache
def _renderer() -> RendererAgg:
    renderer: RendererAgg = FigureCanvasAgg(Figure(figsize=(1, 1), dpi=_DPI)).get_renderer()
    return renderer


@functools.cache
def _of_latin() -> frozenset[int]:
    path = font_manager.findfont(_LATIN)
    return frozenset(font_manager.get_font(path).get_charmap())


@functools.cache
def _others() -> dict[str, frozenset[int]]:
    """Return the characters of the fonts that come with this, which Matplotlib knows from then on."""
    fonts = {}
    for path in sorted(_FONTS.glob("*.ttf")):
        try:
            font_manager.fontManager.addfont(path)
            font = font_manager.get_font(path)
            fonts[font.family_name] = frozenset(font.get_charmap())
        except (OSError, RuntimeError, ValueError) as error:
            # A report without its letters, which become boxes, is better than none.
            _log.warning("The font %s is damaged: %s", path.name, error)
    return fonts


@functools.cache
def _letters() -> frozenset[int]:
    """Return the characters that one of the fonts has."""
    return _of_latin().union(*_others().values())
