import csv
import io

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

from core.data import Dataset
from core.evaluation import Evaluation, EvaluationError, evaluate, predict


@pytest.fixture(scope="module")
def evaluation(article_result, mnist: Dataset) -> Evaluation:
    return evaluate(article_result.model, mnist.test_images, mnist.test_labels)


def test_answers_are_those_of_keras(evaluation: Evaluation, article_result, mnist: Dataset):
    expected = article_result.model.predict(mnist.test_images, verbose=0)
    np.testing.assert_allclose(evaluation.probabilities, expected, atol=1e-6)


def test_measures_are_those_of_scikit_learn(evaluation: Evaluation, mnist: Dataset):
    answers = evaluation.probabilities.argmax(axis=1)
    assert evaluation.accuracy == accuracy_score(mnist.test_labels, answers)
    np.testing.assert_array_equal(evaluation.confusion_matrix, confusion_matrix(mnist.test_labels, answers))
    assert evaluation.confusion_matrix.sum() == 10_000
    assert np.trace(evaluation.confusion_matrix) == round(evaluation.accuracy * 10_000)
    report = classification_report(mnist.test_labels, answers, output_dict=True)
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
    """Four images: 3 and 3 read right, 7 read as 1 surely, 7 read as 1 with doubt."""
    probabilities = np.zeros((4, 10), dtype=np.float32)
    probabilities[[0, 1], 3] = 0.8
    probabilities[2, [1, 7]] = 0.9, 0.1
    probabilities[3, [1, 7]] = 0.6, 0.4
    return Evaluation(probabilities, np.array([3, 3, 7, 7], dtype=np.uint8))


def test_four_images_worked_by_hand():
    evaluation = by_hand()
    assert evaluation.accuracy == 0.5
    assert evaluation.mistakes.tolist() == [2, 3]
    assert evaluation.worst_pair == (7, 1, 2)
    three, seven, eight = (evaluation.digit_scores[digit] for digit in (3, 7, 8))
    assert (three.precision, three.recall, three.f1, three.support) == (1, 1, 1, 2)
    assert (seven.precision, seven.recall, seven.f1, seven.support) == (0, 0, 0, 2)
    assert (eight.precision, eight.recall, eight.f1, eight.support) == (0, 0, 0, 0)


def test_no_mistakes():
    evaluation = Evaluation(np.eye(10, dtype=np.float32), np.arange(10, dtype=np.uint8))
    assert evaluation.accuracy == 1
    assert evaluation.worst_pair is None
    assert len(evaluation.mistakes) == 0
    assert evaluation.mistakes_csv() == "index,true_digit,answer,confidence\n"


def test_csv_files_hold_the_numbers():
    evaluation = by_hand()
    rows = list(csv.DictReader(io.StringIO(evaluation.mistakes_csv())))
    assert rows[0] == {"index": "2", "true_digit": "7", "answer": "1", "confidence": "0.9000"}
    matrix = list(csv.reader(io.StringIO(evaluation.confusion_csv())))
    assert matrix[0][:2] == ["true_digit", "answer_0"]
    assert matrix[8] == ["7", "0", "2", *["0"] * 8]
    scores = list(csv.DictReader(io.StringIO(evaluation.scores_csv())))
    assert scores[3] == {
        "digit": "3", "precision": "1.0000", "recall": "1.0000", "f1": "1.0000", "support": "2",
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 999, 1001])
def test_any_number_of_images(count: int, article_result, mnist: Dataset):
    assert predict(article_result.model, mnist.test_images[:count]).shape == (count, 10)


def test_a_model_of_another_kind_is_refused(mnist: Dataset):
    def pairs(images, training=False):
        return np.zeros((len(images), 2))

    with pytest.raises(EvaluationError, match="does not answer with the ten digits"):
        evaluate(pairs, mnist.test_images[:5], mnist.test_labels[:5])


def test_images_and_labels_must_match(article_result, mnist: Dataset):
    with pytest.raises(EvaluationError, match="one label for each"):
        evaluate(article_result.model, mnist.test_images[:5], mnist.test_labels[:4])
    with pytest.raises(EvaluationError, match="at least one image"):
        evaluate(article_result.model, mnist.test_images[:0], mnist.test_labels[:0])
