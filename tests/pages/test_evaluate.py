import dataclasses
import hashlib
import io
import json
import shutil
import threading
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.analysis.calibration import reliability, risk_coverage
from core.analysis.glossary import METRICS
from core.analysis.label_errors import LABEL_ISSUES
from core.analysis.significance import mcnemar, wilson
from core.evaluation import Evaluation
from core.jobs.baseline_worker import BaselineJob
from core.plots import accuracy_charts, figures
from core.presets import PRESETS
from core.recipe import ARTICLE
from core.store.bundled import BUNDLED_FOLDER
from core.store.database import StoreError
from core.store.drawings import DrawingStore
from core.store.queries import update_run
from core.store.run import Run, RunState
from core.test_sets.evaluation_sets import mnist_test_set, sklearn_digits
from tests.pages.conftest import wait_for_state, wait_until_trained, words
from tests.stored import finished_run
from ui import resources
from ui.evaluate import cached, measured_baselines, results, widgets
from ui.evaluate.label_errors import NO_BREAK
from ui.evaluate.results import ALL
from ui.evaluate.robustness import KINDS

VIEWS = [
    "Results",
    "Errors",
    "Writers",
    "Calibration",
    "Robustness",
    "Label errors",
    "Significance",
    "Baselines",
]


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def text(app, key: str) -> str:
    return "\n".join(element.value for element in app.container(key=key).markdown)


@pytest.mark.parametrize("name", PRESETS)
def test_every_view_of_every_bundled_model(open_page, name: str):
    for view in VIEWS:
        app = open_page("3_evaluate", model=name, view=view)
        assert not app.exception
        assert not app.error
        assert app.pills(key="view").value == view
        assert app.query_params["model"] == name


def test_the_accuracy_and_its_interval(open_page):
    app = open_page("3_evaluate", model="relu")
    evaluation = resources.test_evaluation("relu")
    interval = wilson(int(evaluation.correct.sum()), 10_000)
    assert metrics(app)["Test accuracy"] == f"{evaluation.accuracy:.2%}"
    assert metrics(app)["Training accuracy"] == f"{resources.store().get('relu').train_accuracy:.2%}"
    said = text(app, "test_interval")
    assert f"Misclassified test images: **{len(evaluation.errors):,}** of 10,000" in said
    assert f"95% confidence interval: **{interval.low:.2%} – {interval.high:.2%}**" in said
    table = app.dataframe[0].value
    np.testing.assert_allclose(table["Recall"], [s.recall * 100 for s in evaluation.digit_scores])


def test_an_unknown_view_in_the_address_is_the_first_one(open_page):
    app = open_page("3_evaluate", view="Nonsense")
    assert not app.exception
    assert app.pills(key="view").value == "Results"
    assert app.warning[0].value == "There is no view of this name. Here are the results."
    app.pills(key="view").set_value("Errors").run()
    assert not app.warning


@pytest.mark.parametrize(
    ("former", "view"),
    [
        ("Score", "Results"),
        ("Confusions", "Results"),
        ("Mistakes", "Errors"),
        ("Doubt", "Calibration"),
        ("Stress", "Robustness"),
        ("Labels", "Label errors"),
        ("Comparison", "Baselines"),
    ],
)
def test_links_to_views_by_their_former_names(open_page, former: str, view: str):
    app = open_page("3_evaluate", view=former)
    assert app.pills(key="view").value == view
    assert not app.warning
    # One can leave it again.
    other = "Significance"
    app.pills(key="view").set_value(other).run()
    assert app.pills(key="view").value == other


def test_choosing_another_model_changes_everything(open_page):
    app = open_page("3_evaluate")
    before = metrics(app)
    app.selectbox(key="evaluate_model").select("convolutional").run()
    assert metrics(app) != before
    assert app.query_params["model"] == "convolutional"
    # The choice follows to the other page.
    app.switch_page("pages/4_predict.py").run()
    assert app.selectbox(key="predict_model").value == "convolutional"


def test_two_models_on_the_same_images(open_page):
    app = open_page("3_evaluate", model="article", view="Significance")
    assert app.selectbox(key="evaluate_other").value == "relu"
    article, relu = (resources.test_evaluation(name) for name in ("article", "relu"))
    comparison = mcnemar(article.correct, relu.correct)
    assert f"**{comparison.discordant:,}** images" in text(app, "evaluate_mcnemar")
    assert "**The second model is better**: the difference is statistically significant (p < 0.05)." in text(
        app, "evaluate_mcnemar"
    )
    # No model is compared with itself.
    app.selectbox(key="evaluate_model").select("relu").run()
    assert app.selectbox(key="evaluate_other").value == "article"
    assert not app.exception


def copied(recipe, accuracy: float, model: str = "article", **values) -> Run:
    """A finished run in the store with the network of a bundled one."""
    store = resources.store()
    return finished_run(
        store, recipe, name="Copy", accuracy=accuracy, network=store.model_file(model), **values
    )


def test_networks_with_the_same_predictions(open_page):
    run = copied(ARTICLE, 0.9372)
    app = open_page("3_evaluate", model="article", view="Significance")
    app.selectbox(key="evaluate_other").select(run.id).run()
    assert "exactly the same images" in text(app, "evaluate_mcnemar")


def test_the_groups_and_the_person_with_the_lowest_accuracy(open_page):
    app = open_page("3_evaluate", model="article", view="Writers")
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


def test_three_seeds_of_one_recipe(open_page):
    recipe = dataclasses.replace(ARTICLE, learning_rate=0.002)
    for seed, accuracy in ((1, 0.93), (2, 0.94), (3, 0.95)):
        run = copied(dataclasses.replace(recipe, seed=seed), accuracy)
    app = open_page("3_evaluate", model=run.id, view="Significance")
    assert not app.exception
    assert text(app, "evaluate_seeds") == (
        "**3** seeds of this recipe have a mean test accuracy of **94.00%**, from 93.00% to 95.00%. "
        "The standard deviation is 1.00%."
    )
    lonely = open_page("3_evaluate", model="relu", view="Significance")
    assert "Train it with other seeds" in words(lonely)


def test_seeds_are_found_behind_many_other_models(open_page, monkeypatch):
    monkeypatch.setattr(resources, "NEWEST_MODELS", 1)
    recipe = dataclasses.replace(ARTICLE, learning_rate=0.002)
    old = copied(dataclasses.replace(recipe, seed=10), 0.92)
    copied(ARTICLE, 0.93)
    new = copied(dataclasses.replace(recipe, seed=1), 0.94)
    assert old.id not in [run.id for run in resources.models()]
    app = open_page("3_evaluate", model=new.id, view="Significance")
    assert "**2** seeds of this recipe have a mean test accuracy of **93.00%**" in text(app, "evaluate_seeds")


def test_a_preset_trained_again_with_another_seed(open_page):
    copied(dataclasses.replace(ARTICLE, seed=1), 0.93)
    app = open_page("3_evaluate", model="article", view="Significance")
    assert "**2** seeds of this recipe" in text(app, "evaluate_seeds")


def test_more_seeds_with_one_click(open_page, held_back):
    recipe = dataclasses.replace(ARTICLE, epochs=1, train_size=100, seed=1)
    run = copied(recipe, 0.2)
    app = open_page("3_evaluate", model=run.id, view="Significance")
    # Somebody else is first: the seeds wait, and the page says where.
    slow = resources.queue().enqueue(ARTICLE, "bob", "Slow")
    wait_for_state(slow.id, RunState.RUNNING)
    app.button(key="evaluate_seeds_3").click().run()
    assert not app.exception
    assert "Seeds of this recipe in the queue: 2." in words(app)
    assert "Position in queue: **1**." in words(app)
    assert "evaluate_seeds_3" not in [button.key for button in app.button]
    resources.queue().stop(slow.id, "bob")
    held_back.set()
    wait_until_trained()
    app.run()
    assert "**3** seeds of this recipe" in text(app, "evaluate_seeds")
    seeds = [other.recipe.seed for other in resources.store().runs() if other.id != slow.id]
    assert sorted(seeds) == [0, 1, 2]
    assert "evaluate_seeds_5" in [button.key for button in app.button]


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


def test_a_test_image_to_draw(open_page):
    app = open_page("4_predict", image="2053")
    assert not app.exception
    assert "Copy this **4** (test image 2053)." in words(app)
    refusal = "There is no such test image to draw. They have the numbers 0 to 9,999."
    for nonsense in ("10000", "-1", "x", "²", "9" * 5000):
        app = open_page("4_predict", image=nonsense)
        assert not app.exception
        assert "Copy this" not in words(app)
        assert app.warning[0].value == refusal
    assert not open_page("4_predict").warning


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


def test_calibration_before_and_after(open_page):
    app = open_page("3_evaluate", model="article", view="Calibration")
    evaluation = resources.test_evaluation("article")
    before = reliability(evaluation.confidences, evaluation.correct)
    assert metrics(app)["ECE"] == f"{before.ece:.2%}"
    assert "underconfident" in words(app)
    assert f"(T = 0.84): ECE **{before.ece:.2%}** → **0.72%**." in text(app, "evaluate_temperature")
    app.slider(key="evaluate_threshold").set_value(50).run()
    curve = risk_coverage(evaluation.confidences, evaluation.correct)
    assert metrics(app)["Coverage (share answered)"] == f"{curve.coverage[50]:.1%}"
    assert metrics(app)["Accuracy on answered images"] == f"{curve.accuracy[50]:.2%}"


def test_a_run_with_a_calibration_split_has_its_own_temperature(open_page):
    run = copied(dataclasses.replace(ARTICLE, validation_share=0.1), 0.93)
    app = open_page("3_evaluate", model=run.id, view="Calibration")
    assert not app.exception
    assert "training images that were held out." in words(app)
    assert cached.temperature(run.id).of_holdout is False


def test_a_run_without_a_calibration_split_says_what_to_do(open_page):
    run = copied(ARTICLE, 0.93)
    app = open_page("3_evaluate", model=run.id, view="Calibration")
    assert not app.exception
    assert "Train with a validation split" in app.info[0].value


def test_every_corruption(open_page):
    app = open_page("3_evaluate", model="softmax", view="Robustness")
    for kind, title in KINDS.items():
        app.pills(key="evaluate_stress").set_value(kind).run()
        assert not app.exception, title
        assert {f"download_stress_{kind}_csv", f"download_samples_{kind}_png"} <= {
            button.key for button in app.download_button
        }
    seen = set()
    for _ in range(3):
        app.button(key="evaluate_stress_another").click().run()
        seen |= {element.value for element in app.markdown if "at every strength" in element.value}
    assert not app.exception
    assert len(seen) > 1


def test_votes_and_verdicts(open_page):
    app = open_page("3_evaluate", model="convolutional", view="Label errors")
    assert "Most annotators saw" not in words(app)
    for issue in LABEL_ISSUES[:3]:
        app.segmented_control(key=f"vote_{issue.index}").set_value(issue.suggestion)
    app.segmented_control(key="vote_2654").set_value("neither")
    app.button(key="evaluate_vote").click().run()
    assert not app.exception
    assert text(app, "evaluate_votes_result") == (
        "You voted on 4 of 15 images, and against MNIST's label on 4 of them. Where most of the 5 "
        "annotators agreed, you voted as they did on 4 of 4."
    )
    assert "Most annotators saw a **9**" in text(app, "dispute_947")
    assert "MNIST says **8**" in text(app, "dispute_947")
    assert "Votes: 8 × 0, 9 × 5, neither × 0" in text(app, "dispute_947").replace(NO_BREAK, " ")
    assert "did not agree" in text(app, "dispute_2130")
    assert metrics(app)["On corrected labels"] == "98.97%"


def test_verdicts_without_a_vote(open_page):
    app = open_page("3_evaluate", view="Label errors")
    app.button(key="evaluate_vote").click().run()
    assert "You have not voted yet" in words(app)


def test_planted_wrong_labels_are_among_those_that_the_run_disputes(open_page, small_recipe):
    recipe = dataclasses.replace(small_recipe, label_noise=0.1)
    run = resources.queue().enqueue(recipe, "ann", "Noisy")
    wait_until_trained()
    app = open_page("3_evaluate", model=run.id, view="Label errors")
    app.toggle(key="evaluate_rank_labels").set_value(True).run()
    assert not app.exception
    found = {label: value for label, value in metrics(app).items() if label.startswith("Wrong on purpose")}
    assert list(found) == [f"Wrong on purpose in the first {first}" for first in ("100", "500", "1,000")]
    assert int(found["Wrong on purpose in the first 100"].split()[0]) > 70, "by chance it would be 10"
    assert "300 of the 3,000 training labels were made wrong on purpose" in words(app)


def test_a_run_without_planted_labels_shows_what_it_disputes(open_page):
    app = open_page("3_evaluate", model="article", view="Label errors")
    app.toggle(key="evaluate_rank_labels").set_value(True).run()
    assert not app.exception
    assert "The 18 training images with the largest loss" in words(app)
    assert "Wrong on purpose" not in " ".join(metrics(app))


def test_the_standing_among_the_baselines(open_page):
    app = open_page("3_evaluate", model="article", view="Baselines")
    standing = text(app, "evaluate_standing")
    assert "**6.28%**" in standing
    assert "It beats **Linear classifier** (12.00%)." in standing
    assert "The next better one is **k-nearest neighbors** (5.00%)." in standing


def test_every_metric_shows_its_formula_and_code(open_page):
    seen = set()
    for view in VIEWS:
        app = open_page("3_evaluate", view=view)
        if view == "Label errors":
            app.button(key="evaluate_vote").click().run()
        formulas = {element.value for element in app.latex}
        code = "\n".join(element.value for element in app.code)
        for name, metric in METRICS.items():
            if any(metric.formula in formula for formula in formulas):
                seen.add(name)
                assert metric.text in words(app)
        assert "keras.saving.load_model" in code or view == "Label errors"
        if view == "Robustness":
            app.pills(key="evaluate_stress").set_value("gradient").run()
            assert any(METRICS["gradient"].formula in element.value for element in app.latex)
            seen.add("gradient")
    assert seen == set(METRICS)


def test_downloads(open_page):
    expected = {
        "Results": {
            "confusion_matrix": "png svg csv",
            "cell_article_4_9_False": "png svg csv",
            "digit_scores": "csv",
        },
        "Significance": {"comparison": "png svg csv"},
        "Calibration": {
            "reliability": "png svg csv",
            "confidences": "png svg csv",
            "thresholds": "png svg csv",
        },
        "Robustness": {"stress_rotation": "png svg csv", "samples_rotation": "png svg"},
        "Baselines": {"ladder": "png svg csv", "measured_baselines": "csv"},
        "Label errors": {"disputed_labels": "png svg csv"},
        "Errors": {
            "mistakes_article_confidence_None_None": "png svg csv",
            "strokes": "csv",
            "strokes_thickness": "png svg csv",
            "strokes_slant": "png svg csv",
            "strokes_size": "png svg csv",
        },
    }
    for view, files in expected.items():
        app = open_page("3_evaluate", view=view)
        keys = {button.key for button in app.download_button if button.key.startswith("download_")}
        assert keys == {f"download_{name}_{kind}" for name, kinds in files.items() for kind in kinds.split()}


def test_a_run_stopped_before_its_first_epoch(open_page):
    store = resources.store()
    run = finished_run(store, ARTICLE, epochs=0, network=store.model_file("softmax"))
    for view in VIEWS:
        app = open_page("3_evaluate", model=run.id, view=view)
        assert not app.exception
        assert "before its first epoch was finished" in app.warning[0].value


@pytest.mark.usefixtures("nothing_cached")
def test_a_model_without_ten_classes(open_page, other_store, tmp_path):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    image = keras.Input((28, 28), name="image")
    flat = keras.layers.Flatten(name="flat")(image)
    keras.Model(image, keras.layers.Dense(3, name="three")(flat)).save(folder / "softmax.keras")
    card = json.loads((folder / "softmax.json").read_text())
    card["sha256"] = hashlib.sha256((folder / "softmax.keras").read_bytes()).hexdigest()
    (folder / "softmax.json").write_text(json.dumps(card))
    other_store(folder)
    for view in VIEWS:
        app = open_page("3_evaluate", model="softmax", view=view)
        assert not app.exception
        assert app.error[0].value == (
            "This model does not have ten outputs, one for each digit, so it cannot be used here."
        )
    # Also as the second model of a comparison.
    app = open_page("3_evaluate", model="article", view="Significance")
    app.selectbox(key="evaluate_other").select("softmax").run()
    assert not app.exception
    assert "does not have ten outputs" in app.error[0].value


def test_a_model_deleted_while_its_page_is_open(open_page, other_store, tmp_path):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    other_store(folder)
    for view in VIEWS:
        app = open_page("3_evaluate", model="softmax", view=view)
        assert not app.error
        aside = (folder / "softmax.keras").rename(tmp_path / "aside")
        app.run()
        assert not app.exception
        assert "no longer on this server" in app.warning[0].value
        assert app.selectbox(key="evaluate_model").value == "article"
        aside.rename(folder / "softmax.keras")


# Those that have widgets and results of their own for each run; of a bundled one all are tried above.
@pytest.mark.parametrize("view", ["Results", "Errors", "Significance"])
def test_a_trained_run_deleted_while_its_page_is_open(open_page, view: str):
    run = copied(ARTICLE, 0.93)
    app = open_page("3_evaluate", model=run.id, view=view)
    assert app.selectbox(key="evaluate_model").value == run.id
    resources.store().delete(run.id, "ann")
    app.run()
    assert not app.exception
    assert "no longer on this server" in app.warning[0].value
    assert app.selectbox(key="evaluate_model").value == "article"


def test_a_run_deleted_before_one_of_its_images_is_opened():
    def open_image(run, index):
        from core.test_sets.evaluation_sets import mnist_test_set
        from ui.evaluate import widgets

        widgets._open_image(run, mnist_test_set(), index)

    run = copied(ARTICLE, 0.93)
    resources.store().delete(run.id, "ann")
    dialog = AppTest.from_function(open_image, args=(run, 0), default_timeout=60).run()
    assert not dialog.exception
    assert "no longer on this server" in dialog.error[0].value


@pytest.mark.usefixtures("nothing_cached")
def test_a_model_deleted_between_the_list_and_the_reading(open_page, other_store, tmp_path, monkeypatch):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    other_store(folder)
    app = open_page("3_evaluate", model="article")
    models = resources.store().models()
    monkeypatch.setattr(resources.store(), "models", lambda _limit=None: models)
    (folder / "augmented.keras").unlink()
    app.selectbox(key="evaluate_model").select("augmented").run()
    assert not app.exception
    assert "is missing" in app.error[0].value


def test_the_only_model_on_the_server_has_nobody_to_compare_with(open_page, other_store, tmp_path):
    for kind in ("json", "keras"):
        shutil.copy(BUNDLED_FOLDER / f"softmax.{kind}", tmp_path)
    other_store(tmp_path)
    for view in ("Results", "Robustness"):
        app = open_page("3_evaluate", model="softmax", view=view)
        assert not app.exception
    app = open_page("3_evaluate", model="softmax", view="Significance")
    assert "no second model" in app.info[0].value


def test_a_network_without_a_single_error(open_page, monkeypatch):
    labels = resources.mnist().test_labels
    perfect = Evaluation(np.eye(10, dtype=np.float32)[labels], labels)
    monkeypatch.setattr(resources, "evaluation", lambda run_id, test_set: perfect)
    for view in VIEWS:
        app = open_page("3_evaluate", view=view)
        assert not app.exception, view
    assert "No result here is better" in words(app)


def test_an_unavailable_store_is_said_once(open_page, monkeypatch):
    def fail(*_args):
        raise StoreError("The run store is full.")

    for method in ("models", "seeds_of", "active"):
        monkeypatch.setattr(resources.store(), method, fail)
    app = open_page("3_evaluate", view="Significance")
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["The run store is full."]
    assert not app.error
    assert "Other seeds cannot be shown while the run store is unavailable." in words(app)


def test_two_runs_that_look_alike_have_two_curves(open_page):
    one, two = copied(ARTICLE, 0.93), copied(ARTICLE, 0.93)
    assert len(set(widgets.names(one, two))) == 2


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


def test_measured_baselines_come_with_the_presets_and_are_measured_for_other_images(open_page):
    app = open_page("3_evaluate", model="article", view="Baselines")
    assert not app.exception
    assert any("96.91%" in str(table.value.to_numpy()) for table in app.table)
    assert "evaluate_measure" not in {button.key for button in app.button}
    run = copied(dataclasses.replace(ARTICLE, train_size=300), 0.8)
    app = open_page("3_evaluate", model=run.id, view="Baselines")
    app.button(key="evaluate_measure").click().run()
    for thread in threading.enumerate():
        if thread.name == "digit-lab-baselines":
            thread.join()
    app.run()
    assert not app.exception
    assert any("1-nearest neighbor" in str(table.value.to_numpy()) for table in app.table)
    with resources.store().database.writing() as connection:
        update_run(connection, run.id, test_accuracy=None)
    assert "0.00%" not in words(app.run())


def test_baselines_that_cannot_be_measured_say_why_and_the_page_looks_no_more(open_page, monkeypatch):
    run = copied(dataclasses.replace(ARTICLE, train_size=300), 0.8)
    paces: list[float | None] = []
    fragment = st.fragment
    monkeypatch.setattr(
        measured_baselines.st, "fragment", lambda look, run_every: paces.append(run_every) or fragment(look)
    )
    jobs = [BaselineJob(), BaselineJob(failure="The data is missing.")]
    monkeypatch.setattr(measured_baselines, "_worker", lambda: SimpleNamespace(job=lambda _: jobs[0]))
    app = open_page("3_evaluate", model=run.id, view="Baselines")
    assert "Measuring" in app.info[0].value
    del jobs[0]
    app.run()
    assert not app.exception
    assert app.warning[0].value == "The data is missing."
    assert "evaluate_measure" in {button.key for button in app.button}, "one may try again"
    assert paces[-1] is None


def test_views_follow_another_test_set_or_say_that_they_cannot(open_page):
    app = open_page("3_evaluate", model="article", test_set="scikit-learn")
    assert app.selectbox(key="test_set").value == "scikit-learn"
    evaluation = resources.evaluation("article", sklearn_digits())
    assert metrics(app)["Test accuracy"] == f"{evaluation.accuracy:.2%}"
    assert "of 1,797" in text(app, "test_interval")
    link = next(code.value for code in app.code if "/evaluate?" in code.value)
    assert "test_set=scikit-learn" in link
    for view in VIEWS:
        app.pills(key="view").set_value(view).run()
        assert not app.exception, view
        stays = any("This view stays with MNIST" in info.value for info in app.info)
        assert stays is (view in ("Writers", "Label errors", "Baselines")), view


def test_ones_own_drawings_are_a_test_set(open_page, browser):
    browser("1234567890abcdef")
    app = open_page("3_evaluate", test_set="My drawings")
    assert "There is no drawing in this test set yet." in words(app)
    assert "Test accuracy" not in metrics(app)
    mnist = mnist_test_set()
    for image, label in zip(mnist.images[:3], mnist.labels[:3], strict=True):
        DrawingStore(resources.store().database, app.session_state["owner"]).save(image, int(label))
    for view in VIEWS:
        app = open_page("3_evaluate", test_set="My drawings", view=view)
        assert not app.exception, view
        assert not app.error, view
    app.pills(key="view").set_value("Results").run()
    assert "of 3" in text(app, "test_interval")


def test_an_unknown_test_set_in_the_address_gives_mnists_and_a_sentence(open_page):
    app = open_page("3_evaluate", test_set="Moon dust")
    assert app.selectbox(key="test_set").value == "MNIST"
    assert "not here" in words(app)
    assert metrics(app)["Test accuracy"]
