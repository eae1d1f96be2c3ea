"""All views of Evaluate: by their links, and what each of them has."""

import shutil

import pytest

from core.analysis.glossary import METRICS
from core.presets import PRESETS
from core.store.bundled import BUNDLED_FOLDER
from tests.pages.conftest import words
from tests.pages.evaluate.views import VIEWS, metrics


@pytest.mark.parametrize("name", PRESETS)
def test_every_view_of_every_bundled_model(seen, name: str):
    for view in VIEWS:
        app = seen(name, view)
        assert not app.exception
        assert not app.error
        assert app.pills(key="view").value == view
        assert app.query_params["model"] == name


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


def test_every_metric_shows_its_formula_and_code(seen, taken):
    found = set()
    for view in VIEWS:
        app = (taken if view in ("Label errors", "Robustness") else seen)("article", view)
        if view == "Label errors":
            app.button(key="evaluate_vote").click().run()
        formulas = {element.value for element in app.latex}
        code = "\n".join(element.value for element in app.code)
        for name, metric in METRICS.items():
            if any(metric.formula in formula for formula in formulas):
                found.add(name)
                assert metric.text in words(app)
        assert "keras.saving.load_model" in code or view == "Label errors"
        if view == "Robustness":
            app.pills(key="evaluate_stress").set_value("gradient").run()
            assert any(METRICS["gradient"].formula in element.value for element in app.latex)
            found.add("gradient")
    assert found == set(METRICS)


def test_downloads(seen):
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
        app = seen("article", view)
        keys = {button.key for button in app.download_button if button.key.startswith("download_")}
        assert keys == {f"download_{name}_{kind}" for name, kinds in files.items() for kind in kinds.split()}


def test_a_model_deleted_while_its_page_is_open(taken, other_store, tmp_path):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    other_store(folder)
    for view in VIEWS:
        app = taken("softmax", view)
        assert not app.error
        aside = (folder / "softmax.keras").rename(tmp_path / "aside")
        app.run()
        assert not app.exception
        assert "no longer on this server" in app.warning[0].value
        assert app.selectbox(key="evaluate_model").value == "article"
        aside.rename(folder / "softmax.keras")
