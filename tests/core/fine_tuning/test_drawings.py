import numpy as np
import pytest

from core.fine_tuning.drawings import Drawings
from core.history import TrainingError


@pytest.fixture(scope="module")
def drawings(mnist) -> Drawings:
    return Drawings(mnist.test_images[:41], mnist.test_labels[:41])


def test_every_fourth_drawing_of_every_digit_is_held_out(drawings: Drawings):
    training, holdout = drawings.split()
    assert len(holdout) == 10
    assert len(training) == 31
    both = np.concatenate([training.images, holdout.images])
    assert sorted(map(bytes, both)) == sorted(map(bytes, drawings.images)), "each is on one side"
    for digit in range(10):
        of_digit = (drawings.labels == digit).sum()
        assert abs((holdout.labels == digit).sum() - of_digit / 4) < 1


def test_drawings_are_read_as_they_were_written(drawings: Drawings):
    again = Drawings.from_bytes(drawings.to_bytes())
    np.testing.assert_array_equal(again.images, drawings.images)
    np.testing.assert_array_equal(again.labels, drawings.labels)
    with pytest.raises(TrainingError, match="damaged"):
        Drawings.from_bytes(drawings.to_bytes()[:-40])
