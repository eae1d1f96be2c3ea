"""Negatives, which are drawings of no digit, and how many of them a threshold rejects.

`data/negatives.json` holds letters, symbols and scribbles as strokes. Letters that are
written like a digit are left out: nobody can reject an O and accept a zero. They measure the
detector, which has never seen these drawings: it learns from those that `scripts.train_detector` makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import Images, read_json
from core.drawing.detector import MAX_FALSE_REJECTION_RATE, Detector
from core.drawing.strokes import Stroke, as_strokes, strokes_to_mnist

FILE = Path(__file__).resolve().parents[2] / "data" / "negatives.json"
# Variants of each drawing: people differ in slant, proportions and steadiness.
VARIANTS = 3
_TURN, _SLANT, _STRETCH, _WOBBLE = 0.2, 0.25, 0.25, 0.04
# The same drawings for every visitor.
_SEED = 0


@dataclass(frozen=True, eq=False)
class Negatives:
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
class RejectionRates:
    """What one threshold rejects.

    Attributes
    ----------
    digits : float
        Share of MNIST's test digits that are rejected, 0 to 1: the false positive rate.
    negatives : float
        Share of the negatives that are rejected, 0 to 1: the true positive rate.
    """

    digits: float
    negatives: float


def load_negatives(variants: int = VARIANTS) -> Negatives:
    """Return each of the bundled drawings, drawn in several variants.

    Raises
    ------
    DataError
        If their file is missing or damaged.
    """
    rng = np.random.default_rng(_SEED)
    pictures, kinds, names = [], [], []
    for entry in read_json(FILE):
        strokes = as_strokes(entry["strokes"])
        for _ in range(variants):
            picture = strokes_to_mnist(_vary(strokes, rng))
            if picture is not None:
                pictures.append(picture)
                kinds.append(entry["kind"])
                names.append(entry["name"])
    return Negatives(np.stack(pictures), np.array(kinds), np.array(names))


def _vary(strokes: Sequence[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Return strokes rotated, slanted, stretched and made to wobble a little, all at random."""
    turn, slant, stretch = rng.uniform(-1, 1, 3) * (_TURN, _SLANT, _STRETCH)
    cos, sin = np.cos(turn), np.sin(turn)
    change = np.array([[cos, sin], [-sin, cos]]) @ np.array([[1 + stretch, 0], [slant, 1 - stretch]])
    # Two slow waves along each axis move neighboring points alike, so that lines stay lines.
    waves, starts = rng.uniform(0.02, 0.08, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return [
        (stroke + _WOBBLE * size * np.sin(stroke * (100 / size) @ waves + starts)) @ change
        for stroke in strokes
    ]


def rejection_rates(detector: Detector, images: Images, points: int = 41) -> tuple[RejectionRates, ...]:
    """Return the shares rejected at each threshold that a student may choose.

    Parameters
    ----------
    detector : Detector
    images : ndarray of uint8, shape (n, 28, 28)
        Negatives.
    points : int, default 41
        Thresholds, evenly from none to `core.drawing.detector.MAX_FALSE_REJECTION_RATE` of the test digits.
    """
    p_values = detector.p_value(images)
    return tuple(
        RejectionRates(float(share), float((p_values < share).mean()))
        for share in np.linspace(0, MAX_FALSE_REJECTION_RATE, points)
    )
