"""How well what may be a digit agrees with what the instance network says of its ink.

All ink of a digit points to its middle, and no other ink does (`core.drawing.instances`). So the
digit that the network sees is the ink that points to where most of a candidate points, and the two
agree by their intersection over union.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.special

from core.drawing.boxes import Box
from core.drawing.instances import load_instance_network

# Ink that points no farther than this from a place points to it, as a share of the height of a digit.
_SAME = 0.15
# An intersection over union is this far from 0 and 1 at least.
_LEAST = 0.01
# The detector's log odds count up to this.
_SCORE = 7.0


@dataclass(frozen=True, eq=False)
class InkSample:
    """Some places on the ink of a number, evenly spread.

    Attributes
    ----------
    labels : ndarray of int, shape (n,)
        Of the pieces of ink that they are on.
    centers : ndarray of float, shape (n,)
        Where the middle of their digit is, in pixels of the drawing.
    links : ndarray of float, shape (n,)
        Probability of being part of a link.
    """

    labels: npt.NDArray[np.intp]
    centers: npt.NDArray[np.float64]
    links: npt.NDArray[np.float64]


def agreement(sample: InkSample, labels: Sequence[int], box: Box, height: float) -> tuple[float, float]:
    """Return how well some pieces of ink agree with the network.

    Parameters
    ----------
    sample : InkSample
        Of the whole number.
    labels : sequence of int
        The pieces.
    box : Box
        Around them.
    height : float
        Of a digit, in pixels.

    Returns
    -------
    overlap : float
        Log odds of the intersection over union of the pieces and the digit that the network sees.
    offset : float
        From the middle of the box to that of this digit, as a share of the height, at most 1.
    """
    inside = np.isin(sample.labels, labels)
    if not inside.any():
        return 0.0, 0.0
    center = float(np.median(sample.centers[inside]))
    seen = np.where(np.abs(sample.centers - center) <= _SAME * height, 1 - sample.links, 0)
    overlap = seen[inside].sum() / (inside.sum() + seen[~inside].sum())
    return (
        float(scipy.special.logit(np.clip(overlap, _LEAST, 1 - _LEAST))),
        min(1.0, abs(center - box.middle) / height),
    )


def digit_cost(
    sample: InkSample, labels: Sequence[int], box: Box, height: float, detector_score: float
) -> float:
    """Return how improbable it is that some pieces of ink are one digit, as −log, by all that is known.

    Parameters
    ----------
    sample, labels, box, height
        As `agreement` takes them.
    detector_score : float
        Log odds that they are one digit, by `core.drawing.detector.Detector.score`.
    """
    *weights, bias = load_instance_network().regression.tolist()
    features = digit_features(sample, labels, box, height, detector_score)
    score = sum(weight * feature for weight, feature in zip(weights, features, strict=True)) + bias
    return -float(scipy.special.log_expit(score))


def digit_features(
    sample: InkSample, labels: Sequence[int], box: Box, height: float, detector_score: float
) -> tuple[float, float, float]:
    """Return what the logistic regression of `digit_cost` adds up: `agreement` and the detector's score."""
    score = min(max(detector_score, -_SCORE), _SCORE)
    return *agreement(sample, labels, box, height), score
