"""Drawings that are no digits, and how many of them a threshold refuses.

`data/not_digits.json` holds letters, symbols and scribbles as strokes. Letters that are
written like a digit are left out: nobody can refuse an O and read a zero. They measure the
judge, which has never seen them: it learns from those of `scripts.doodles`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import Images
from core.drawing.detector import MAX_REFUSED, Judge
from core.drawing.strokes import Stroke, as_strokes, strokes_to_mnist

FILE = Path(__file__).resolve().parents[2] / "data" / "not_digits.json"
# What each drawing is made into: hands differ in slant, proportions and steadiness.
VARIANTS = 3
_TURN, _SLANT, _STRETCH, _WOBBLE = 0.2, 0.25, 0.25, 0.04
# The same drawings for every visitor.
_SEED = 0


@dataclass(frozen=True, eq=False)
class NotDigits:
    """Pictures of what is no digit.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        In MNIST's form.
    kinds : ndarray of str, shape (n,)
        ``letter``, ``symbol`` or ``scribble``.
    names : ndarray of str, shape (n,)
    """

    images: Images
    kinds: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Refusals:
    """What one threshold refuses.

    Attributes
    ----------
    digits : float
        Share of MNIST's test digits refused, 0 to 1.
    others : float
        Share of pictures refused that are no digits, 0 to 1.
    """

    digits: float
    others: float


def load_not_digits(variants: int = VARIANTS) -> NotDigits:
    """Draw each of the bundled drawings in several ways."""
    rng = np.random.default_rng(_SEED)
    pictures, kinds, names = [], [], []
    for entry in json.loads(FILE.read_text(encoding="utf-8")):
        strokes = as_strokes(entry["strokes"])
        for _ in range(variants):
            picture = strokes_to_mnist(_vary(strokes, rng))
            if picture is not None:
                pictures.append(picture)
                kinds.append(entry["kind"])
                names.append(entry["name"])
    return NotDigits(np.stack(pictures), np.array(kinds), np.array(names))


def _vary(strokes: Sequence[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Turn, slant and stretch strokes a little and make them wobble, all by chance."""
    turn, slant, stretch = rng.uniform(-1, 1, 3) * (_TURN, _SLANT, _STRETCH)
    cos, sin = np.cos(turn), np.sin(turn)
    change = np.array([[cos, sin], [-sin, cos]]) @ np.array([[1 + stretch, 0], [slant, 1 - stretch]])
    # Two slow waves along each axis move neighbouring points alike, so that lines stay lines.
    waves, starts = rng.uniform(0.02, 0.08, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return [
        (stroke + _WOBBLE * size * np.sin(stroke * (100 / size) @ waves + starts)) @ change
        for stroke in strokes
    ]


def refusals(judge: Judge, images: Images, points: int = 41) -> tuple[Refusals, ...]:
    """Count what is refused at each threshold a student may choose.

    Parameters
    ----------
    judge : Judge
    images : ndarray of uint8, shape (n, 28, 28)
        What is no digit.
    points : int, default 41
        Thresholds, evenly from none to `core.drawing.detector.MAX_REFUSED` of the test digits.
    """
    rare = judge.as_strange(images)
    return tuple(
        Refusals(float(share), float((rare < share).mean())) for share in np.linspace(0, MAX_REFUSED, points)
    )
