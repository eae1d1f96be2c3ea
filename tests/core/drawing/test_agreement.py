"""How sure a number is that was read on a page: what the network says of it in other views."""

import numpy as np
import pytest

from core.drawing.agreement import with_doubts
from core.drawing.number import DigitReading, NumberReading
from core.evaluation import predict
from core.ink import InkBox


@pytest.fixture
def model(bundled_model):
    return bundled_model("drawings")


def numbers_of_one_digit(model, images: np.ndarray) -> list[NumberReading]:
    return [
        NumberReading((DigitReading(InkBox(0, 0, 28, 28), image, probabilities),))
        for image, probabilities in zip(images, predict(model, images), strict=True)
    ]


def certain(model, images: np.ndarray) -> np.ndarray:
    return np.array([one.certain for one in with_doubts(model, numbers_of_one_digit(model, images))])


def test_most_digits_are_certain_and_most_that_are_misread_are_not(model, mnist):
    images, labels = mnist.test_images[:2000], mnist.test_labels[:2000]
    misread = predict(model, images).argmax(axis=1) != labels
    assert misread.any()
    assert certain(model, images[misread]).mean() < 0.35
    assert certain(model, images[~misread][:300]).mean() > 0.95


def test_a_long_number_is_as_doubtful_as_its_digits_together(model, mnist):
    digits = numbers_of_one_digit(model, mnist.test_images[:4])
    between = (mnist.test_images[4] // 2 + mnist.test_images[7] // 2).astype(np.uint8)
    doubtful = numbers_of_one_digit(model, between[np.newaxis])
    rows = [
        NumberReading(tuple(one.digits[0] for one in number)) for number in (digits, [*digits, *doubtful])
    ]
    assert [row.certain for row in with_doubts(model, rows)] == [True, False]


def test_nothing_read_is_nothing_doubtful(model):
    assert with_doubts(model, ()) == ()
