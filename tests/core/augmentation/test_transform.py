import keras
import numpy as np
import pytest

from core.augmentation.ranges import ROTATION, SHIFT, ZOOM
from core.augmentation.transform import Affine, random_affine, transform
from core.data import Dataset

FILLED = {"fill_mode": "constant", "fill_value": 0.0}


def test_nothing_is_moved_by_nothing(mnist: Dataset):
    np.testing.assert_array_equal(transform(mnist.train_images[0], Affine()), mnist.train_images[0])


def test_a_digit_is_turned_clockwise_and_shifted_right_and_down():
    image = np.zeros((28, 28), np.uint8)
    image[4, 13:15] = 255  # Above the middle.
    rows, columns = np.nonzero(transform(image, Affine(rotation=0.25)))
    assert columns.mean() > 20
    assert rows.mean() == pytest.approx(13.5, abs=0.5)
    moved = transform(image, Affine(right=2 / 28, down=1 / 28))
    assert np.argwhere(moved > 100).tolist() == [[5, 15], [5, 16]]


@pytest.mark.parametrize(
    ("layer", "affine"),
    [
        (keras.layers.RandomRotation((-0.05, -0.05), **FILLED), Affine(rotation=0.05)),
        (keras.layers.RandomZoom((-0.2, -0.2), (0.1, 0.1), **FILLED), Affine(height=0.2, width=-0.1)),
        (
            keras.layers.RandomTranslation((0.05, 0.05), (-0.08, -0.08), **FILLED),
            Affine(down=0.05, right=-0.08),
        ),
    ],
)
def test_it_does_what_the_layers_of_keras_do(mnist: Dataset, layer, affine: Affine):
    image = mnist.train_images[0]
    expected = np.asarray(layer(image[np.newaxis, ..., np.newaxis].astype(np.float32), training=True))
    difference = np.abs(transform(image, affine).astype(float) - expected[0, ..., 0])
    assert difference.mean() < 1.5


def test_random_transforms_stay_within_what_training_draws():
    rng = np.random.default_rng(0)
    drawn = [random_affine(rng) for _ in range(200)]
    assert max(abs(one.right) for one in drawn) <= SHIFT
    assert max(abs(one.rotation) for one in drawn) <= ROTATION
    assert 0.9 * ZOOM < max(abs(one.height) for one in drawn) <= ZOOM
