"""Letters, symbols and digits as strokes, in the ways in which they are written by hand.

Each form, a line in `characters.txt` or `digits.txt`, is a few strokes between places on a grid of ten by
ten: ``00 09 / ~00 40 62 44 05`` is a P, a line down and a bow. A stroke that begins with ``~`` is a smooth
curve through its places, one with ``.`` is a touch of the pen; all others are straight from place to place.
As in a hand's writing, chance moves the places, rounds corners, and sometimes does not lift the pen.

Characters that some people write like a digit are not among the others: O, I, Z, S, a comma; nor are those
that are written like a slashed 0, or like a 1 with a long flag.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.strokes import Stroke, strokes_to_mnist
from scripts.shapes import Drawing, Random, dot, line, smooth


def _read(path: Path) -> dict[str, list[str]]:
    """Return the forms of each character: a line has the character and one of its forms."""
    forms: dict[str, list[str]] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        character, form = text.split(" ", 1)
        forms.setdefault(character, []).append(form)
    return forms


CHARACTERS: Mapping[str, Sequence[str]] = _read(Path(__file__).with_suffix(".txt"))
DIGITS: Mapping[str, Sequence[str]] = _read(Path(__file__).with_name("digits.txt"))
# In tenths of a character: how far a place moves, and how much a stroke as a whole.
_PLACES, _STROKES = 0.45, 0.25
# Shares of the characters whose corners are rounded, and of the strokes that go on into the next, if that
# is as near.
_ROUNDED, _JOINED, _NEAR = 0.5, 0.1, 4.5
_POINTS = 60
# How far a whole character is slanted and turned, in radians, and the log of how far it is stretched.
_SLANT, _TURN, _STRETCH = 0.1, 0.1, 0.25


def draw_character(forms: Sequence[str], rng: Random) -> npt.NDArray[np.uint8]:
    """Return one of the forms of a character as a picture, shape (28, 28), with MNIST's pen width."""
    slant, turn = rng.uniform(-_SLANT, _SLANT), rng.uniform(-_TURN, _TURN)
    stretch = np.exp(rng.uniform(-_STRETCH, _STRETCH))
    change = np.array([[stretch, 0], [slant, 1]]) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    picture = strokes_to_mnist([stroke @ change for stroke in write(forms, rng)])
    assert picture is not None, "a character has strokes"
    return picture


def write(forms: Sequence[str], rng: Random) -> Drawing:
    """Return one of the forms of a character, about 1 high, as chance would have it."""
    strokes = [_stroke(text.strip(), rng) for text in forms[int(rng.integers(len(forms)))].split("/")]
    joined: Drawing = []
    for stroke in strokes:
        near = joined and np.hypot(*(stroke[0] - joined[-1][-1])) < _NEAR
        if near and rng.random() < _JOINED:
            joined[-1] = np.concatenate([joined[-1], line(joined[-1][-1], stroke[0]), stroke])
        else:
            joined.append(stroke)
    if rng.random() < _ROUNDED:
        joined = [_rounded(stroke, rng.uniform(1, 5)) for stroke in joined]
    return [stroke / 9 for stroke in joined]


def _stroke(text: str, rng: Random) -> Stroke:
    """Return one stroke, in tenths of a character."""
    places = np.array(
        [[int(digit) for digit in place] for place in text.strip("~.").split()], dtype=np.float64
    )
    places += rng.normal(0, _PLACES, places.shape) + rng.normal(0, _STROKES, 2)
    if text.startswith("."):
        return dot(places[0] / 9) * 9
    if text.startswith("~"):
        return smooth(places)
    return line(*places)


def _rounded(stroke: Stroke, width: float) -> Stroke:
    """Return a stroke with its corners rounded, as hands do that write fast."""
    along = np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])
    if along[-1] < 1:
        return stroke
    even = np.stack([np.interp(np.linspace(0, along[-1], _POINTS), along, side) for side in stroke.T], axis=1)
    return ndimage.gaussian_filter1d(even, width, axis=0, mode="nearest")
