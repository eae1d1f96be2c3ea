import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

from core.analysis import temperatures
from core.analysis.calibration import confidence_histogram, fit_temperature, refusals, reliability, rescale
from core.analysis.temperatures import FEWEST_IMAGES, held_out, twin_temperature
from core.data import Dataset
from core.evaluation import predict
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from scripts.fit_temperatures import fit_twin, twin

CONFIDENCES = np.array([0.15, 0.55, 0.58, 0.95, 1.0], dtype=np.float32)
RIGHT = np.array([False, True, False, True, True])


def test_reliability_worked_by_hand():
    result = reliability(CONFIDENCES, RIGHT, bins=10)
    filled = [(b.count, round(b.confidence, 3), b.accuracy) for b in result.bins if b.count]
    assert filled == [(1, 0.15, 0.0), (2, 0.565, 0.5), (2, 0.975, 1.0)]
    assert result.error == pytest.approx((1 * 0.15 + 2 * 0.065 + 2 * 0.025) / 5)
    assert (result.confidence, result.accuracy) == pytest.approx((CONFIDENCES.mean(), 0.6))


@pytest.mark.parametrize("name", ["article", "relu"])
def test_reliability_is_that_of_scikit_learn(bundled_evaluation, name: str):
    evaluation = bundled_evaluation(name)
    result = reliability(evaluation.confidences, evaluation.right)
    accuracy, confidence = calibration_curve(evaluation.right, evaluation.confidences, n_bins=15)
    filled = [b for b in result.bins if b.count]
    np.testing.assert_allclose([b.accuracy for b in filled], accuracy)
    np.testing.assert_allclose([b.confidence for b in filled], confidence, rtol=1e-6)
    counts = np.array([b.count for b in filled])
    assert result.error == pytest.approx((counts * abs(accuracy - confidence)).sum() / counts.sum())


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose scores are what it is given."""

    def fit(self, X, y):  # noqa: N803
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):  # noqa: N803
        return np.log(X)

    def predict(self, X):  # noqa: N803
        return self.classes_[X.argmax(axis=1)]


@pytest.fixture(scope="module")
def kept_aside(mnist: Dataset, bundled_model):
    """Probabilities of a network on images, here only to have some to fit on."""
    images = slice(0, 3000)
    return predict(bundled_model("article"), mnist.test_images[images]), mnist.test_labels[images]


def test_the_temperature_is_that_of_scikit_learn(kept_aside):
    probabilities, labels = kept_aside
    estimator = FrozenEstimator(Given().fit(probabilities, labels))
    calibrated = CalibratedClassifierCV(estimator, method="temperature").fit(
        probabilities.astype(np.float64), labels
    )
    inverse = calibrated.calibrated_classifiers_[0].calibrators[0].beta_
    assert fit_temperature(probabilities, labels) == pytest.approx(1 / inverse, rel=1e-3)


def test_no_other_temperature_has_a_smaller_cross_entropy(kept_aside):
    probabilities, labels = kept_aside
    best = fit_temperature(probabilities, labels)
    losses = [log_loss(labels, rescale(probabilities, best * factor)) for factor in (1, 0.97, 1.03)]
    assert losses[0] < min(losses[1:])


def test_rescaling_changes_no_answer(kept_aside):
    probabilities, _ = kept_aside
    np.testing.assert_allclose(rescale(probabilities, 1.0), probabilities, atol=1e-6)
    warm = rescale(probabilities, 3.0)
    np.testing.assert_array_equal(warm.argmax(axis=1), probabilities.argmax(axis=1))
    np.testing.assert_allclose(warm.sum(axis=1), 1)
    assert warm.max(axis=1).mean() < probabilities.max(axis=1).mean()


def test_a_probability_of_nought_can_be_rescaled():
    assert np.isfinite(rescale(np.array([[1.0, 0.0]], dtype=np.float32), 2.0)).all()


def test_histogram_holds_every_answer(bundled_evaluation):
    evaluation = bundled_evaluation("softmax")
    histogram = confidence_histogram(evaluation.confidences, evaluation.right)
    assert histogram.right.sum() == evaluation.right.sum()
    assert histogram.wrong.sum() == len(evaluation.mistakes)
    assert histogram.right[-1] == ((evaluation.confidences >= 0.95) & evaluation.right).sum()


def test_refusals_worked_one_by_one(bundled_evaluation):
    evaluation = bundled_evaluation("article")
    curve = refusals(evaluation.confidences, evaluation.right)
    for step in (0, 30, 50, 77, 99):
        given = evaluation.confidences >= curve.thresholds[step]
        assert curve.answered[step] == given.mean()
        assert curve.accuracy[step] == pytest.approx(evaluation.right[given].mean())
    assert curve.answered[0] == 1
    assert curve.accuracy[0] == evaluation.accuracy


def test_refusals_that_leave_no_answer():
    curve = refusals(np.array([0.2, 0.3]), np.array([True, False]), steps=10)
    assert curve.answered[-1] == 0
    assert np.isnan(curve.accuracy[-1])


def test_held_out_images_are_never_those_of_the_weights():
    assert held_out(ARTICLE) == slice(0, 0)
    assert held_out(Recipe(validation_share=0.1)) == slice(54_000, 60_000)
    assert held_out(Recipe(train_size=3000)) == slice(3000, 13_000)
    assert held_out(Recipe(train_size=3000, validation_share=0.5)).start == 1500
    nearly_all = Recipe(validation_share=(FEWEST_IMAGES - 1) / 60_000)
    assert held_out(nearly_all) == slice(0, 0)
    for recipe in PRESETS.values():
        assert held_out(twin(recipe)) == slice(50_000, 60_000)


def test_every_preset_has_the_temperature_of_its_twin():
    assert all(0.5 < twin_temperature(preset) < 2 for preset in PRESETS)
    assert twin_temperature("no such preset") is None


def test_the_bundled_temperature_can_be_fitted_again():
    assert fit_twin(ARTICLE) == pytest.approx(twin_temperature("article"), abs=0.02)


def test_damaged_temperatures_are_noted(tmp_path, monkeypatch, caplog):
    damaged = tmp_path / "temperatures.csv"
    damaged.write_text("preset,temperature\narticle,warm\n")
    monkeypatch.setattr(temperatures, "TEMPERATURES", damaged)
    assert twin_temperature("article") is None
    assert "temperatures.csv" in caplog.text
