"""What of Predict can be tested without a browser; drawing is in tests/browser."""

import re
import time
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from core.drawing import strokes
from core.drawing.detector import Likeness
from core.jobs.tensorflow_loader import TensorFlowLoader, TensorFlowLoadError
from tests.pages.actions import FACE, ONE, SEVEN, book, draw, sent
from tests.pages.conftest import words
from ui import resources
from ui.drawing import Drawing

EMPTY = "Draw a digit from 0 to 9 in the black box. Without a mouse, choose *Test image* or *Photo*."


def test_an_empty_canvas_asks_for_a_digit(open_page):
    app = open_page("4_predict")
    assert app.info[0].value == EMPTY
    for key in ("predict_canvas_undo", "predict_canvas_clear"):
        app.button(key=key).click().run()
        assert app.info[0].value == EMPTY


def test_a_drawing_is_read_and_survives_another_page(open_page):
    app = draw(open_page("4_predict", model="convolutional"), ONE)
    assert app.metric[0].value == "1"
    app.switch_page("pages/0_home.py").run()
    app.switch_page("pages/4_predict.py").run()
    assert app.metric[0].value == "1"
    app.button(key="predict_canvas_clear").click().run()
    assert not app.metric
    assert app.info[0].value == EMPTY


def test_a_small_digit_with_a_thick_pen_is_read_as_a_large_one_with_a_thin_pen(open_page):
    app = open_page("4_predict", model="article")
    small = [(200 + x / 6, 10 + y / 6) for x, y in SEVEN]
    answers = [
        [metric.value for metric in draw(app, *strokes, pen=pen).metric[:2]]
        for strokes, pen in (((SEVEN,), 8), ((small,), 40))
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == "7"


def test_a_dot_asks_for_a_digit(open_page):
    app = draw(open_page("4_predict"), [(130.0, 150.0)])
    assert "only a dot" in app.info[0].value


def test_undo_goes_back_stroke_by_stroke():
    drawing = Drawing()
    drawing.receive(sent(ONE))
    drawing.receive(sent(ONE, SEVEN))
    drawing.replace(drawing.objects[:-1])
    (stroke,) = drawing.strokes
    np.testing.assert_array_equal(stroke, ONE)
    for garbage in (None, [], "x", {}, {"raw": None}, {"raw": [1]}, {"raw": {"objects": "x"}}):
        other = Drawing()
        other.receive(garbage)
        assert other.strokes == ()
    first = drawing.initial
    drawing.replace([])
    assert drawing.strokes == ()
    assert drawing.initial != first, "the canvas takes up only what differs"


@pytest.mark.parametrize(
    "strokes",
    [[[(float("nan"), 3.0), (1.0, 1.0)]], [ONE] * 10_000, [[("x", "y")]]],
    ids=["nan", "10,000 strokes", "no numbers"],
)
def test_a_drawing_that_cannot_be_read_is_a_sentence_and_can_be_cleared(open_page, strokes):
    app = draw(open_page("4_predict"), *strokes)
    assert "Clear" in app.warning[0].value
    app.button(key="predict_canvas_clear").click().run()
    assert app.info[0].value == EMPTY


def test_a_test_image_stays_until_another_is_asked_for(open_page):
    def shown(app) -> str:
        return next(text.value for text in app.markdown if text.value.startswith("Image "))

    app = open_page("4_predict")
    # Nobody doubts this 7; one random test image in 25 is rejected and has no metric.
    app.session_state["predict_index"] = 0
    app.segmented_control(key="predict_source").set_value("Test image").run()
    assert not app.exception
    assert (app.metric[0].label, app.metric[0].value) == ("Prediction", "7")
    first = shown(app)
    app.selectbox(key="predict_model").select("softmax").run()
    assert shown(app) == first, "two models must be comparable on one image"
    for _ in range(3):
        app.button(key="predict_another").click().run()
    assert shown(app) != first


def test_every_explanation_works_for_any_source(open_page):
    app = draw(open_page("4_predict", model="article"), SEVEN)
    for source in ("One digit", "Test image"):
        app.segmented_control(key="predict_source").set_value(source).run()
        ways = app.pills(key="predict_why").options
        said = set()
        for way in ways:
            app.pills(key="predict_why").set_value(way).run()
            assert not app.exception
            said.add((words(app), tuple(metric.label for metric in app.metric)))
        assert len(said) == len(ways), "each shows something of its own"


def test_without_normalization_a_small_digit_in_a_corner_is_misread(open_page):
    app = draw(open_page("4_predict", model="article"), [(10 + x / 5, 220 + y / 5) for x, y in SEVEN], pen=8)
    app.pills(key="predict_why").set_value("Preprocessing").run()
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Resize only"] != "7"
    assert values["+ normalize stroke width"] == "7"


def beside(strokes: list[tuple[float, float]], place: int) -> list[tuple[float, float]]:
    """A digit made small enough for a number, at its place from the left."""
    return [(20 + 100 * place + x / 3, 30 + y / 3) for x, y in strokes]


def test_a_number_is_read_digit_by_digit(open_page):
    app = open_page("4_predict", model="convolutional")
    app.segmented_control(key="predict_source").set_value("Several digits").run()
    assert "digits side by side" in app.info[0].value
    drawing = app.session_state["predict_row_canvas_drawing"]
    drawing.receive(sent(beside(SEVEN, 0), beside(ONE, 1), beside(SEVEN, 2), pen=8))
    app.run()
    assert not app.exception
    assert app.metric[0].value == "717"
    app.segmented_control(key="predict_row_digit").set_value(1).run()
    app.pills(key="predict_means").set_value(1).run()
    assert not app.exception
    (kept_digit,) = book(app).drawings()
    assert (kept_digit.label, kept_digit.answer) == (1, 1)
    np.testing.assert_allclose(kept_digit.strokes[0], beside(ONE, 1), atol=0.05)
    app.pills(key="predict_why").set_value("Preprocessing").run()
    assert "+ normalize stroke width" in [metric.label for metric in app.metric]
    assert "predict_save_json" in {button.key for button in app.download_button}

    drawing.receive(sent(beside(ONE, 0), pen=8))
    app.run()
    assert app.metric[0].value == "1", "a number of one digit is one digit"
    drawing.receive(sent([(200, 40), (200, 220)], [(211, 40), (211, 220)], pen=8))
    app.run()
    assert app.warning[0].value == "Uncertain: it may be another digit, or more than one."
    drawing.receive(sent(*[[(x / 2 + 20, y / 2 + 20) for x, y in stroke] for stroke in FACE], pen=8))
    app.run()
    assert "not a digit" in app.warning[0].value.lower(), "nor is a face a number"
    drawing.receive(sent(*(beside(ONE, place) for place in range(0, 40)), pen=8))
    app.run()
    assert "Write fewer" in app.warning[0].value


def test_two_digits_on_the_canvas_for_one_are_taken_over_to_the_canvas_for_a_number(open_page):
    app = open_page("4_predict", model="convolutional")
    draw(app, [(70.0, 60.0), (70.0, 250.0)], [(180 + x, y) for x, y in SEVEN])
    assert app.warning[0].value == "Looks like more than one digit: switch to *Several digits*."
    assert "predict_means" not in app.session_state, "it is no example of one digit"
    app.button(key="predict_switch").click().run()
    assert not app.exception
    assert app.segmented_control(key="predict_source").value == "Several digits"
    assert app.metric[0].value == "17"
    ink = np.concatenate(app.session_state["predict_row_canvas_drawing"].strokes)
    np.testing.assert_allclose((ink.min(axis=0) + ink.max(axis=0)) / 2, [300, 150])
    assert (np.ptp(ink, axis=0) < [600, 300]).all()

    app.segmented_control(key="predict_source").set_value("One digit").run()
    assert draw(app, SEVEN).metric[0].value == "7", "the other canvas stays as it is"


def test_no_percentage_claims_certainty(open_page):
    app = draw(open_page("4_predict", model="convolutional"), ONE)
    assert app.metric[1].label == "Confidence"
    app.pills(key="predict_why").set_value("Other models' predictions").run()
    assert "100" not in words(app) + "".join(f"{metric.value} {metric.delta}" for metric in app.metric)


def test_a_face_is_rejected_and_the_threshold_can_be_moved(open_page):
    app = draw(open_page("4_predict", model="article"), *FACE)
    assert app.warning[0].value == "Not a digit (out of distribution): more like a letter or symbol."
    assert "Best guess" in words(app)
    app.pills(key="predict_why").set_value("Out-of-distribution detector").run()
    assert not app.exception
    app.slider(key="predict_strictness").set_value(0.0).run()
    assert not app.warning, "nothing is rejected"
    assert "Now it rejects 0.0% of the test digits and 0.0% of non-digits" in words(app)
    assert app.metric[0].label == "Prediction"
    app.slider(key="predict_strictness").set_value(0.2).run()
    assert draw(app, *FACE).warning


def test_what_only_a_strict_threshold_rejects_is_told_with_doubt(open_page):
    app = draw(open_page("4_predict"), SEVEN)
    assert not app.warning
    app.pills(key="predict_why").set_value("Out-of-distribution detector").run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.drawing.detector.Detector.p_value", lambda _, images: np.full(len(images), 0.1))
        app.slider(key="predict_strictness").set_value(0.2).run()
        assert app.warning[0].value.startswith("Perhaps not a digit")


def test_all_ink_is_rejected(open_page):
    lines = [[(5.0, y), (275.0, y)] for y in np.arange(5.0, 280.0, 15.0)]
    app = draw(open_page("4_predict"), *lines, pen=20)
    assert app.warning[0].value.startswith("Not a digit (out of distribution)")


def test_a_letter_of_two_strokes_is_no_number_for_certain(open_page):
    legs, bar = [(60.0, 240.0), (140.0, 40.0), (220.0, 240.0)], [(90.0, 170.0), (190.0, 170.0)]
    app = draw(open_page("4_predict"), legs, bar)
    assert "letter or symbol" in app.warning[0].value


def test_what_each_refused_drawing_is_like_has_words(open_page, monkeypatch):
    app = draw(open_page("4_predict"), *FACE)
    for likeness in (*Likeness, None):
        monkeypatch.setattr("core.drawing.detector.Detector.likeness", lambda *_, likeness=likeness: likeness)
        app.run()
        assert app.warning[0].value.endswith(".")
    assert app.warning[0].value == "Not a digit (out of distribution): perhaps a letter, symbol or scribble."


def test_a_scribble_is_called_one(open_page):
    angle = np.linspace(0, 8 * np.pi, 200)
    spiral = 140 + 12 * (1 + angle[:, np.newaxis] / 3) * np.column_stack([np.cos(angle), np.sin(angle)])
    app = draw(open_page("4_predict"), spiral.tolist(), pen=8)
    assert app.warning[0].value == "Not a digit (out of distribution): more like a scribble."


def test_the_canvas_has_the_button_that_sends_a_stroke_at_once():
    # Neither can be imported without a server.
    places = [Path(find_spec(name).origin) for name in ("streamlit_drawable_canvas", "ui.drawing_pad")]
    (script,) = places[0].parent.glob("frontend/build/index-*.js")
    (button,) = re.findall(r'SEND_BUTTON = "(.+)"', places[1].read_text(encoding="utf-8"))
    assert button in script.read_text(encoding="utf-8")


def test_the_nearest_training_digits_are_of_the_kind_that_was_drawn(open_page):
    app = draw(open_page("4_predict"), ONE)
    app.pills(key="predict_why").set_value("Nearest neighbors").run()
    assert not app.exception
    image = strokes.strokes_to_mnist([np.array(ONE)])
    nearest, _ = resources.neighbor_index().nearest(image[np.newaxis], 12)
    assert (resources.mnist().train_labels[nearest] == 1).all()


def test_without_tensorflow_the_page_says_what_to_do(open_page, monkeypatch: pytest.MonkeyPatch):
    broken = TensorFlowLoader()
    monkeypatch.setattr(broken, "load", Mock(side_effect=TensorFlowLoadError("TensorFlow cannot be loaded.")))
    monkeypatch.setattr(resources, "tensorflow_loader", broken)
    app = open_page("4_predict")
    assert not app.exception
    assert app.error[0].value == "TensorFlow cannot be loaded."


def test_a_page_waits_for_tensorflow(open_page, monkeypatch: pytest.MonkeyPatch):
    slow = TensorFlowLoader()
    load = slow.load
    monkeypatch.setattr(slow, "load", lambda: (time.sleep(0.5), load()))
    monkeypatch.setattr(resources, "tensorflow_loader", slow)
    app = open_page("4_predict")
    assert not app.exception
    assert slow.is_loaded
    assert app.info[0].value == EMPTY
