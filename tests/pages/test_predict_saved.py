"""Drawings on Predict that are kept for fine-tuning, or taken home."""

import json

import numpy as np

from core.store import drawings
from core.store.drawings import KEEP_VARIABLE
from tests.pages.actions import ONE, SEVEN, book, draw
from ui import resources


def test_a_misclassified_drawing_is_saved_with_its_label(open_page):
    app = draw(open_page("4_predict", model="article"), SEVEN)
    app.pills(key="predict_means").set_value(1).run()
    (drawing,) = book(app).drawings()
    assert (drawing.label, drawing.answer, drawing.run_id) == (1, 7, "article")
    np.testing.assert_allclose(drawing.strokes[0], SEVEN)
    app.pills(key="predict_means").set_value(7).run()
    assert [drawing.label for drawing in book(app).drawings()] == [7], "corrected, not kept twice"

    draw(app, ONE)
    assert app.pills(key="predict_means").value is None, "nothing has been said of the new drawing"
    assert len(book(app)) == 1
    app.pills(key="predict_means").set_value(1).run()
    app.pills(key="predict_means").set_value(None).run()
    assert [drawing.label for drawing in book(app).drawings()] == [7], "taken back"


def test_a_test_image_cannot_be_stored_for_fine_tuning(open_page):
    app = open_page("4_predict")
    app.segmented_control(key="predict_source").set_value("Test image").run()
    assert "predict_means" not in app.session_state


def test_a_full_book_is_a_sentence(open_page, monkeypatch):
    monkeypatch.setattr(drawings, "MAX_PER_OWNER", 1)
    app = draw(open_page("4_predict", model="article"), SEVEN)
    app.pills(key="predict_means").set_value(7).run()
    draw(app, ONE).pills(key="predict_means").set_value(1).run()
    assert "1 saved drawings" in app.toast[0].value
    assert app.pills(key="predict_means").value is None


def test_an_operator_can_switch_keeping_off(open_page, monkeypatch):
    app = draw(open_page("4_predict"), SEVEN)
    app.pills(key="predict_means").set_value(7).run()
    monkeypatch.setenv(KEEP_VARIABLE, " Off")
    app = draw(open_page("4_predict"), SEVEN)
    assert "predict_means" not in app.session_state
    assert app.metric
    app = open_page("6_teach")
    assert "does not save drawings" in app.info[0].value
    assert "teach_start" not in {button.key for button in app.button}


def test_the_drawing_and_its_prediction_can_be_downloaded(open_page):
    from core.drawing.strokes import draw as draw_strokes
    from ui.predict import save
    from ui.predict.prediction import Classifier, Prediction, Sketch

    app = draw(open_page("4_predict", model="article"), SEVEN)
    assert {button.key for button in app.download_button} >= {"predict_save_png", "predict_save_json"}
    strokes = app.session_state["predict_canvas_drawing"].strokes
    sketch = Sketch(np.zeros((28, 28), np.uint8), lambda: draw_strokes(strokes, 20, 280, 280), strokes)
    classifier = Classifier(resources.store().get("article"), None)
    saved = save.as_data(Prediction(sketch, classifier, np.full(10, 0.1, np.float32)))
    json.dumps(saved)
    assert saved["strokes"] == [[list(point) for point in SEVEN]]
    assert len(saved["probabilities"]) == 10
    assert save._png(sketch.canvas).startswith(b"\x89PNG")
