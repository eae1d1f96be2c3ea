import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

from core.analysis.calibration import (
    confidence_histogram,
    fit_temperature,
    reliability,
    risk_coverage,
    scale_temperature,
)
from core.data import Dataset
from core.evaluation import predict

CONFIDENCES = np.array([0.15, 0.55, 0.58, 0.95, 1.0], dtype=np.float32)
CORRECT = np.array([False, True, False, True, True])


def test_reliability_worked_by_hand():
    result = reliability(CONFIDENCES, CORRECT, bins=10)
    filled = [(b.count, round(b.confidence, 3), b.accuracy) for b in result.bins if b.count]
    assert filled == [(1, 0.15, 0.0), (2, 0.565, 0.5), (2, 0.975, 1.0)]
    assert result.ece == pytest.approx((1 * 0.15 + 2 * 0.065 + 2 * 0.025) / 5)
    assert (result.confidence, result.accuracy) == pytest.approx((CONFIDENCES.mean(), 0.6))


@pytest.mark.parametrize("name", ["article", "relu"])
def test_reliability_is_that_of_scikit_learn(bundled_evaluation, name: str):
    evaluation = bundled_evaluation(name)
    result = reliability(evaluation.confidences, evaluation.correct)
    accuracy, confidence = calibration_curve(evaluation.correct, evaluation.confidences, n_bins=15)
    filled = [b for b in result.bins if b.count]
    np.testing.assert_allclose([b.accuracy for b in filled], accuracy)
    np.testing.assert_allclose([b.confidence for b in filled], confidence, rtol=1e-6)
    counts = np.array([b.count for b in filled])
    assert result.ece == pytest.approx((counts * abs(accuracy - confidence)).sum() / counts.sum())


@pytest.mark.parametrize("bins", [5, 10, 15, 20])
def test_the_bins_have_the_edges_of_scikit_learn(bins: int):
    edges = np.linspace(0, 1, bins + 1)
    confidences = np.concatenate([edges, edges[1:] - 1e-9, edges[:-1] + 1e-9])
    correct = np.random.default_rng(0).random(len(confidences)) < confidences
    accuracy, confidence = calibration_curve(correct, confidences, n_bins=bins)
    filled = reliability(confidences, correct, bins).filled
    np.testing.assert_allclose([one.accuracy for one in filled], accuracy)
    np.testing.assert_allclose([one.confidence for one in filled], confidence)


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose logits are the logarithms of what it gets."""

    def fit(self, X, y):  # noqa: N803
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):  # noqa: N803
        return np.log(X)

    def predict(self, X):  # noqa: N803
        return self.classes_[X.argmax(axis=1)]


@pytest.fixture(scope="module")
def calibration_split(mnist: Dataset, bundled_model):
    """Probabilities of a network on images, here only to have some to fit on."""
    images = slice(0, 3000)
    return predict(bundled_model("article"), mnist.test_images[images]), mnist.test_labels[images]


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3.0])
def test_the_temperature_is_that_of_scikit_learn(calibration_split, temperature: float):
    probabilities, labels = calibration_split
    probabilities = scale_temperature(probabilities, temperature)
    estimator = FrozenEstimator(Given().fit(probabilities, labels))
    calibrated = CalibratedClassifierCV(estimator, method="temperature").fit(probabilities, labels)
    inverse = calibrated.calibrated_classifiers_[0].calibrators[0].beta_
    assert fit_temperature(probabilities, labels) == pytest.approx(1 / inverse, rel=1e-3)


def test_no_other_temperature_has_a_smaller_cross_entropy(calibration_split):
    probabilities, labels = calibration_split
    best = fit_temperature(probabilities, labels)
    losses = [log_loss(labels, scale_temperature(probabilities, best * factor)) for factor in (1, 0.97, 1.03)]
    assert losses[0] < min(losses[1:])


def test_a_temperature_changes_no_prediction(calibration_split):
    probabilities, _ = calibration_split
    np.testing.assert_allclose(scale_temperature(probabilities, 1.0), probabilities, atol=1e-6)
    warm = scale_temperature(probabilities, 3.0)
    np.testing.assert_array_equal(warm.argmax(axis=1), probabilities.argmax(axis=1))
    np.testing.assert_allclose(warm.sum(axis=1), 1)
    assert warm.max(axis=1).mean() < probabilities.max(axis=1).mean()


def test_a_probability_of_zero_has_a_temperature_too():
    assert np.isfinite(scale_temperature(np.array([[1.0, 0.0]], dtype=np.float32), 2.0)).all()


def test_histogram_holds_every_prediction(bundled_evaluation):
    evaluation = bundled_evaluation("softmax")
    histogram = confidence_histogram(evaluation.confidences, evaluation.correct)
    assert histogram.correct.sum() == evaluation.correct.sum()
    assert histogram.errors.sum() == len(evaluation.errors)
    assert histogram.correct[-1] == ((evaluation.confidences >= 0.95) & evaluation.correct).sum()


def test_risk_and_coverage_worked_one_by_one(bundled_evaluation):
    evaluation = bundled_evaluation("article")
    curve = risk_coverage(evaluation.confidences, evaluation.correct)
    for step in (0, 30, 50, 77, 99):
        covered = evaluation.confidences >= curve.thresholds[step]
        assert curve.coverage[step] == covered.mean()
        assert curve.accuracy[step] == pytest.approx(evaluation.correct[covered].mean())
    assert curve.coverage[0] == 1
    assert curve.accuracy[0] == evaluation.accuracy


def test_a_threshold_that_leaves_no_prediction():
    curve = risk_coverage(np.array([0.2, 0.3]), np.array([True, False]), steps=10)
    assert curve.coverage[-1] == 0
    assert np.isnan(curve.accuracy[-1])
