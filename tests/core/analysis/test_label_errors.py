from collections import Counter

import numpy as np

from core.analysis.label_errors import (
    LABEL_ISSUES,
    VOTERS,
    Verdict,
    corrected_labels,
    corrected_score,
    loss_by_image,
    planted_found,
    rank_by_loss,
)
from core.data import Dataset
from core.evaluation import Evaluation


def test_the_label_errors_are_those_of_the_study(mnist: Dataset):
    assert [issue.index for issue in LABEL_ISSUES] == [
        947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729,
    ]  # fmt: skip
    for issue in LABEL_ISSUES:
        assert mnist.test_labels[issue.index] == issue.label
        assert issue.for_label + issue.for_suggestion + issue.for_neither == VOTERS
        assert issue.for_label < 3, "or the study would not count it"
    # Counted by hand in the published votes.
    assert Counter(issue.verdict for issue in LABEL_ISSUES) == {
        Verdict.CORRECTABLE: 10,
        Verdict.NEITHER: 3,
        Verdict.NON_AGREEMENT: 2,
    }


def test_corrected_labels(mnist: Dataset):
    labels, kept = corrected_labels(mnist.test_labels)
    assert np.flatnonzero(labels != mnist.test_labels).tolist() == [
        947, 1621, 1901, 2462, 2597, 3558, 5937, 6651, 6783, 9729,
    ]  # fmt: skip
    assert labels[947] == 9
    assert np.flatnonzero(~kept).tolist() == [2130, 2654, 3520, 8527, 9679]


def test_score_on_corrected_labels_counted_one_by_one(bundled_evaluation):
    evaluation = bundled_evaluation("convolutional")
    score = corrected_score(evaluation)
    by_index = {issue.index: issue for issue in LABEL_ISSUES}
    correct = images = 0
    for index, prediction in enumerate(evaluation.predictions):
        issue = by_index.get(index)
        if issue is None:
            truth = evaluation.labels[index]
        elif issue.for_suggestion >= 3:
            truth = issue.suggestion
        else:
            continue
        images += 1
        correct += int(prediction == truth)
    assert (score.corrected_correct, score.corrected_images) == (correct, images)
    assert score.given_correct == evaluation.correct.sum()


def test_a_network_that_agrees_with_the_study_gains_ten(mnist: Dataset):
    labels, _ = corrected_labels(mnist.test_labels)
    score = corrected_score(Evaluation(np.eye(10, dtype=np.float32)[labels], mnist.test_labels))
    assert (score.given_correct, score.corrected_correct, score.corrected_images) == (9990, 9995, 9995)
    assert (score.gained, score.lost) == (10, 0)


# cleanlab/label-errors, mturk/mnist_mturk.json: votes for the label, for the suggestion, for neither.
PUBLISHED_VOTES = {
    947: (0, 5, 0), 1621: (2, 3, 0), 1901: (2, 3, 0), 2130: (2, 2, 1), 2462: (0, 4, 1),
    2597: (0, 4, 1), 2654: (0, 2, 3), 3520: (2, 0, 3), 3558: (1, 4, 0), 5937: (1, 3, 1),
    6651: (0, 5, 0), 6783: (2, 3, 0), 8527: (2, 2, 1), 9679: (2, 0, 3), 9729: (2, 3, 0),
}  # fmt: skip


def test_the_votes_are_the_published_ones():
    votes = {one.index: (one.for_label, one.for_suggestion, one.for_neither) for one in LABEL_ISSUES}
    assert votes == PUBLISHED_VOTES


def test_the_labels_that_a_network_disputes_most_come_first():
    probabilities = np.full((4, 10), 0.01, np.float32)
    probabilities[np.arange(4), [3, 5, 8, 9]] = 0.91
    probabilities[3, 0] = 0.0
    labels = np.array([3, 1, 8, 0], np.uint8)  # The second and the fourth are wrong.
    loss = loss_by_image(probabilities, labels)
    np.testing.assert_allclose(loss[:2], [-np.log(0.91), -np.log(0.01)], rtol=1e-6)
    assert np.isfinite(loss).all()
    order = rank_by_loss(loss)
    assert order.tolist() == [3, 1, 0, 2]
    half, whole = planted_found(np.array([False, True, False, True]), order, first=(2, 4, 100))
    assert (half.planted, half.by_chance, half.share) == (2, 1.0, 1.0)
    assert (whole.planted, whole.by_chance) == (2, 2.0)
