"""Is a network as sure as it is right? Reliability, one temperature, and "I don't know".

A probability is honest if, of all answers given with 80 %, eighty in a hundred are right.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from core.data import Labels

# Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017),
# whose measure and whose remedy these are, use 15 bins.
BINS = 15
# Bins of the histogram, and steps of the threshold: 0, 0.01, … 0.99.
HISTOGRAM_BINS = 20
THRESHOLDS = 100
# Where the temperature is looked for. Trained networks are found between 0.5 and 5.
_LOG_TEMPERATURES = (np.log(0.05), np.log(20.0))

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """The answers whose confidence lies in one step of the scale.

    Attributes
    ----------
    low, high : float
        Ends of the step; the upper one belongs to it.
    count : int
    confidence, accuracy : float
        Averages over these answers; 0 if there are none.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Reliability:
    """How confidence and accuracy go together.

    Attributes
    ----------
    bins : tuple of Bin
        Equal steps from 0 to 1.
    error : float
        Expected calibration error, 0 to 1: the gap between confidence and accuracy,
        averaged over the bins, each weighted with its share of the answers.
    confidence, accuracy : float
        Averages over all answers.
    """

    bins: tuple[Bin, ...]
    error: float
    confidence: float
    accuracy: float

    @property
    def filled(self) -> tuple[Bin, ...]:
        """The bins that hold any answers; the averages of the others mean nothing."""
        return tuple(part for part in self.bins if part.count)


def reliability(confidences: npt.NDArray[Any], right: Bools, bins: int = BINS) -> Reliability:
    """Sort answers by confidence and compare with how many are right.

    Parameters
    ----------
    confidences : ndarray of float, shape (n,)
        Probability given to each answer, 0 to 1.
    right : ndarray of bool, shape (n,)
    bins : int
        Number of equal steps from 0 to 1.

    Returns
    -------
    Reliability
        The error is Σ (count / n) · |accuracy − confidence| over the bins
        (Naeini, Cooper and Hauskrecht, 2015).
    """
    sure = confidences.astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.digitize(sure, edges, right=True) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    parts = np.maximum(counts, 1)
    confidence = np.bincount(place, weights=sure, minlength=bins) / parts
    accuracy = np.bincount(place, weights=right, minlength=bins) / parts
    return Reliability(
        bins=tuple(
            Bin(float(low), float(high), int(count), float(mean), float(share))
            for low, high, count, mean, share in zip(
                edges[:-1], edges[1:], counts, confidence, accuracy, strict=True
            )
        ),
        error=float((counts * np.abs(accuracy - confidence)).sum() / len(sure)),
        confidence=float(sure.mean()),
        accuracy=float(right.mean()),
    )


def fit_temperature(probabilities: npt.NDArray[Any], labels: Labels) -> float:
    """Find the temperature that makes a network's probabilities fit the truth best.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, 10)
        On images that the weights were not fitted to, and that nothing is measured on later.
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    float
        The T that minimises the cross-entropy of `rescale`; above 1 if the network is
        too sure of itself, below 1 if it is too timid (Guo et al. 2017, section 4.2).
    """
    scores = _scores(probabilities)
    rows = np.arange(len(labels))

    def cross_entropy(log_temperature: float) -> float:
        logs = log_softmax(scores / np.exp(log_temperature), axis=1)
        return float(-logs[rows, labels].mean())

    found = minimize_scalar(cross_entropy, bounds=_LOG_TEMPERATURES, method="bounded")
    return float(np.exp(found.x))


def rescale(probabilities: npt.NDArray[Any], temperature: float) -> Floats:
    """Divide a network's scores by a temperature; no answer changes, only how sure it is.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, 10)
    temperature : float
        Above 0.

    Returns
    -------
    ndarray of float64, shape (n, 10)
        softmax(log p / T). The logarithms stand for the scores before the softmax: they
        differ from them by a constant in each row, which the softmax cancels.
    """
    cooled: Floats = softmax(_scores(probabilities) / temperature, axis=1)
    return cooled


def _scores(probabilities: npt.NDArray[Any]) -> Floats:
    # A probability that has become 0 in float32 would have no logarithm.
    smallest = np.finfo(np.float32).tiny
    scores: Floats = np.log(np.maximum(probabilities.astype(np.float64), smallest))
    return scores


@dataclass(frozen=True, eq=False)
class Histogram:
    """How sure the right and the wrong answers are.

    Attributes
    ----------
    edges : ndarray of float, shape (bins + 1,)
    right, wrong : ndarray of int, shape (bins,)
        Numbers of answers.
    """

    edges: Floats
    right: npt.NDArray[np.int64]
    wrong: npt.NDArray[np.int64]


def confidence_histogram(
    confidences: npt.NDArray[Any], right: Bools, bins: int = HISTOGRAM_BINS
) -> Histogram:
    """Count right and wrong answers by confidence, in equal steps from 0 to 1."""
    edges = np.linspace(0, 1, bins + 1)
    return Histogram(
        edges,
        np.histogram(confidences[right], edges)[0],
        np.histogram(confidences[~right], edges)[0],
    )


@dataclass(frozen=True, eq=False)
class Refusals:
    """What happens if answers below a confidence are replaced by "I don't know".

    Attributes
    ----------
    thresholds : ndarray of float, shape (k,)
        Rising, 0 to below 1.
    answered : ndarray of float, shape (k,)
        Share of the images that get an answer, 0 to 1.
    accuracy : ndarray of float, shape (k,)
        Share of the answers that are right; NaN where nothing is answered.
    """

    thresholds: Floats
    answered: Floats
    accuracy: Floats


def refusals(confidences: npt.NDArray[Any], right: Bools, steps: int = THRESHOLDS) -> Refusals:
    """Try thresholds in equal steps from 0 to below 1; an answer at the threshold is given."""
    thresholds = np.arange(steps) / steps
    order = np.argsort(confidences, kind="stable")
    below = np.searchsorted(confidences[order], thresholds, side="left")
    answered = len(confidences) - below
    right_from = np.append(np.cumsum(right[order][::-1])[::-1], 0)[below]
    with np.errstate(invalid="ignore"):
        accuracy = right_from / answered
    return Refusals(thresholds, answered / len(confidences), accuracy)
