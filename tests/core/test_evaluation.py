from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

from core.data import Dataset
from core.evaluation import Confusion, Evaluation, EvaluationError, evaluate, predict


@pytest.fixture(scope="module")
def model(bundled_model):
    return bundled_model("article")


@pytest.fixture(scope="module")
def evaluation(bundled_evaluation) -> Evaluation:
    return bundled_evaluation("article")


def test_probabilities_are_those_of_keras(evaluation: Evaluation, model, mnist: Dataset):
    expected = model.predict(mnist.test_images, verbose=0)
    np.testing.assert_allclose(evaluation.probabilities, expected, atol=1e-6)


def test_metrics_are_those_of_scikit_learn(evaluation: Evaluation, mnist: Dataset):
    predictions = evaluation.probabilities.argmax(axis=1)
    assert evaluation.accuracy == accuracy_score(mnist.test_labels, predictions)
    np.testing.assert_array_equal(
        evaluation.confusion_matrix, confusion_matrix(mnist.test_labels, predictions)
    )
    assert evaluation.confusion_matrix.sum() == 10_000
    assert np.trace(evaluation.confusion_matrix) == round(evaluation.accuracy * 10_000)
    report = classification_report(mnist.test_labels, predictions, output_dict=True)
    for score in evaluation.digit_scores:
        assert report[str(score.digit)] == pytest.approx(
            {
                "precision": score.precision,
                "recall": score.recall,
                "f1-score": score.f1,
                "support": score.support,
            }
        )


def by_hand() -> Evaluation:
    """Four images: two correct 3s, a 7 predicted to be 1 with confidence, and one with less."""
    probabilities = np.zeros((4, 10), dtype=np.float32)
    probabilities[[0, 1], 3] = 0.8
    probabilities[2, [1, 7]] = 0.9, 0.1
    probabilities[3, [1, 7]] = 0.6, 0.4
    return Evaluation(probabilities, np.array([3, 3, 7, 7], dtype=np.uint8))


def test_four_images_worked_by_hand():
    evaluation = by_hand()
    assert evaluation.accuracy == 0.5
    assert evaluation.errors.tolist() == [2, 3]
    assert evaluation.confusions == (Confusion(7, 1, 2),)
    three, seven, eight = (evaluation.digit_scores[digit] for digit in (3, 7, 8))
    assert (three.precision, three.recall, three.f1, three.support) == (1, 1, 1, 2)
    assert (seven.precision, seven.recall, seven.f1, seven.support) == (0, 0, 0, 2)
    assert (eight.precision, eight.recall, eight.f1, eight.support) == (0, 0, 0, 0)


def test_no_errors():
    evaluation = Evaluation(np.eye(10, dtype=np.float32), np.arange(10, dtype=np.uint8))
    assert evaluation.accuracy == 1
    assert evaluation.confusions == ()
    assert len(evaluation.errors) == 0


@pytest.mark.parametrize("count", [1, 999, 1001])
def test_any_number_of_images(count: int, model, mnist: Dataset):
    assert predict(model, mnist.test_images[:count]).shape == (count, 10)


def test_a_model_with_other_classes_is_refused(mnist: Dataset):
    two_classes = SimpleNamespace(predict_on_batch=lambda images: np.zeros((len(images), 2)))

    with pytest.raises(EvaluationError, match="does not have ten outputs"):
        evaluate(two_classes, mnist.test_images[:5], mnist.test_labels[:5])


def test_images_and_labels_must_match(model, mnist: Dataset):
    with pytest.raises(EvaluationError, match="one label per image"):
        evaluate(model, mnist.test_images[:5], mnist.test_labels[:4])
    with pytest.raises(EvaluationError, match="at least one image"):
        evaluate(model, mnist.test_images[:0], mnist.test_labels[:0])


def test_images_of_a_cell_a_row_and_a_column(evaluation: Evaluation):
    for label, prediction in [(4, 9), (4, None), (None, 9), (None, None)]:
        for errors_only in (False, True):
            expected = [
                index
                for index in range(10_000)
                if label in (None, evaluation.labels[index])
                and prediction in (None, evaluation.predictions[index])
                and not (errors_only and evaluation.labels[index] == evaluation.predictions[index])
            ]
            found = evaluation.select(label, prediction, errors_only)
            assert sorted(found.tolist()) == expected
            assert (np.diff(evaluation.confidences[found]) <= 0).all(), "the most confident first"
    assert len(evaluation.select(4, 9)) == evaluation.confusion_matrix[4, 9]


def test_confusions_are_all_that_occur_most_frequent_first(evaluation: Evaluation):
    matrix = confusion_matrix(evaluation.labels, evaluation.predictions)
    assert {(one.label, one.prediction): one.count for one in evaluation.confusions} == {
        (label, prediction): matrix[label, prediction]
        for label in range(10)
        for prediction in range(10)
        if label != prediction and matrix[label, prediction]
    }
    counts = [one.count for one in evaluation.confusions]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == len(evaluation.errors)


def test_a_model_without_finite_probabilities_is_refused(mnist: Dataset):
    broken = SimpleNamespace(predict_on_batch=lambda images: np.full((len(images), 10), np.nan))

    with pytest.raises(EvaluationError, match="training diverged"):
        evaluate(broken, mnist.test_images[:5], mnist.test_labels[:5])
