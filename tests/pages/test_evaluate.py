import csv
import io

import numpy as np
import pytest

from core.recipe import PRESETS
from ui import resources


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("name", PRESETS)
def test_every_bundled_model(open_page, name: str):
    app = open_page("3_evaluate", model=name)
    assert not app.exception
    evaluation = resources.test_evaluation(name)
    assert metrics(app)["Test images, read right"] == f"{evaluation.accuracy:.2%}"
    assert metrics(app)["Mistakes among the test images"] == f"{len(evaluation.mistakes):,}"
    assert app.query_params["model"] == name
    table = app.dataframe[0].value
    np.testing.assert_allclose(table["Recall"], [s.recall * 100 for s in evaluation.digit_scores])
    assert app.segmented_control(key="evaluate_shares").set_value(True).run().exception == []


def test_choosing_another_model_changes_everything(open_page):
    app = open_page("3_evaluate")
    before = metrics(app)
    app.selectbox(key="evaluate_model").select("convolutional").run()
    assert metrics(app) != before
    assert app.query_params["model"] == "convolutional"
    # The choice follows to the other page.
    app.switch_page("pages/4_predict.py").run()
    assert app.selectbox(key="predict_model").value == "convolutional"


def test_all_mistakes_can_be_paged_through(open_page):
    app = open_page("3_evaluate", model="convolutional")
    count = len(resources.test_evaluation("convolutional").mistakes)
    last = -(-count // 18)
    app.get_by_key("evaluate_mistakes_page_convolutional").set_value(last).run()
    assert not app.exception
    # A model with fewer mistakes has fewer pages.
    app.selectbox(key="evaluate_model").select("augmented").run()
    assert not app.exception


def test_downloads(open_page):
    app = open_page("3_evaluate")
    assert {button.key for button in app.download_button} == {
        "download_matrix_png",
        "download_confusion_matrix",
        "download_digit_scores",
        "download_mistakes",
    }
    evaluation = resources.test_evaluation("article")
    matrix = list(csv.reader(io.StringIO(evaluation.confusion_csv())))[1:]
    assert [[int(value) for value in row[1:]] for row in matrix] == evaluation.confusion_matrix.tolist()
