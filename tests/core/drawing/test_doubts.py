"""Which numbers of a page are uncertain: those that read otherwise in other views, or are too thin."""

import numpy as np
import pytest

from core.drawing.doubts import with_doubts
from core.drawing.number import DigitReading, NumberReading, read_number_from_image
from core.drawing.views import probability_in_views
from core.evaluation import predict
from core.ink import InkBox


@pytest.fixture
def model(bundled_model):
    return bundled_model("drawings")


def numbers_of_one_digit(model, images: np.ndarray) -> list[NumberReading]:
    box, probabilities = InkBox(0, 0, 28, 28), predict(model, images)
    in_views = probability_in_views(model, images, probabilities.argmax(axis=1)).tolist()
    return [
        NumberReading((DigitReading(box, *digit),))
        for digit in zip(images, probabilities, in_views, strict=True)
    ]


def certain(model, images: np.ndarray) -> np.ndarray:
    page, numbers = np.full((28, 28), 255, np.uint8), numbers_of_one_digit(model, images)
    return np.array([one.certain for one in with_doubts(page, numbers)])


def test_most_digits_are_certain_and_most_that_are_misread_are_not(model, mnist):
    images, labels = mnist.test_images[:2000], mnist.test_labels[:2000]
    misread = predict(model, images).argmax(axis=1) != labels
    assert misread.any()
    assert certain(model, images[misread]).mean() < 0.35
    assert certain(model, images[~misread][:300]).mean() > 0.95


def test_a_number_is_uncertain_if_one_of_its_digits_is_as_thin_as_a_printed_line(model, mnist):
    page = np.zeros((40, 160), np.uint8)
    for place in range(4):
        page[6:34, 6 + 40 * place : 34 + 40 * place] = mnist.test_images[place]
    page[6:34, 80:120] = 0
    page[6:34, 100] = 255
    number = read_number_from_image(model, page)
    assert number.number == "7210"
    assert not with_doubts(page, [number])[0].certain
    page[6:34, 99:102] = 255
    assert with_doubts(page, [read_number_from_image(model, page)])[0].certain


def test_nothing_read_is_nothing_doubtful():
    assert with_doubts(np.zeros((9, 9), np.uint8), ()) == ()
