import numpy as np
import pytest
from scipy import ndimage

from benchmarks.drawings import CANVAS, place
from core.analysis.morphology import measure
from core.data import Dataset
from core.drawing.strokes import as_strokes, draw
from core.ink import THICKEST, THINNEST, has_width_of_mnist, stroke_width, to_mnist, with_width_of_mnist

THREE = [[[100, 100], [450, 0], [700, 250], [350, 480], [750, 700], [450, 1000], [50, 900]]]
EIGHT = [
    [
        [500, 480],
        [150, 250],
        [500, 0],
        [850, 250],
        [500, 480],
        [100, 760],
        [500, 1000],
        [900, 760],
        [500, 480],
    ]
]


def drawn(strokes: list, pen: float, size: float = 0.3) -> np.ndarray:
    placed = place(as_strokes(strokes), CANVAS * size, pen, np.random.default_rng(0))
    return draw(placed, pen, CANVAS, CANVAS)


def pieces_and_holes(ink: np.ndarray) -> tuple[int, int]:
    around = np.pad(ink > ink.max() / 2, 1)
    return ndimage.label(around, np.ones((3, 3)))[1], ndimage.label(~around)[1] - 1


def test_the_widths_are_those_of_eight_in_ten_digits_of_mnist(mnist: Dataset):
    thickness = measure(mnist.train_images[:5000]).thickness
    assert np.quantile(thickness, (0.1, 0.9)) / 20 == pytest.approx((THINNEST, THICKEST), abs=0.005)
    assert thickness.mean() == pytest.approx(2.45, abs=0.05)


@pytest.mark.parametrize("pen", [6, 10, 20])
def test_width_of_a_line(pen: int):
    line = np.zeros((40, 300), dtype=np.float32)
    line[10 : 10 + pen, 20:280] = 0.8
    assert stroke_width(line) == pytest.approx(pen, rel=0.1)


@pytest.mark.parametrize("pen", [8, 12, 16, 20, 24])
def test_a_small_digit_with_a_thick_pen_is_no_blob(pen: int):
    image = to_mnist(drawn(THREE, pen))
    assert measure(image[np.newaxis]).thickness[0] < 4


def test_a_large_digit_with_a_thin_pen_is_no_hair():
    image = to_mnist(drawn(THREE, 3, 0.9))
    assert measure(image[np.newaxis]).thickness[0] > 1.5


@pytest.mark.parametrize("strokes", [THREE, EIGHT])
@pytest.mark.parametrize("pen", [2, 6, 12, 16])
def test_strokes_stay_together_and_holes_open(strokes: list, pen: int):
    ink = drawn(strokes, pen, 0.4).astype(np.float32)
    assert pieces_and_holes(with_width_of_mnist(ink)) == pieces_and_holes(ink)


@pytest.mark.parametrize(("pen", "fits"), [(8, False), (18, True), (24, True), (60, False)])
def test_a_pen_as_in_mnist_is_left_alone(pen: int, fits: bool):
    ink = drawn(THREE, pen, 0.5)
    rows, columns = np.nonzero(ink)
    cropped = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert has_width_of_mnist(cropped.astype(np.float32)) == fits
