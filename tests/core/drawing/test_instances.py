from pathlib import Path

import numpy as np
import pytest

from core.data import DataError, Dataset
from core.drawing.instances import centers_in_image, centers_in_strokes, load_instance_network
from core.drawing.number import read_number_from_image
from scripts.train_instances import error
from scripts.written_numbers import LINK, WrittenNumber, paths_of, written_number


@pytest.fixture(scope="module")
def numbers(mnist: Dataset) -> list[WrittenNumber]:
    """Numbers made of test digits, most of which touch."""
    rng = np.random.default_rng(2)
    paths = paths_of(mnist.test_images[:200], mnist.test_labels[:200])
    return [written_number(paths, 60, rng) for _ in range(60)]


def test_ink_points_to_the_middle_of_its_own_digit(numbers):
    assert error(numbers) < 0.08


def test_links_between_digits_are_told_from_their_ink(numbers):
    linked = [number for number in numbers if (number.owners == LINK).sum() > 50]
    said = []
    for number in linked:
        rows, columns = np.nonzero(number.ink)
        _, links = centers_in_image(number.ink, 60).at(np.column_stack([columns, rows]) + 0.5)
        owners = number.owners[rows, columns]
        said.append((links[owners == LINK].mean(), links[owners >= 0].mean()))
    on_links, on_digits = np.mean(said, axis=0)
    assert on_links > 3 * on_digits


def test_touching_digits_are_counted(numbers, bundled_model):
    model = bundled_model("convolutional")
    several = [number for number in numbers if len(number.number) > 1][:15]
    counts = [
        len(read_number_from_image(model, number.ink.astype(float)).digits) == len(number.number)
        for number in several
    ]
    assert np.mean(counts) >= 0.7


def test_strokes_point_to_the_middle_of_their_digit_wherever_they_are_drawn():
    turn = np.linspace(0, 2 * np.pi, 40)
    zero = np.column_stack([30 * np.cos(turn), 50 * np.sin(turn)])
    strokes = [zero + np.array([middle, 80]) for middle in (230, 310)]
    seen = centers_in_strokes(strokes, 100)
    for stroke, middle in zip(strokes, (230, 310), strict=True):
        assert np.median(seen.at(stroke)[0]) == pytest.approx(middle, abs=6)


def test_a_missing_file_is_named_with_the_way_to_get_it_back(tmp_path: Path):
    with pytest.raises(DataError, match=r"git checkout -- models/instances\.npz"):
        load_instance_network.__wrapped__(tmp_path / "models" / "instances.npz")
