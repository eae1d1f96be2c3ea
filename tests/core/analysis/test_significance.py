import math

import numpy as np
import pytest
from scipy.stats import chi2

from core.analysis.significance import mcnemar, spread, wilson


@pytest.mark.parametrize(
    ("right", "images", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_the_published_interval(right: int, images: int, low: float, high: float):
    interval = wilson(right, images)
    assert interval.share == right / images
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_the_article_network_by_the_formula(bundled_evaluation):
    evaluation = bundled_evaluation("article")
    n, p, z = 10_000, evaluation.accuracy, 1.959963984540054
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    interval = wilson(int(evaluation.right.sum()), n)
    assert (interval.low, interval.high) == pytest.approx((middle - half, middle + half))


def test_a_perfect_score_has_a_width():
    assert wilson(10, 10).low < 1
    assert wilson(10, 10).high == pytest.approx(1)


def pairs(only_first: int, only_second: int, both: int = 20) -> tuple[np.ndarray, np.ndarray]:
    first = np.array([True] * only_first + [False] * only_second + [True] * both + [False] * 3)
    second = np.array([False] * only_first + [True] * only_second + [True] * both + [False] * 3)
    return first, second


@pytest.mark.parametrize(("b", "c"), [(1, 9), (9, 1), (5, 5), (0, 6), (12, 30), (1, 0)])
def test_mcnemar_is_the_binomial_sum_worked_by_hand(b: int, c: int):
    comparison = mcnemar(*pairs(b, c))
    assert (comparison.only_first, comparison.only_second, comparison.differ) == (b, c, b + c)
    tail = sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
    assert comparison.p_value == pytest.approx(min(1, 2 * tail))


def test_mcnemar_comes_close_to_chi_squared_where_that_is_good_enough():
    # Agresti, "Categorical Data Analysis": approval of a prime minister, 86 and 150 changed sides.
    comparison = mcnemar(*pairs(86, 150))
    statistic = (abs(86 - 150) - 1) ** 2 / (86 + 150)
    assert comparison.p_value == pytest.approx(chi2.sf(statistic, 1), rel=0.1)
    assert comparison.more_than_chance


def test_networks_that_agree_do_not_differ():
    comparison = mcnemar(*pairs(0, 0))
    assert (comparison.differ, comparison.p_value, comparison.more_than_chance) == (0, 1.0, False)


def test_mcnemar_of_article_and_relu(bundled_evaluation):
    article, relu = (bundled_evaluation(name) for name in ("article", "relu"))
    comparison = mcnemar(article.right, relu.right)
    assert comparison.only_second - comparison.only_first == relu.right.sum() - article.right.sum()
    assert comparison.more_than_chance
    again = mcnemar(relu.right, article.right)
    assert (again.only_first, again.p_value) == (comparison.only_second, comparison.p_value)


def test_spread_of_three_seeds():
    scores = spread([0.93, 0.95, 0.94])
    assert (scores.mean, scores.low, scores.high, scores.count) == pytest.approx((0.94, 0.93, 0.95, 3))
    assert scores.deviation == pytest.approx(0.01)
    assert spread([0.9]).deviation == 0
