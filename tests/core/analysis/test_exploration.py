import numpy as np
import pytest

from core.analysis.exploration import by_typicality, pixel_histogram, pixel_values, use_of_pixels
from core.data import Dataset


def test_mean_and_deviation_are_those_of_all_pixels(mnist: Dataset):
    images = mnist.test_images[:500]
    values = pixel_values(pixel_histogram(images, bins=256))
    assert values.mean == pytest.approx(images.mean())
    assert values.deviation == pytest.approx(images.std())


def test_67_pixels_are_never_used(mnist: Dataset):
    use = use_of_pixels(mnist.train_images)
    assert use.shape == (28, 28)
    assert int((use == 0).sum()) == 67
    assert not mnist.train_images[:, use == 0].any()


def test_the_most_typical_image_is_nearest_to_the_mean_of_its_class():
    images = np.zeros((5, 28, 28), np.uint8)
    images[:, 0, 0] = [10, 200, 12, 90, 11]
    order = by_typicality(images, np.array([1, 1, 1, 2, 1], np.uint8), 1)
    assert order.tolist() == [2, 4, 0, 1], "the mean is 58.25, and the 2 does not count"
