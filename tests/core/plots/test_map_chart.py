"""The map of digits as a chart."""

import base64
import io

import numpy as np
from PIL import Image

from core.data import Dataset
from core.plots.figures import DARK
from core.plots.map_chart import MappedDigits, _common, digit_map, thumbnails


def digits(mnist: Dataset, count: int = 100) -> MappedDigits:
    labels = mnist.test_labels[:count]
    predictions = labels.astype(np.int64)
    predictions[8] = 6
    points = np.random.default_rng(0).normal(size=(count, 2))
    return MappedDigits(points, np.arange(count), labels, predictions, thumbnails(mnist.test_images[:count]))


def test_the_picture_under_the_pointer_is_the_digit(mnist: Dataset):
    for image, picture in zip(mnist.test_images[:20], thumbnails(mnist.test_images[:20]), strict=True):
        assert len(picture) < 400
        file = base64.b64decode(_common() + picture, validate=True)
        shown = np.asarray(Image.open(io.BytesIO(file)).convert("L")).astype(int)
        assert shown.shape == (112, 112)
        np.testing.assert_array_equal(shown, shown[::4, ::4].repeat(4, 0).repeat(4, 1))
        assert np.abs(shown[::4, ::4] - image).max() <= 43, "four levels of gray"


def test_every_digit_has_its_place_and_errors_lie_on_top(mnist: Dataset):
    spec = digit_map(digits(mnist), by_error=False)
    rows = [row for row in spec["data"]["values"] if "unit" in row]
    names = [row for row in spec["data"]["values"] if "name" in row]
    assert len(rows) == 100
    assert rows[-1]["unit"] == 8
    assert (rows[-1]["label"], rows[-1]["prediction"]) == (5, 6)
    assert [name["name"] for name in names] == list("0123456789")


def test_colors_tell_labels_or_errors(mnist: Dataset):
    by_label, by_error = (str(digit_map(digits(mnist), by_error, DARK)) for by_error in (False, True))
    assert "tableau10" in by_label
    assert "tableau10" not in by_error
    assert DARK.orange in by_error
