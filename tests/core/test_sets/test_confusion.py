import numpy as np
import pytest

from core.test_sets.confusion import TestConfusion

LABELS = np.array([9, 9, 1, 1], np.uint8)
PREDICTIONS = np.array([4, 9, 1, 7])
# The second and the fourth are a student's.
WRITERS = np.array([1, 2100, 2, 2101], np.uint16)


def test_accuracy_is_known_by_group_and_by_digit():
    found = TestConfusion.of(PREDICTIONS, LABELS, WRITERS)
    assert [found.accuracy(group) for group in ("everyone", "employees", "students")] == [0.5, 0.5, 0.5]
    assert found.accuracy("students", digits=(9,)) == 1.0
    assert found.accuracy(digits=(3,)) is None, "there are no 3s"
    assert found.answers(9).tolist() == [0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5]


def test_without_writers_there_are_no_groups():
    found = TestConfusion.of(PREDICTIONS, LABELS, None)
    assert (found.accuracy(), found.accuracy("students")) == (0.5, None)


def test_what_is_written_is_read_back():
    found = TestConfusion.of(PREDICTIONS, LABELS, WRITERS)
    again = TestConfusion.from_json(found.to_json())
    for group in ("employees", "students"):
        np.testing.assert_array_equal(again.matrices[group], found.matrices[group])
    for text in ("{}", '{"everyone": [[1]]}', "[]", "nothing"):
        with pytest.raises((ValueError, TypeError)):
            TestConfusion.from_json(text)
