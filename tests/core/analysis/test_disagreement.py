import numpy as np
import pytest

from core.analysis.disagreement import disagreements
from core.analysis.significance import holm


def test_images_that_most_networks_read_differently_come_first():
    labels = np.array([0, 1, 2, 3], np.uint8)
    first, second, third = np.array([0, 1, 2, 3]), np.array([0, 7, 2, 8]), np.array([0, 7, 2, 9])
    assert list(disagreements([first, second, third], labels)) == [3, 1]
    assert list(disagreements([first, second, third], labels, only_correct=0)) == [3, 1]
    assert list(disagreements([first, second, third], labels, only_correct=1)) == []


def test_a_p_value_is_corrected_for_the_number_of_pairs():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.2]) == [0.2]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
