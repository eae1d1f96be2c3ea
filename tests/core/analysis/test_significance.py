import math

import numpy as np
import pytest
from scipy.stats import chi2

from core.analysis.significance import mcnemar, summarize_seeds, wilson


@pytest.mark.parametrize(
    ("correct", "images", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_the_published_interval(correct: int, images: int, low: float, high: float):
    interval = wilson(correct, images)
    assert interval.proportion == correct / images
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_the_article_network_by_the_formula(bundled_evaluation):
    evaluation = bundled_evaluation("article")
    n, p, z = 10_000, evaluation.accuracy, 1.959963984540054
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    interval = wilson(int(evaluation.correct.sum()), n)
    assert (interval.low, interval.high) == pytest.approx((middle - half, middle + half))


def test_a_perfect_score_has_a_width():
    assert wilson(10, 10).low < 1
    assert wilson(10, 10).high == pytest.approx(1)


def predictions(only_first: int, only_second: int, both: int = 20) -> tuple[np.ndarray, np.ndarray]:
    first = np.array([True] * only_first + [False] * only_second + [True] * both + [False] * 3)
    second = np.array([False] * only_first + [True] * only_second + [True] * both + [False] * 3)
    return first, second


@pytest.mark.parametrize(("b", "c"), [(1, 9), (9, 1), (5, 5), (0, 6), (12, 30), (1, 0)])
def test_mcnemar_is_the_binomial_sum_worked_by_hand(b: int, c: int):
    comparison = mcnemar(*predictions(b, c))
    assert (comparison.only_first, comparison.only_second, comparison.discordant) == (b, c, b + c)
    tail = sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
    assert comparison.p_value == pytest.approx(min(1, 2 * tail))


def test_mcnemar_comes_close_to_chi_squared_where_that_is_good_enough():
    # Agresti, "Categorical Data Analysis": approval of a prime minister, 86 and 150 changed sides.
    comparison = mcnemar(*predictions(86, 150))
    statistic = (abs(86 - 150) - 1) ** 2 / (86 + 150)
    assert comparison.p_value == pytest.approx(chi2.sf(statistic, 1), rel=0.1)
    assert comparison.significant


def test_networks_that_agree_do_not_differ():
    comparison = mcnemar(*predictions(0, 0))
    assert (comparison.discordant, comparison.p_value, comparison.significant) == (0, 1.0, False)


def test_mcnemar_of_article_and_relu(bundled_evaluation):
    article, relu = (bundled_evaluation(name) for name in ("article", "relu"))
    comparison = mcnemar(article.correct, relu.correct)
    assert comparison.only_second - comparison.only_first == relu.correct.sum() - article.correct.sum()
    assert comparison.significant
    again = mcnemar(relu.correct, article.correct)
    assert (again.only_first, again.p_value) == (comparison.only_second, comparison.p_value)


def test_mean_and_standard_deviation_of_three_seeds():
    seeds = summarize_seeds([0.93, 0.95, 0.94])
    assert (seeds.mean, seeds.minimum, seeds.maximum, seeds.count) == pytest.approx((0.94, 0.93, 0.95, 3))
    assert seeds.standard_deviation == pytest.approx(0.01)
    assert summarize_seeds([0.9]).standard_deviation == 0
