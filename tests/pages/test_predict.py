"""What of Predict can be tested without a browser; drawing is in tests/browser."""

import base64
import io

import numpy as np
from PIL import Image

from ui.drawing import MAX_SNAPSHOTS, Drawing

CANVAS = 280


def sent(ink: np.ndarray, strokes: int, pen: int = 20) -> dict:
    """What the canvas sends after a stroke."""
    picture = Image.fromarray(np.dstack([ink] * 3 + [np.full_like(ink, 255)]))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    url = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    return {"raw": {"objects": [{"strokeWidth": pen}] * strokes}, "data": url}


def canvas(top: int, bottom: int) -> np.ndarray:
    ink = np.zeros((CANVAS, CANVAS), dtype=np.uint8)
    ink[top:bottom, 130:150] = 255
    return ink


def test_an_empty_canvas_asks_for_a_digit(open_page):
    app = open_page("4_predict")
    assert app.info[0].value == "Draw a digit from 0 to 9 on the black field."
    for key in ("predict_canvas_undo", "predict_canvas_clear"):
        app.button(key=key).click().run()
        assert app.info[0].value == "Draw a digit from 0 to 9 on the black field."


def test_a_drawing_is_read_and_survives_another_page(open_page):
    app = open_page("4_predict", model="convolutional")
    drawing = app.session_state["predict_canvas_drawing"]
    drawing.receive(sent(canvas(40, 240), strokes=1))
    app.run()
    assert not app.exception
    assert app.metric[0].value == "1 · One"
    app.switch_page("pages/0_home.py").run()
    app.switch_page("pages/4_predict.py").run()
    assert app.metric[0].value == "1 · One"
    app.button(key="predict_canvas_clear").click().run()
    assert not app.metric
    assert "Draw a digit" in app.info[0].value


def test_a_dot_asks_for_a_digit(open_page):
    app = open_page("4_predict")
    app.session_state["predict_canvas_drawing"].receive(sent(canvas(130, 150), strokes=1))
    app.run()
    assert "only a dot" in app.info[0].value


def test_undo_goes_back_stroke_by_stroke():
    drawing = Drawing()
    one, two = canvas(40, 100), canvas(40, 240)
    drawing.receive(sent(one, strokes=1))
    drawing.receive(sent(two, strokes=2))
    drawing.replace(drawing.strokes[:-1])
    np.testing.assert_array_equal(drawing.image[..., 0], one)
    first = drawing.initial
    drawing.replace([])
    assert drawing.image is None, "nothing is drawn"
    assert drawing.initial != first, "the canvas takes up only what differs"
    drawing.replace([])
    assert drawing.image is None


def test_a_test_image_stays_until_another_is_asked_for(open_page):
    def shown(app) -> str:
        return next(text.value for text in app.markdown if text.value.startswith("Test image"))

    app = open_page("4_predict")
    app.segmented_control(key="predict_source").set_value("sample").run()
    assert not app.exception
    assert " · " in app.metric[0].value
    first = shown(app)
    app.selectbox(key="predict_model").select("softmax").run()
    assert shown(app) == first, "two models must be comparable on one image"
    for _ in range(3):
        app.button(key="predict_another").click().run()
    assert shown(app) != first


def test_a_picture_of_another_size_is_not_decoded():
    drawing = Drawing()
    drawing.receive(sent(np.zeros((3000, 3000), dtype=np.uint8), strokes=1))
    assert drawing.image is None


def test_many_strokes_do_not_fill_the_memory():
    drawing = Drawing()
    for count in range(1, 200):
        drawing.receive(sent(canvas(40, 40 + count), strokes=count))
    assert len(drawing.snapshots) == MAX_SNAPSHOTS
    assert drawing.image is not None
