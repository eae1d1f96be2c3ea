"""The code that the pages show runs as it stands, and gives what the page gives."""

import contextlib
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.analysis.baselines import LANDMARKS
from core.analysis.calibration import refusals, reliability
from core.analysis.glossary import MEASURES
from core.analysis.interpretability import gradient_signs
from core.analysis.label_errors import corrected
from core.analysis.morphology import measure
from core.analysis.robustness import DISTORTIONS, PUSHES, push_curve
from core.analysis.significance import mcnemar, spread, wilson
from core.analysis.temperatures import twin_temperature
from core.data import Dataset
from core.evaluation import predict

ROOT = Path(__file__).resolve().parents[2]
# How strongly the example disturbs the images.
SHOWN_LEVELS = {"rotation": 30, "noise": 64, "shift": 4, "thickness": 1, "contrast": 0.3, "occlusion": 10}


def run(name: str) -> str:
    return subprocess.run(
        [sys.executable, f"examples/{name}.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_explore():
    output = run("explore")
    assert "(60000, 28, 28) uint8" in output
    assert "5 0 255" in output


def test_train():
    accuracy = float(re.search(r"([\d.]+)% of the test images", run("train")).group(1))
    assert accuracy == pytest.approx(94.2, abs=1.0)


def test_evaluate():
    from core.store.runs import RunStore

    accuracy = float(re.search(r"accuracy ([\d.]+)%", run("evaluate")).group(1))
    assert accuracy == pytest.approx(RunStore().get("article").test_accuracy * 100, abs=0.1)


def test_teach():
    output = run("teach")
    before, after = (int(share) for share in re.findall(r"(\d+)% of the drawings", output))
    assert before < 40
    assert after > 70


def test_predict():
    assert "It is a 7" in run("predict")


@pytest.fixture(scope="module")
def measures() -> dict:
    """What is left after running every cell of the measures, in this process."""
    with contextlib.chdir(ROOT):
        return runpy.run_path("examples/measures.py")


def test_every_measure_has_its_cell():
    text = (ROOT / "examples" / "measures.py").read_text(encoding="utf-8")
    assert re.findall(r"^# %% (\w+)$", text, re.MULTILINE) == ["answers", *MEASURES]


def test_every_measure_has_two_sentences():
    for name, words in MEASURES.items():
        sentences = re.findall(r"[.?!](?:\s|$)", re.sub(r"et al\.", "et al", words.text))
        assert len(sentences) == 2, name
        assert words.formula


def test_the_cells_give_what_core_gives(measures: dict, mnist: Dataset, bundled_model, bundled_evaluation):
    article, relu = (bundled_evaluation(name) for name in ("article", "relu"))
    interval = wilson(int(article.right.sum()), 10_000)
    assert (measures["interval"].low, measures["interval"].high) == (interval.low, interval.high)
    assert measures["report"]["8"]["recall"] == pytest.approx(article.digit_scores[8].recall)
    scores = spread(measures["accuracies"])
    assert (measures["mean"], measures["deviation"]) == pytest.approx((scores.mean, scores.deviation))
    comparison = mcnemar(article.right, relu.right)
    assert measures["p_value"] == pytest.approx(comparison.p_value)
    assert (measures["only_first"], measures["only_second"]) == (
        comparison.only_first,
        comparison.only_second,
    )
    np.testing.assert_array_equal(measures["matrix"], article.confusion_matrix)
    pair = article.pairs[0]
    assert (measures["digit"], measures["errors"].max()) == (pair.digit, pair.count)
    assert measures["calibration_error"] == pytest.approx(
        reliability(article.confidences, article.right).error, abs=1e-6
    )
    assert measures["temperature"] == pytest.approx(twin_temperature("article"), abs=0.06)
    refused = refusals(article.confidences, article.right)
    assert measures["answered"].mean() == pytest.approx(refused.answered[90])
    assert measures["disturbed_accuracy"].keys() == DISTORTIONS.keys()
    for name, level in SHOWN_LEVELS.items():
        disturbed = DISTORTIONS[name].apply(mnist.test_images, level)
        right = predict(bundled_model("article"), disturbed).argmax(axis=1) == mnist.test_labels
        assert measures["disturbed_accuracy"][name] == pytest.approx(right.mean(), abs=0.002), name
    images, labels = mnist.test_images[:1000], mnist.test_labels[:1000]
    signs = gradient_signs(bundled_model("article"), images, labels)
    assert (measures["signs"] == signs).mean() > 0.999
    pushed = push_curve(bundled_model("article"), images, labels, signs)[PUSHES.index(16)]
    assert measures["pushed_right"].mean() == pytest.approx(pushed.accuracy, abs=0.002)
    new_labels, kept = corrected(mnist.test_labels)
    np.testing.assert_array_equal(measures["labels"], new_labels)
    np.testing.assert_array_equal(measures["kept"], np.flatnonzero(kept))
    assert 1 - measures["always_one"].score(mnist.test_images, mnist.test_labels) == pytest.approx(
        LANDMARKS[1].error
    )
    strokes = measure(mnist.test_images)
    np.testing.assert_allclose(measures["thickness"], strokes.thickness, rtol=1e-3)
    np.testing.assert_allclose(measures["slant"], strokes.slant, atol=0.01)
