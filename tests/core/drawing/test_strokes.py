from itertools import pairwise

import numpy as np
import pytest

from core import ink
from core.analysis import morphology
from core.data import load_mnist
from core.drawing import strokes

BAR = [np.array([[10.0, 10.0], [10.0, 90.0]])]
SEVEN = [np.array([[0.0, 0.0], [60.0, 0.0], [20.0, 100.0]]), np.array([[20.0, 50.0], [60.0, 50.0]])]


def canvas_path(*commands):
    return {"type": "path", "strokeWidth": 20, "path": [list(command) for command in commands]}


def test_the_paths_of_the_canvas_are_read_with_their_curves():
    (stroke,) = strokes.read_strokes([canvas_path(("M", 0, 0), ("Q", 10, 0, 10, 10), ("L", 10, 40))])
    # A quadratic curve in its middle is a quarter start, half control point, a quarter end.
    np.testing.assert_allclose(stroke, [[0, 0], [7.5, 2.5], [10, 10], [10, 40]])


def test_the_same_digit_is_the_same_picture_at_any_size_and_place():
    small = strokes.strokes_to_mnist([stroke * 0.3 + 40 for stroke in SEVEN])
    large = strokes.strokes_to_mnist([stroke * 2.7 for stroke in SEVEN])
    assert small is not None
    assert large is not None
    assert small.shape == (28, 28)
    assert small.dtype == np.uint8
    assert np.abs(small.astype(int) - large).mean() < 2


def test_the_drawing_has_the_size_place_and_pen_of_mnist():
    image = strokes.strokes_to_mnist(SEVEN)
    assert image is not None
    box = ink.ink_box(image)
    assert box is not None
    assert box.size in (20, 21)
    rows, columns = np.indices(image.shape) + 0.5
    assert (rows * image).sum() / image.sum() == pytest.approx(ink.CENTER, abs=0.1)
    assert (columns * image).sum() / image.sum() == pytest.approx(ink.CENTER, abs=0.1)
    typical = morphology.measure(load_mnist().train_images[:5000]).thickness
    assert morphology.measure(image[np.newaxis]).thickness[0] == pytest.approx(
        typical.mean(), abs=typical.std()
    )


def test_a_trembling_hand_draws_the_same_digit():
    smooth = [strokes.as_strokes([np.linspace(*ends, 80)])[0] for ends in pairwise(SEVEN[0])]
    tremor = np.random.default_rng(0).normal(0, 0.7, (80, 2))
    still = strokes.strokes_to_mnist(smooth)
    shaken = strokes.strokes_to_mnist([stroke + tremor for stroke in smooth])
    assert still is not None
    assert shaken is not None
    assert np.abs(still.astype(int) - shaken).sum() / still.sum() < 0.15


def test_a_straight_stroke_and_a_dot_have_a_picture():
    bar = strokes.strokes_to_mnist(BAR)
    assert bar is not None
    assert bar.max() == 255
    assert 2 <= (bar[14] > 127).sum() <= 3
    dot = strokes.strokes_to_mnist([np.array([[5.0, 5.0]])])
    assert dot is not None
    assert dot.max() == 255


def test_a_touch_of_the_pen_is_a_dot_and_a_digit_is_none():
    assert strokes.is_dot([np.array([[100.0, 100.0], [103.0, 101.0]])], 20)
    assert not strokes.is_dot(SEVEN, 20)
    assert not strokes.is_dot(BAR, 8)


def test_nothing_drawn_is_no_picture():
    assert strokes.strokes_to_mnist(strokes.read_strokes([])) is None
    assert strokes.strokes_to_mnist(strokes.as_strokes([[]])) is None


@pytest.mark.parametrize(
    "objects",
    [
        [canvas_path(("M", 0, 0), ("L", float("nan"), 3))],
        [canvas_path(("M", 0, 0), ("L", 1e400, 3))],
        [canvas_path(("M", 0, 0), ("L", 1e300, 3))],
        [canvas_path(("M", 0, 0), ("L", 10**400, 3))],
        [canvas_path(("M", 0, "x"))],
        [canvas_path(("M",))],
        [canvas_path(("M", None, None))],
        [canvas_path(("Q", 1))],
        [{"type": "rect"}],
        ["path"],
        [canvas_path(("M", 0, 0))] * 10_000,
        [canvas_path(("M", 0, 0), *[("L", 1, 1)] * 60_000)],
    ],
)
def test_what_is_no_path_raises_a_sentence(objects):
    with pytest.raises(strokes.StrokeError, match="Clear"):
        strokes.read_strokes(objects)


@pytest.mark.parametrize("width", ["wide", None, float("nan"), -1, 1e9, 10**400])
def test_what_is_no_pen_width_raises_a_sentence(width):
    with pytest.raises(strokes.StrokeError, match="Clear"):
        strokes.read_pen_width([{"strokeWidth": width}])
    with pytest.raises(strokes.StrokeError, match="Clear"):
        strokes.read_pen_width([{}])
    assert strokes.read_pen_width([{"strokeWidth": 8}, {"strokeWidth": 20}]) == 20


def test_a_scribble_is_drawn_again_with_about_as_many_points_as_a_digit(monkeypatch):
    put_down = []
    monkeypatch.setattr(strokes.ImageDraw.ImageDraw, "ellipse", lambda self, *_, **__: put_down.append(1))
    scribble = [np.random.default_rng(n).random((40, 2)) * 280 for n in range(100)]
    assert strokes.strokes_to_mnist(strokes.as_strokes(scribble)) is not None
    assert len(put_down) <= 1000
