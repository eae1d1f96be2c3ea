import tracemalloc

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from benchmarks.drawings import CANVAS, place
from core.analysis.morphology import measure
from core.data import Dataset
from core.drawing.strokes import as_strokes, draw
from core.ink import (
    MAX_STROKE_WIDTH,
    MIN_STROKE_WIDTH,
    InkBox,
    has_mnist_stroke_width,
    ink_box,
    normalize_stroke_width,
    stroke_width,
    to_mnist,
)

SIDE = 280
SEVEN = np.array([[0.0, 0.0], [0.6, 0.0], [0.2, 1.0]])
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


def seven(size: int, pen: int = 20) -> np.ndarray:
    """A Seven on a black canvas, ``size`` pixels high."""
    return draw([SEVEN * size + 35], pen, SIDE, SIDE)


def on_canvas(digit: np.ndarray, size: int, left: int, top: int) -> np.ndarray:
    """Put a picture on a black canvas, ``size`` pixels wide and high."""
    canvas = np.zeros((SIDE, SIDE), dtype=np.uint8)
    scaled = Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC)
    canvas[top : top + size, left : left + size] = scaled
    return canvas


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two pictures as a share of the ink of the first."""
    return float(np.abs(one.astype(float) - other).sum() / one.sum())


def test_form_of_mnist():
    image = to_mnist(seven(200))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() > 200
    assert len(np.unique(image)) > 10, "edges are gray"
    rows, _ = np.nonzero(image > 25)
    assert np.ptp(rows) + 1 in (19, 20, 21)
    assert ndimage.center_of_mass(image) == pytest.approx((14, 14), abs=0.1)


def test_a_digit_of_mnist_stays_as_it_is(mnist: Dataset):
    """But for the shift of up to half a pixel by which MNIST itself was rounded.

    With the center of mass half a pixel off, as in the middle of the frame, this is 0.8.
    """
    enlarged = np.kron(mnist.test_images[:200], np.ones((1, 10, 10), dtype=np.uint8))
    changes = [difference(old, to_mnist(new)) for old, new in zip(mnist.test_images, enlarged, strict=False)]
    assert np.mean(changes) < 0.3


@pytest.mark.parametrize("index", range(10))
def test_place_on_the_canvas_does_not_matter(index: int, mnist: Dataset):
    digit = mnist.test_images[index]
    middle = to_mnist(on_canvas(digit, 120, 80, 80))
    for left, top in ((0, 0), (160, 0), (0, 160), (160, 160), (37, 101)):
        np.testing.assert_array_equal(middle, to_mnist(on_canvas(digit, 120, left, top)))


@pytest.mark.parametrize("index", range(10))
def test_size_does_not_matter(index: int, mnist: Dataset):
    digit = mnist.test_images[index]
    large = to_mnist(on_canvas(digit, 280, 0, 0))
    for size in (70, 110, 190):
        assert difference(large, to_mnist(on_canvas(digit, size, 5, 9))) < 0.15


def test_shape_is_kept():
    wide = np.zeros((100, 100), dtype=np.uint8)
    wide[40:50, 10:90] = 255
    image = to_mnist(wide)
    assert image.sum() / 255 == pytest.approx(20 * 2.5, rel=0.02)
    assert (image.max(axis=0) > 100).sum() in (20, 21)
    assert (image.max(axis=1) > 100).sum() in (2, 3)


def test_gray_rgb_and_rgba_are_the_same_drawing():
    gray = seven(150)
    rgb = np.stack([gray] * 3, axis=-1)
    opaque = np.dstack([rgb, np.full_like(gray, 255)])
    transparent = np.dstack([np.full_like(rgb, 255), gray])
    unit = gray / 255
    for other in (rgb, opaque, transparent, gray.astype(float), unit, gray[..., None], opaque / 255):
        np.testing.assert_allclose(to_mnist(other), to_mnist(gray), atol=1)


def test_faint_ink_is_ink():
    gray = seven(150)
    np.testing.assert_allclose(to_mnist(gray // 4), to_mnist(gray), atol=6)


@pytest.mark.parametrize(
    "blank",
    [
        np.zeros((SIDE, SIDE), dtype=np.uint8),
        np.zeros((SIDE, SIDE, 4), dtype=np.uint8),
        np.dstack([np.full((SIDE, SIDE, 3), 255, np.uint8), np.zeros((SIDE, SIDE), np.uint8)]),
        np.zeros((0, 0), dtype=np.uint8),
        np.full((5, 5), 3, dtype=np.uint8),
    ],
    ids=["gray", "black", "transparent", "empty", "noise"],
)
def test_nothing_drawn_is_none(blank: np.ndarray):
    assert to_mnist(blank) is None
    assert ink_box(blank) is None


@pytest.mark.parametrize("pixels", [1, 2, 9])
def test_a_dot_and_a_line_of_few_pixels_work(pixels: int):
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[3, 5 : 5 + pixels] = 255
    assert to_mnist(image).shape == (28, 28)
    assert ink_box(image) == InkBox(5, 3, 5 + pixels, 4)
    assert ink_box(image).size == pixels


def test_all_ink_works():
    assert to_mnist(np.full((SIDE, SIDE), 255, np.uint8)).max() == 255


def test_another_shape_is_an_error():
    for shape in ((10,), (10, 10, 2), (1, 10, 10, 3)):
        with pytest.raises(ValueError, match="gray, RGB or RGBA"):
            to_mnist(np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_an_error(value: float):
    with pytest.raises(ValueError, match="infinite or not a number"):
        to_mnist(np.full((10, 10), value))


def test_booleans_and_pictures_of_pillow():
    gray = seven(150)
    np.testing.assert_array_equal(to_mnist(Image.fromarray(gray)), to_mnist(gray))
    black_and_white = np.where(gray > 127, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(to_mnist(gray > 127), to_mnist(black_and_white))


@pytest.mark.parametrize("pen", [2, 4, 8, 20, 40])
def test_a_thin_pen_is_as_black_as_a_thick_one(pen: int):
    assert to_mnist(seven(200, pen)).max() == 255


def test_a_photograph_takes_little_memory():
    photograph = np.zeros((3000, 4000), dtype=np.uint8)
    photograph[500:2500, 1900:2100] = 200
    tracemalloc.start()
    assert to_mnist(photograph) is not None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * photograph.nbytes


def test_test_images_are_read_as_well_as_before(bundled_model, bundled_evaluation, mnist: Dataset):
    """Bringing MNIST to MNIST's form must not cost accuracy."""
    from core.evaluation import evaluate

    images = np.stack([to_mnist(on_canvas(d, 168, 60, 50)) for d in mnist.test_images[:500]])
    labels = mnist.test_labels[:500]
    before = bundled_evaluation("article").correct[:500].mean()
    assert evaluate(bundled_model("article"), images, labels).accuracy >= before - 0.02


def drawn(strokes: list, pen: float, size: float = 0.3) -> np.ndarray:
    placed = place(as_strokes(strokes), CANVAS * size, pen, np.random.default_rng(0))
    return draw(placed, pen, CANVAS, CANVAS)


def pieces_and_holes(ink: np.ndarray) -> tuple[int, int]:
    around = np.pad(ink > ink.max() / 2, 1)
    return ndimage.label(around, np.ones((3, 3)))[1], ndimage.label(~around)[1] - 1


def test_the_widths_are_those_of_eight_in_ten_digits_of_mnist(mnist: Dataset):
    thickness = measure(mnist.train_images[:5000]).thickness
    assert np.quantile(thickness, (0.1, 0.9)) / 20 == pytest.approx(
        (MIN_STROKE_WIDTH, MAX_STROKE_WIDTH), abs=0.005
    )
    assert thickness.mean() == pytest.approx(2.45, abs=0.05)


@pytest.mark.parametrize("pen", [6, 10, 20])
def test_stroke_width_of_a_line(pen: int):
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
    assert pieces_and_holes(normalize_stroke_width(ink)) == pieces_and_holes(ink)


@pytest.mark.parametrize(("pen", "fits"), [(8, False), (18, True), (24, True), (60, False)])
def test_a_pen_as_in_mnist_is_left_alone(pen: int, fits: bool):
    ink = drawn(THREE, pen, 0.5)
    rows, columns = np.nonzero(ink)
    cropped = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert has_mnist_stroke_width(cropped.astype(np.float32)) == fits
