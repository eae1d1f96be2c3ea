"""Accuracy by who wrote the digits, against cases whose answer is known."""

import numpy as np
import pytest

from core.analysis.significance import wilson
from core.analysis.writers import binomial_band, by_group, by_writer, error_ratio
from core.data import Dataset

# Numbers of NIST's forms: the first two are employees', the others students'.
EMPLOYEES, STUDENTS = (1, 2), (2100, 2101, 2102)


def test_the_interval_of_a_group_is_as_wide_as_its_people_differ():
    writers = np.repeat(np.arange(2100, 2120, dtype=np.uint16), 50)
    alike = np.tile(np.arange(50) % 10 > 0, 20)
    apart = np.repeat(np.arange(20) % 10 > 0, 50)
    (of_alike,), (of_apart,) = by_group(alike, writers), by_group(apart, writers)
    assert of_alike.accuracy.proportion == of_apart.accuracy.proportion == pytest.approx(0.9)
    assert of_alike.accuracy.high - of_alike.accuracy.low == pytest.approx(0), "everybody has the same"
    as_if_independent = wilson(900, 1000)
    assert of_apart.accuracy.low < as_if_independent.low < as_if_independent.high < of_apart.accuracy.high


def test_a_group_that_wrote_nothing_is_left_out_and_gives_no_ratio():
    groups = by_group(np.array([True, False]), np.array([2100, 2101], dtype=np.uint16))
    assert [one.group for one in groups] == ["High-school students"]
    assert error_ratio(groups) is None


def test_the_ratio_says_how_many_times_as_often():
    writers = np.repeat(np.array([*EMPLOYEES, *STUDENTS], dtype=np.uint16), 10)
    correct = np.ones(50, dtype=bool)
    correct[0] = correct[20] = correct[30] = correct[40] = False
    assert error_ratio(by_group(correct, writers)) == pytest.approx((3 / 30) / (1 / 20))


def test_people_with_few_digits_are_left_out_and_the_lowest_accuracy_is_first():
    writers = np.array([1] * 20 + [2100] * 20 + [2101] * 3, dtype=np.uint16)
    correct = np.ones(43, dtype=bool)
    correct[20:25] = correct[40:] = False
    scores = by_writer(correct, writers)
    assert [(score.writer, score.errors, score.images) for score in scores] == [(2100, 5, 20), (1, 0, 20)]


def test_by_chance_alone_the_dots_lie_in_the_band(mnist: Dataset):
    assert mnist.test_writers is not None
    correct = np.random.default_rng(1).random(len(mnist.test_writers)) < 0.94
    scores = by_writer(correct, mnist.test_writers)
    low, high = binomial_band(scores)
    accuracies = np.array([score.accuracy for score in scores])
    assert np.mean((accuracies >= low) & (accuracies <= high)) > 0.9
