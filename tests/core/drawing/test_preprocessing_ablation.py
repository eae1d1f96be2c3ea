import numpy as np

from core.drawing import preprocessing_ablation, strokes
from core.ink import CENTER, ink_box

ONE_IN_A_CORNER = [np.array([[20.0, 30.0], [40.0, 20.0], [40.0, 90.0]])]


def normalized() -> dict[str, np.ndarray]:
    canvas = strokes.draw(ONE_IN_A_CORNER, 16, 280, 280)
    ways = preprocessing_ablation.normalize(canvas, strokes.strokes_to_mnist(ONE_IN_A_CORNER))
    assert len({way.title for way in ways}) == len({way.text for way in ways}) == 4
    return dict(zip(("raw", "boxed", "centered", "redrawn"), (way.image for way in ways), strict=True))


def test_each_way_does_what_it_says():
    images = normalized()
    for image in images.values():
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
    raw = ink_box(images["raw"])
    assert raw is not None
    assert (raw.right, raw.size) < (6, 10), "small, and where it was"
    boxed = ink_box(images["boxed"])
    assert boxed is not None
    assert (boxed.top, boxed.bottom) == (4, 24)
    assert abs(boxed.left + boxed.right - 28) <= 1
    for name in ("centered", "redrawn"):
        image = images[name]
        rows, columns = np.indices(image.shape) + 0.5
        assert abs((columns * image).sum() / image.sum() - CENTER) < 0.15
        assert abs((rows * image).sum() / image.sum() - CENTER) < 0.15
    assert images["redrawn"].sum() < 0.7 * images["centered"].sum(), "with a thinner pen"


def test_an_upload_has_no_path_to_draw_again():
    assert len(preprocessing_ablation.normalize(strokes.draw(ONE_IN_A_CORNER, 16, 280, 280))) == 3


def test_nothing_drawn_is_nothing_to_show():
    assert preprocessing_ablation.normalize(np.zeros((280, 280), dtype=np.uint8)) == ()
