"""Calibration: reliability diagram, expected calibration error, temperature scaling, risk and coverage.

A network is calibrated if, of all predictions with a confidence of 80%, 80% are correct.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from core.data import Labels

# Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017),
# who made this metric and this remedy common, use 15 bins.
BINS = 15
# Bins of the histogram, and thresholds of the risk–coverage curve: 0, 0.01, … 0.99.
HISTOGRAM_BINS = 20
THRESHOLDS = 100
# The search interval of the temperature. Those of trained networks are between 0.5 and 5.
_LOG_TEMPERATURES = (np.log(0.05), np.log(20.0))

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """The predictions whose confidence falls into one bin.

    Attributes
    ----------
    low, high : float
        Edges of the bin; the upper one belongs to it.
    count : int
    confidence, accuracy : float
        Averages over these predictions; 0 if there are none.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Reliability:
    """Accuracy against confidence: a reliability diagram in numbers.

    Attributes
    ----------
    bins : tuple of Bin
        Of equal width, from 0 to 1.
    ece : float
        Expected calibration error, 0 to 1: the gap between confidence and accuracy,
        averaged over the bins, each weighted by its share of the predictions.
    confidence, accuracy : float
        Averages over all predictions.
    """

    bins: tuple[Bin, ...]
    ece: float
    confidence: float
    accuracy: float

    @property
    def filled(self) -> tuple[Bin, ...]:
        """The bins that hold predictions; the averages of the others mean nothing."""
        return tuple(one for one in self.bins if one.count)


def reliability(confidences: npt.NDArray[Any], correct: Bools, bins: int = BINS) -> Reliability:
    """Return accuracy against confidence in bins, and the expected calibration error.

    Parameters
    ----------
    confidences : ndarray of float, shape (n,)
        Probability of each prediction, 0 to 1.
    correct : ndarray of bool, shape (n,)
    bins : int
        Number of bins of equal width from 0 to 1.

    Returns
    -------
    Reliability
        ECE = Σ (count / n) · |accuracy − confidence| over the bins
        (Naeini, Cooper and Hauskrecht, 2015).

    See Also
    --------
    sklearn.calibration.calibration_curve : The same bins, without the empty ones.
    """
    exact = confidences.astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.clip(np.digitize(exact, edges, right=True) - 1, 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    divisors = np.maximum(counts, 1)
    confidence = np.bincount(bin_of, weights=exact, minlength=bins) / divisors
    accuracy = np.bincount(bin_of, weights=correct, minlength=bins) / divisors
    return Reliability(
        bins=tuple(
            Bin(float(low), float(high), int(count), float(mean), float(share))
            for low, high, count, mean, share in zip(
                edges[:-1], edges[1:], counts, confidence, accuracy, strict=True
            )
        ),
        ece=float((counts * np.abs(accuracy - confidence)).sum() / len(exact)),
        confidence=float(exact.mean()),
        accuracy=float(correct.mean()),
    )


def fit_temperature(probabilities: npt.NDArray[Any], labels: Labels) -> float:
    """Return the temperature with the smallest cross-entropy on a calibration split.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, 10)
        On images that the weights were not fitted to, and that nothing is measured on later.
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    float
        The T that minimizes the cross-entropy of `scale_temperature`; above 1 if the network is
        overconfident, below 1 if it is underconfident (Guo et al. 2017, section 4.2).

    See Also
    --------
    sklearn.calibration.CalibratedClassifierCV : ``method="temperature"`` fits 1 / T.
    """
    logits = _logits(probabilities)
    rows = np.arange(len(labels))

    def cross_entropy(log_temperature: float) -> float:
        logs = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-logs[rows, labels].mean())

    found = minimize_scalar(cross_entropy, bounds=_LOG_TEMPERATURES, method="bounded")
    return float(np.exp(found.x))


def scale_temperature(probabilities: npt.NDArray[Any], temperature: float) -> Floats:
    """Return the probabilities at a temperature; no prediction changes, only its confidence.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, 10)
    temperature : float
        Above 0.

    Returns
    -------
    ndarray of float64, shape (n, 10)
        softmax(log p / T). The logarithms stand for the logits, from which they differ by a
        constant in each row, which the softmax cancels.
    """
    scaled: Floats = softmax(_logits(probabilities) / temperature, axis=1)
    return scaled


def _logits(probabilities: npt.NDArray[Any]) -> Floats:
    # A probability that has become 0 in float32 would have no logarithm.
    smallest = np.finfo(np.float32).tiny
    logits: Floats = np.log(np.maximum(probabilities.astype(np.float64), smallest))
    return logits


@dataclass(frozen=True, eq=False)
class Histogram:
    """Confidences of correct predictions and of errors.

    Attributes
    ----------
    edges : ndarray of float, shape (bins + 1,)
    correct, errors : ndarray of int, shape (bins,)
        Numbers of predictions.
    """

    edges: Floats
    correct: npt.NDArray[np.int64]
    errors: npt.NDArray[np.int64]


def confidence_histogram(
    confidences: npt.NDArray[Any], correct: Bools, bins: int = HISTOGRAM_BINS
) -> Histogram:
    """Return how many correct predictions and errors fall into each bin of confidence."""
    edges = np.linspace(0, 1, bins + 1)
    return Histogram(
        edges,
        np.histogram(confidences[correct], edges)[0],
        np.histogram(confidences[~correct], edges)[0],
    )


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """The risk–coverage curve of a network that abstains below a confidence threshold.

    Selective classification: El-Yaniv and Wiener, "On the Foundations of Noise-free Selective
    Classification" (2010).

    Attributes
    ----------
    thresholds : ndarray of float, shape (k,)
        Rising, 0 to below 1.
    coverage : ndarray of float, shape (k,)
        Share of the images that get a prediction, 0 to 1.
    accuracy : ndarray of float, shape (k,)
        Selective accuracy, which is 1 − selective risk: the share of these predictions that
        are correct; NaN where none is left.
    """

    thresholds: Floats
    coverage: Floats
    accuracy: Floats


def risk_coverage(confidences: npt.NDArray[Any], correct: Bools, steps: int = THRESHOLDS) -> RiskCoverage:
    """Return coverage and selective accuracy at thresholds from 0 to below 1, which are inclusive."""
    thresholds = np.arange(steps) / steps
    order = np.argsort(confidences, kind="stable")
    below = np.searchsorted(confidences[order], thresholds, side="left")
    covered = len(confidences) - below
    correct_above = np.append(np.cumsum(correct[order][::-1])[::-1], 0)[below]
    with np.errstate(invalid="ignore"):
        accuracy = correct_above / covered
    return RiskCoverage(thresholds, covered / len(confidences), accuracy)
