"""The code that the pages show runs as it stands, and gives what the page gives."""

import contextlib
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from core.analysis.baselines import BASELINES
from core.analysis.calibration import reliability, risk_coverage
from core.analysis.glossary import METRICS
from core.analysis.interpretability import gradient_signs
from core.analysis.label_errors import corrected_labels
from core.analysis.morphology import measure
from core.analysis.robustness import CORRUPTIONS, EPSILONS, perturbation_curve
from core.analysis.significance import mcnemar, summarize_seeds, wilson
from core.analysis.temperatures import preset_temperature
from core.analysis.writers import binomial_band, by_writer
from core.data import Dataset
from core.evaluation import predict

ROOT = Path(__file__).resolve().parents[2]
METRICS_FILE = ROOT / "examples" / "metrics.py"
# The levels at which the example corrupts the images.
SHOWN_LEVELS = {"rotation": 30, "noise": 64, "shift": 4, "thickness": 1, "contrast": 0.3, "occlusion": 10}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Run an example as `python examples/….py` does, in this process, and return what it prints."""
    monkeypatch.chdir(ROOT)

    def run(name: str) -> str:
        runpy.run_path(f"examples/{name}.py", run_name="__main__")
        return capsys.readouterr().out

    return run


def test_explore(run):
    output = run("explore")
    assert "(60000, 28, 28) uint8" in output
    assert "5 0 255" in output


@pytest.fixture
def three_of_ten_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to see whether a network learns."""
    fit = keras.Model.fit
    monkeypatch.setattr(keras.Model, "fit", lambda *data, epochs, **how: fit(*data, epochs=epochs - 7, **how))


@pytest.mark.usefixtures("three_of_ten_epochs")
def test_train(run):
    accuracy = float(re.search(r"Test accuracy: ([\d.]+)%", run("train")).group(1))
    assert accuracy == pytest.approx(90.2, abs=1.0)


def test_evaluate(run):
    from core.store.runs import RunStore

    accuracy = float(re.search(r"Test accuracy: ([\d.]+)%", run("evaluate")).group(1))
    assert accuracy == pytest.approx(RunStore().get("article").test_accuracy * 100, abs=0.1)


@pytest.mark.usefixtures("three_of_ten_epochs")
def test_teach(run):
    output = run("teach")
    before, after = (int(share) for share in re.findall(r"validation drawings (\d+)%", output))
    assert before < 40
    assert after > 70


def test_class(run):
    by_images, by_person = (float(share) for share in re.findall(r"Split by \w+: ([\d.]+)%", run("class")))
    assert by_images == pytest.approx(97.4, abs=0.2)
    assert by_person == pytest.approx(95.0, abs=0.2)


def test_predict(run):
    assert "Prediction: 7" in run("predict")


def test_inside(run):
    output = run("inside")
    assert "Prediction: 7" in output
    assert float(re.search(r"from Keras: (\S+)", output).group(1)) < 1e-5
    before, after = (float(loss) for loss in re.findall(r"(?:before|step): ([\d.]+)", output))
    assert after < before
    assert float(re.search(r"half of the weights: ([\d.]+)%", output).group(1)) > 92
    assert re.search(r"The first image is at \[", output)


def test_from_scratch(monkeypatch, capsys):
    """One of its ten epochs, which end at 94%."""
    monkeypatch.chdir(ROOT)
    code = Path("examples/from_scratch.py").read_text(encoding="utf-8")
    assert "keras" not in code
    exec(code.replace("EPOCHS, BATCH_SIZE, RATE = 10,", "EPOCHS, BATCH_SIZE, RATE = 1,"), {})
    accuracy = float(re.search(r"Test accuracy: ([\d.]+)%", capsys.readouterr().out).group(1))
    assert accuracy == pytest.approx(87.3, abs=1.0)


# Cells that take seconds for all test images.
OF_FEW_IMAGES = ("distortion", "strokes")
FEW = 2000


@pytest.fixture(scope="module")
def metrics(bundled_model) -> dict:
    """The variables that the cells of the metrics leave, each run after the first one alone.

    The network that they train has the weights of the article network before, and is trained for one
    epoch: after ten it would be as good, and as sure.
    """
    fit = keras.Model.fit
    _, first, answers, *cells = re.split(r"^# %% (\w+)$", METRICS_FILE.read_text("utf-8"), flags=re.MULTILINE)
    assert first == "answers"

    def fit_further(model: keras.Model, *data: np.ndarray, epochs: int, **how: object) -> None:
        model.set_weights(bundled_model("article").get_weights())
        fit(model, *data, epochs=epochs - 9, **how)

    with contextlib.chdir(ROOT), pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "fit", fit_further)
        exec(answers, known := {})
        few = {name: known[name][:FEW] for name in ("x_test", "y_test", "correct")}
        left: dict = {}
        for name, cell in zip(cells[::2], cells[1::2], strict=True):
            exec(cell, names := known | (few if name in OF_FEW_IMAGES else {}))
            left |= names
        return left


def test_every_metric_has_its_cell():
    text = METRICS_FILE.read_text(encoding="utf-8")
    assert re.findall(r"^# %% (\w+)$", text, re.MULTILINE) == ["answers", *METRICS]


def test_every_metric_has_two_sentences():
    for name, metric in METRICS.items():
        sentences = re.findall(r"[.?!](?:\s|$)", re.sub(r"et al\.", "et al", metric.text))
        assert len(sentences) == 2, name
        assert metric.formula


def test_the_cells_give_what_core_gives(metrics: dict, mnist: Dataset, bundled_model, bundled_evaluation):
    article, relu = (bundled_evaluation(name) for name in ("article", "relu"))
    interval = wilson(int(article.correct.sum()), 10_000)
    assert (metrics["interval"].low, metrics["interval"].high) == (interval.low, interval.high)
    assert metrics["report"]["8"]["recall"] == pytest.approx(article.digit_scores[8].recall)
    seeds = summarize_seeds(metrics["accuracies"])
    assert (metrics["mean"], metrics["deviation"]) == pytest.approx((seeds.mean, seeds.standard_deviation))
    comparison = mcnemar(article.correct, relu.correct)
    assert metrics["p_value"] == pytest.approx(comparison.p_value)
    assert (metrics["only_first"], metrics["only_second"]) == (
        comparison.only_first,
        comparison.only_second,
    )
    np.testing.assert_array_equal(metrics["matrix"], article.confusion_matrix)
    most_frequent = article.confusions[0]
    assert (metrics["digit"], metrics["prediction"]) == (most_frequent.label, most_frequent.prediction)
    assert metrics["errors"].max() == most_frequent.count
    assert metrics["calibration_error"] == pytest.approx(
        reliability(article.confidences, article.correct).ece, abs=1e-6
    )
    assert metrics["temperature"] == pytest.approx(preset_temperature("article"), abs=0.06)
    curve = risk_coverage(article.confidences, article.correct)
    assert metrics["covered"].mean() == pytest.approx(curve.coverage[90])
    assert metrics["corrupted_accuracy"].keys() == CORRUPTIONS.keys()
    for name, level in SHOWN_LEVELS.items():
        corrupted = CORRUPTIONS[name].apply(mnist.test_images[:FEW], level)
        correct = predict(bundled_model("article"), corrupted).argmax(axis=1) == mnist.test_labels[:FEW]
        assert metrics["corrupted_accuracy"][name] == pytest.approx(correct.mean(), abs=0.002), name
    images, labels = mnist.test_images[:1000], mnist.test_labels[:1000]
    signs = gradient_signs(bundled_model("article"), images, labels)
    assert (metrics["signs"] == signs).mean() > 0.999
    curve = perturbation_curve(bundled_model("article"), images, labels, signs)
    fgsm = curve[EPSILONS.index(metrics["epsilon"])]
    assert metrics["adversarial_correct"].mean() == pytest.approx(fgsm.accuracy, abs=0.002)
    new_labels, kept = corrected_labels(mnist.test_labels)
    np.testing.assert_array_equal(metrics["labels"], new_labels)
    np.testing.assert_array_equal(metrics["kept"], np.flatnonzero(kept))
    assert 1 - metrics["always_one"].score(mnist.test_images, mnist.test_labels) == pytest.approx(
        BASELINES[1].error
    )
    morphology = measure(mnist.test_images[:FEW])
    np.testing.assert_allclose(metrics["thickness"], morphology.thickness, rtol=1e-3)
    np.testing.assert_allclose(metrics["slant"], morphology.slant, atol=0.01)
    people = by_writer(article.correct, mnist.test_writers)
    assert [person.accuracy for person in people] == pytest.approx(metrics["by_writer"])
    assert binomial_band(people)[0][0] == pytest.approx(metrics["band"][0, 0], abs=0.02)
