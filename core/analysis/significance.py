"""Confidence intervals, McNemar's test of two networks, and the standard deviation over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

# Of a hundred such intervals, 95 hold the true value.
CONFIDENCE_LEVEL = 0.95
# A difference is significant if chance alone makes it less often than this.
ALPHA = 1 - CONFIDENCE_LEVEL

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Interval:
    """A proportion and the ends of its confidence interval, all between 0 and 1."""

    proportion: float
    low: float
    high: float


def wilson(correct: int, images: int) -> Interval:
    """Return the 95% Wilson score interval of an accuracy.

    Parameters
    ----------
    correct : int
        Number of correct predictions.
    images : int
        Number of all predictions, at least 1.

    Returns
    -------
    Interval
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
        Unlike the proportion ± 1.96 standard errors it never leaves 0 to 1, and a perfect score
        on few images still has a width.
    """
    bounds = binomtest(correct, images).proportion_ci(CONFIDENCE_LEVEL, method="wilson")
    return Interval(correct / images, float(bounds.low), float(bounds.high))


@dataclass(frozen=True)
class Comparison:
    """The result of McNemar's test (1947) of two networks on the same images.

    Attributes
    ----------
    only_first, only_second : int
        Images on which only the first or only the second network is correct. An image on which
        both are correct or both are wrong says nothing about which one is better.
    p_value : float
        How often two equally good networks would differ at least this unequally: each of these
        images is like the toss of a coin.
    """

    only_first: int
    only_second: int
    p_value: float

    @property
    def discordant(self) -> int:
        """Number of images on which exactly one of the two is correct."""
        return self.only_first + self.only_second

    @property
    def significant(self) -> bool:
        """Whether chance alone would make such a difference less than once in twenty times."""
        return self.p_value < ALPHA


def mcnemar(first_correct: Bools, second_correct: Bools) -> Comparison:
    """Return McNemar's exact test of two networks on the same images.

    Parameters
    ----------
    first_correct, second_correct : ndarray of bool, shape (n,)
        Whether each prediction of each network is correct.

    Returns
    -------
    Comparison
        The p-value is two-sided, of the binomial distribution with n = ``discordant`` and
        p = 1/2. Unlike the chi-squared approximation it needs no minimum of images.
    """
    only_first = int((first_correct & ~second_correct).sum())
    only_second = int((second_correct & ~first_correct).sum())
    discordant = only_first + only_second
    p_value = float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0
    return Comparison(only_first, only_second, p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values that are corrected for how many there are, in the same order.

    Of twenty pairs of equally good networks, one differs with p < 0.05 by chance alone. Corrected by
    Holm's method ("A simple sequentially rejective multiple test procedure", 1979), the chance that
    any of them does is 0.05.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    corrected, highest = [0.0] * len(order), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


@dataclass(frozen=True)
class SeedSummary:
    """Statistics of the accuracies that one recipe reaches with different seeds.

    Attributes
    ----------
    mean, minimum, maximum : float
        0 to 1.
    standard_deviation : float
        Of the sample, with n − 1; 0 for a single accuracy.
    count : int
    """

    mean: float
    minimum: float
    maximum: float
    standard_deviation: float
    count: int


def summarize_seeds(accuracies: Sequence[float]) -> SeedSummary:
    """Return mean, range and standard deviation of at least one accuracy, each 0 to 1."""
    return SeedSummary(
        mean=float(np.mean(accuracies)),
        minimum=float(min(accuracies)),
        maximum=float(max(accuracies)),
        standard_deviation=float(np.std(accuracies, ddof=1)) if len(accuracies) > 1 else 0.0,
        count=len(accuracies),
    )
