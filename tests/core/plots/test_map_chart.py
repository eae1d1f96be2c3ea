"""The map of digits as a chart."""

import base64
import dataclasses
import io

import numpy as np
from PIL import Image

from core.data import Dataset
from core.plots.figures import DARK
from core.plots.map_chart import BY_ERROR, BY_GROUP, BY_LABEL, MappedDigits, _common, digit_map, thumbnails


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
    spec = digit_map(digits(mnist))
    rows = [row for row in spec["data"]["values"] if "unit" in row]
    names = [row for row in spec["data"]["values"] if "name" in row]
    assert len(rows) == 100
    assert rows[-1]["unit"] == 8
    assert (rows[-1]["label"], rows[-1]["prediction"]) == (5, 6)
    assert [name["name"] for name in names] == list("0123456789")


def test_colors_tell_labels_or_errors(mnist: Dataset):
    by_label, by_error = (str(digit_map(digits(mnist), color, DARK)) for color in (BY_LABEL, BY_ERROR))
    assert "tableau10" in by_label
    assert "tableau10" not in by_error
    assert DARK.orange in by_error


def test_colors_tell_who_wrote_the_digits(mnist: Dataset):
    students = np.arange(100) % 3 == 0
    spec = digit_map(dataclasses.replace(digits(mnist), students=students), BY_GROUP)
    rows = {row["unit"]: row["student"] for row in spec["data"]["values"] if "unit" in row}
    assert [rows[unit] for unit in range(100)] == students.tolist()
    assert "High-school students" in str(spec)
