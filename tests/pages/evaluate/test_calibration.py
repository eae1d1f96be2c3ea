"""The views Calibration and Robustness."""

import dataclasses

from core.analysis.calibration import reliability, risk_coverage
from core.recipe import ARTICLE
from tests.pages.conftest import words
from tests.pages.evaluate.views import copied, metrics, text
from ui import resources
from ui.evaluate import cached
from ui.evaluate.robustness import KINDS


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
