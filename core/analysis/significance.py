"""How much a score may be trusted: intervals, and two networks on the same images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

# Of a hundred such intervals, 95 hold the true value.
LEVEL = 0.95
# Differences that chance alone makes less often than this are called more than chance.
SIGNIFICANCE = 1 - LEVEL

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Interval:
    """A share and what it may be, all between 0 and 1."""

    share: float
    low: float
    high: float


def wilson(right: int, images: int) -> Interval:
    """The Wilson score interval of a share, at the level of 95 %.

    Parameters
    ----------
    right : int
        Images read right.
    images : int
        All images, at least 1.

    Returns
    -------
    Interval
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
        Unlike share ± 1.96 standard errors it never leaves 0 to 1, and a perfect score on
        few images still has a width.
    """
    bounds = binomtest(right, images).proportion_ci(LEVEL, method="wilson")
    return Interval(right / images, float(bounds.low), float(bounds.high))


@dataclass(frozen=True)
class Comparison:
    """Two networks on the same images (McNemar's test, 1947).

    Attributes
    ----------
    only_first, only_second : int
        Images that only the first, or only the second network reads right. Where both are
        right or both are wrong, an image says nothing about which one is better.
    p_value : float
        How often networks that are equally good would differ at least this unequally:
        each of these images is like the toss of a coin.
    """

    only_first: int
    only_second: int
    p_value: float

    @property
    def differ(self) -> int:
        """Images that exactly one of the two reads right."""
        return self.only_first + self.only_second

    @property
    def more_than_chance(self) -> bool:
        """Whether chance alone would make it less often than once in twenty times."""
        return self.p_value < SIGNIFICANCE


def mcnemar(first_right: Bools, second_right: Bools) -> Comparison:
    """Compare two networks on the same images with McNemar's exact test.

    Parameters
    ----------
    first_right, second_right : ndarray of bool, shape (n,)
        Whether each network reads each image right.

    Returns
    -------
    Comparison
        The p-value is that of the binomial distribution with n = ``differ`` and 1/2, both
        sides; it needs no minimum of images, as the chi-squared approximation does.
    """
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    differ = only_first + only_second
    p_value = float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0
    return Comparison(only_first, only_second, p_value)


@dataclass(frozen=True)
class Spread:
    """Scores of the same recipe with different seeds.

    Attributes
    ----------
    mean, low, high : float
        Average, worst and best score, 0 to 1.
    deviation : float
        Sample standard deviation; 0 for a single score.
    count : int
    """

    mean: float
    low: float
    high: float
    deviation: float
    count: int


def spread(scores: Sequence[float]) -> Spread:
    """Mean and range of at least one score, each 0 to 1."""
    deviation = float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0
    return Spread(float(np.mean(scores)), float(min(scores)), float(max(scores)), deviation, len(scores))
