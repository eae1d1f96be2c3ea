"""The view Results: accuracy, the confusion matrix, and the images of a cell."""

import io
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from core.analysis.significance import wilson
from core.plots import accuracy_charts, figures
from tests.pages.conftest import words
from tests.pages.evaluate.views import metrics, text
from ui import resources
from ui.evaluate import results, widgets
from ui.evaluate.results import ALL


def test_the_accuracy_and_its_interval(seen):
    app = seen("relu", "Results")
    evaluation = resources.test_evaluation("relu")
    interval = wilson(int(evaluation.correct.sum()), 10_000)
    assert metrics(app)["Test accuracy"] == f"{evaluation.accuracy:.2%}"
    assert metrics(app)["Training accuracy"] == f"{resources.store().get('relu').train_accuracy:.2%}"
    said = text(app, "test_interval")
    assert f"Misclassified test images: **{len(evaluation.errors):,}** of 10,000" in said
    assert f"95% confidence interval: **{interval.low:.2%} – {interval.high:.2%}**" in said
    table = app.dataframe[0].value
    np.testing.assert_allclose(table["Recall"], [s.recall * 100 for s in evaluation.digit_scores])


def test_who_wants_to_guess_first_sees_the_matrix_afterwards(open_page):
    app = open_page("3_evaluate", view="Results")
    assert app.get_by_key("evaluate_matrix") is not None, "nobody has to guess"
    app.toggle(key="evaluate_guess_first").set_value(True).run()
    with pytest.raises(KeyError):
        app.get_by_key("evaluate_matrix")
    assert app.button(key="evaluate_guess").disabled
    most_frequent = resources.test_evaluation("article").confusions[0]
    app.selectbox(key="evaluate_guess_digit").select(most_frequent.label).run()
    app.selectbox(key="evaluate_guess_answer").select(most_frequent.label).run()
    assert app.button(key="evaluate_guess").disabled
    assert "That would be correct." in words(app)
    app.selectbox(key="evaluate_guess_answer").select(most_frequent.prediction).run()
    app.button(key="evaluate_guess").click().run()
    assert not app.exception
    result = text(app, "evaluate_guess_result")
    assert "Exactly!" in result
    assert f": {most_frequent.count} images." in result
    assert "3 of 3 points" in result
    assert app.get_by_key("evaluate_matrix") is not None
    # Another model is another guess, and the points add up.
    app.selectbox(key="evaluate_model").select("relu").run()
    never = next(
        (digit, answer)
        for digit in range(10)
        for answer in range(10)
        if digit != answer and resources.test_evaluation("relu").confusion_matrix[digit, answer] == 0
    )
    app.selectbox(key="evaluate_guess_digit").select(never[0]).run()
    app.selectbox(key="evaluate_guess_answer").select(never[1]).run()
    app.button(key="evaluate_guess").click().run()
    assert "That never happens." in text(app, "evaluate_guess_result")
    assert "3 of 6 points" in words(app)


@pytest.mark.parametrize(("digit", "answer"), [(4, 9), (8, None), (None, 3), (None, None)])
def test_a_cell_shows_its_images(open_page, digit, answer):
    app = open_page("3_evaluate", model="article")
    app.selectbox(key="evaluate_cell_digit").select(ALL if digit is None else digit).run()
    app.selectbox(key="evaluate_cell_answer").select(ALL if answer is None else answer).run()
    assert not app.exception
    evaluation = resources.test_evaluation("article")
    found = evaluation.select(digit, answer)
    assert f"{len(found):,} images" in words(app)
    opened = [b.key for b in app.button if b.key and "_open_" in b.key]
    assert [int(key.rsplit("_", 1)[1]) for key in opened] == found[:12].tolist()
    app.toggle(key="evaluate_mistakes_only").set_value(True).run()
    wrong = found[evaluation.predictions[found] != evaluation.labels[found]]
    assert f"{len(wrong):,} images" in words(app) or len(wrong) == 0


def test_the_images_of_the_most_frequent_confusion_are_shown_until_another_cell_is_chosen(open_page):
    app = open_page("3_evaluate", model="article")
    first = resources.test_evaluation("article").confusions[0]
    assert f"true {first.label} → predicted {first.prediction} · {first.count} images" in words(app)
    app.selectbox(key="evaluate_model").select("softmax").run()
    other = resources.test_evaluation("softmax").confusions[0]
    assert (other.label, other.prediction) != (first.label, first.prediction)
    assert f"true {other.label} → predicted {other.prediction} · {other.count} images" in words(app)
    # What was chosen stays, so that models can be compared.
    app.selectbox(key="evaluate_cell_digit").select(7).run()
    app.selectbox(key="evaluate_cell_answer").select(2).run()
    app.selectbox(key="evaluate_model").select("relu").run()
    count = resources.test_evaluation("relu").confusion_matrix[7, 2]
    assert f"true 7 → predicted 2 · {count} images" in words(app)


def test_an_empty_cell_is_a_sentence(open_page):
    app = open_page("3_evaluate", model="convolutional")
    empty = np.argwhere(resources.test_evaluation("convolutional").confusion_matrix == 0)[0]
    app.selectbox(key="evaluate_cell_digit").select(int(empty[0])).run()
    app.selectbox(key="evaluate_cell_answer").select(int(empty[1])).run()
    assert "There is no such image." in words(app)
    assert not app.exception


def test_an_image_opens_large(open_page):
    app = open_page("3_evaluate", model="article")
    app.selectbox(key="evaluate_cell_digit").select(4).run()
    app.selectbox(key="evaluate_cell_answer").select(9).run()
    index = int(resources.test_evaluation("article").select(4, 9)[0])
    next(b for b in app.button if b.key and b.key.endswith(f"_open_{index}")).click().run()
    assert not app.exception
    confidence = resources.test_evaluation("article").confidences[index]
    assert (
        f"Test image {index}: true label **4**, predicted label **9**, confidence {confidence:.1%}"
        in words(app)
    )
    assert "Draw it yourself" in [link.label for link in app.get("page_link")]
    assert "hidden_1" not in words(app), "nothing is computed before it is asked for"


def test_no_confidence_claims_certainty(open_page):
    """A softmax of a 32-bit float is 1.0 long before anything is certain."""
    app = open_page("3_evaluate", model="convolutional")
    app.selectbox(key="evaluate_cell_digit").select(0).run()
    app.selectbox(key="evaluate_cell_answer").select(0).run()
    index = int(resources.test_evaluation("convolutional").select(0, 0)[0])
    assert f"{resources.test_evaluation('convolutional').confidences[index]:.1%}" == "100.0%"
    opened = next(b for b in app.button if b.key and b.key.endswith(f"_open_{index}"))
    assert opened.label == "0 → 0 · >99%"
    opened.click().run()
    assert "confidence >99.9%" in words(app)


def test_saved_files_hold_what_is_on_the_page():
    evaluation = resources.test_evaluation("article")
    images = resources.mnist().test_images[:4]
    figure = widgets.of_figure(figures.digit_grid, images, list("7210"), columns=2)
    chart = widgets.of_chart(accuracy_charts.baselines("Article network", 0.0628))
    for picture in (figure, chart):
        assert Image.open(io.BytesIO(picture("png"))).width > 300
        assert ET.fromstring(picture("svg")).tag.endswith("svg")
    assert "Article network · 6.28%" in picture("svg").decode()
    table = pd.read_csv(io.StringIO(results.matrix_table(evaluation).to_csv(index=False)), index_col=0)
    np.testing.assert_array_equal(table.to_numpy(), evaluation.confusion_matrix)
