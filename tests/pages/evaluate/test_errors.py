"""The views Errors and Writers: which images are misclassified, and whose."""

import dataclasses

import pytest

from core.test_sets.evaluation_sets import mnist_test_set
from tests.pages.conftest import words
from tests.pages.evaluate.views import metrics, text
from ui import resources


def test_the_groups_and_the_person_with_the_lowest_accuracy(seen):
    app = seen("article", "Writers")
    assert not app.exception
    assert metrics(app)["Census employees"] == "95.7%"
    assert metrics(app)["High-school students"] == "91.7%"
    assert "**1.9 times** as many errors" in text(app, "evaluate_groups")
    assert "from **56.2%** to **100.0%**" in text(app, "evaluate_people")
    chosen = app.selectbox(key="evaluate_writer_article")
    assert chosen.value == 2564
    assert "9 of 16" in chosen.options[0]
    assert "2.2 times" in text(app, "evaluate_two_groups")
    assert "not by name" in words(app)


def test_without_the_writers_the_view_says_so(open_page, monkeypatch):
    unknown = dataclasses.replace(mnist_test_set(), writers=None)
    monkeypatch.setattr("ui.evaluate.writers.mnist_set", lambda: unknown)
    app = open_page("3_evaluate", model="article", view="Writers")
    assert not app.exception
    assert "git checkout -- data/mnist_writers.npz" in app.info[0].value


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("article", ["300 units", "Output layer (softmax)"]),
        ("softmax", ["Weights per class, times the pixels", "Output layer (softmax)"]),
        (
            "convolutional",
            [
                "Feature maps (16 filters)",
                "Max pooling (16 feature maps)",
                "Feature maps (32 filters)",
                "Max pooling (32 feature maps)",
                "64 units",
                "Output layer (softmax)",
            ],
        ),
    ],
)
def test_an_image_inside_the_network(open_page, model: str, expected: list[str]):
    app = open_page("3_evaluate", model=model, view="Errors")
    app.session_state["evaluate_inside"] = True
    next(b for b in app.button if b.key and "_open_" in b.key).click().run()
    assert not app.exception
    titles = [element.value.split("**")[1] for element in app.markdown if " · `" in element.value]
    assert titles == expected


def test_all_errors_can_be_paged_through(open_page):
    app = open_page("3_evaluate", model="convolutional", view="Errors")
    count = len(resources.test_evaluation("convolutional").errors)
    last = -(-count // 12)
    app.get_by_key("mistakes_convolutional_confidence_None_None_page").set_value(last).run()
    assert not app.exception
    opened = [b for b in app.button if b.key and "_open_" in b.key]
    assert len(opened) == (count - 1) % 12 + 1
    # A model with fewer errors has fewer pages.
    app.selectbox(key="evaluate_model").select("augmented").run()
    assert not app.exception


def test_errors_in_groups(open_page):
    app = open_page("3_evaluate", model="article", view="Errors")
    evaluation = resources.test_evaluation("article")
    app.segmented_control(key="evaluate_group").set_value("pair").run()
    assert not app.exception
    most_frequent = evaluation.confusions[0]
    opened = [int(b.key.rsplit("_", 1)[1]) for b in app.button if b.key and "_open_" in b.key]
    assert opened == evaluation.select(most_frequent.label, most_frequent.prediction)[:12].tolist()
    app.segmented_control(key="evaluate_group").set_value("digit").run()
    wrong = evaluation.confusion_matrix.sum(axis=1) - evaluation.confusion_matrix.diagonal()
    assert app.selectbox(key="evaluate_worst_article").value == wrong.argmax()
    assert not app.exception
