"""Disputed labels, landmarks and seeds."""

import dataclasses
from collections import Counter

import numpy as np
import pytest

from core.analysis.baselines import LANDMARKS, reasons, standing
from core.analysis.label_errors import DISPUTES, VOTERS, Verdict, corrected, corrected_score
from core.data import Dataset
from core.evaluation import Evaluation
from core.fine_tuning import Teaching
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from core.store.run import Run, RunState
from core.store.seeds import alike, more_seeds, siblings


def test_the_disputed_images_are_those_of_the_study(mnist: Dataset):
    assert [dispute.index for dispute in DISPUTES] == [
        947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729,
    ]  # fmt: skip
    for dispute in DISPUTES:
        assert mnist.test_labels[dispute.index] == dispute.label
        assert dispute.for_label + dispute.for_suggestion + dispute.for_neither == VOTERS
        assert dispute.for_label < 3, "or the study would not count it"
    # Counted by hand in the published votes.
    assert Counter(dispute.verdict for dispute in DISPUTES) == {
        Verdict.OTHER: 10,
        Verdict.NEITHER: 3,
        Verdict.DIVIDED: 2,
    }


def test_corrected_labels(mnist: Dataset):
    labels, kept = corrected(mnist.test_labels)
    assert np.flatnonzero(labels != mnist.test_labels).tolist() == [
        947, 1621, 1901, 2462, 2597, 3558, 5937, 6651, 6783, 9729,
    ]  # fmt: skip
    assert labels[947] == 9
    assert np.flatnonzero(~kept).tolist() == [2130, 2654, 3520, 8527, 9679]


def test_score_on_corrected_labels_counted_one_by_one(bundled_evaluation):
    evaluation = bundled_evaluation("convolutional")
    score = corrected_score(evaluation)
    by_index = {dispute.index: dispute for dispute in DISPUTES}
    right = images = 0
    for index, answer in enumerate(evaluation.predictions):
        dispute = by_index.get(index)
        if dispute is None:
            truth = evaluation.labels[index]
        elif dispute.for_suggestion >= 3:
            truth = dispute.suggestion
        else:
            continue
        images += 1
        right += int(answer == truth)
    assert (score.corrected_right, score.corrected_images) == (right, images)
    assert score.right == evaluation.right.sum()


def test_a_network_that_answers_as_the_study_gains_ten(mnist: Dataset):
    labels, _ = corrected(mnist.test_labels)
    score = corrected_score(Evaluation(np.eye(10, dtype=np.float32)[labels], mnist.test_labels))
    assert (score.right, score.corrected_right, score.corrected_images) == (9990, 9995, 9995)
    assert (score.gained, score.lost) == (10, 0)


def test_landmarks_fall_from_guessing_to_the_best(mnist: Dataset):
    errors = [landmark.error for landmark in LANDMARKS]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0.0035
    counts = np.bincount(mnist.test_labels)
    assert LANDMARKS[1].error == pytest.approx(1 - counts.max() / counts.sum())
    assert counts.argmax() == 1
    assert all(landmark.source and landmark.why for landmark in LANDMARKS)


@pytest.mark.parametrize(
    ("error", "beaten", "ahead"),
    [
        (0.95, None, "Guessing"),
        (0.063, "Linear classifier", "Nearest neighbours"),
        (0.05, "Linear classifier", "Nearest neighbours"),
        (0.001, "Six layers, deformed images", None),
    ],
)
def test_standing(error: float, beaten: str | None, ahead: str | None):
    found = standing(error)
    assert (found.beaten.name if found.beaten else None) == beaten
    assert (found.ahead.name if found.ahead else None) == ahead


def test_reasons_follow_from_the_recipe():
    assert any("no hidden layer" in reason for reason in reasons(PRESETS["softmax"]))
    assert any("filters" in reason for reason in reasons(PRESETS["convolutional"]))
    assert any("moved at random" in reason for reason in reasons(PRESETS["augmented"]))
    assert any("other hands" in reason for reason in reasons(PRESETS["drawings"]))
    assert any("fewer than 2,000 times" in reason for reason in reasons(ARTICLE))
    assert any("only a part" in reason for reason in reasons(Recipe(validation_share=0.1)))
    assert len(reasons(Recipe(batch_size=100))) == 1


def finished(number: int, recipe: Recipe, epochs: int | None = None, accuracy: float | None = 0.9) -> Run:
    return Run(
        f"run-{number}",
        f"Run {number}",
        recipe,
        RunState.FINISHED,
        owner="ann",
        epochs_done=recipe.epochs if epochs is None else epochs,
        test_accuracy=accuracy,
    )


def test_siblings_differ_in_nothing_but_the_seed():
    one = finished(1, Recipe(seed=3))
    two = finished(2, Recipe(seed=1))
    again = finished(3, Recipe(seed=1))
    other = finished(4, Recipe(seed=4, epochs=5))
    stopped = finished(5, Recipe(seed=5), epochs=2)
    unmeasured = finished(6, Recipe(seed=6), accuracy=None)
    runs = (unmeasured, stopped, other, again, two, one)
    assert siblings(one, runs) == (again, one)
    assert siblings(two, runs) == (two, one), "the run itself, not another one of its seed"
    assert siblings(stopped, runs) == (again, one), "a run stopped early is not among its own"
    assert siblings(finished(7, dataclasses.replace(ARTICLE, epochs=3)), runs)[0].id == "run-7"


def test_more_seeds_are_those_not_used_yet():
    recipes = more_seeds(ARTICLE, {0, 2, 7}, 3)
    assert [recipe.seed for recipe in recipes] == [1, 3, 4]
    plain, *others = (Run("a", "Run", recipe, RunState.FINISHED) for recipe in (ARTICLE, *recipes))
    assert all(alike(plain, other) for other in others)
    assert not alike(plain, dataclasses.replace(plain, recipe=dataclasses.replace(ARTICLE, epochs=3)))


def test_a_network_that_was_taught_is_no_seed_of_another():
    plain = Run("a", "Run", ARTICLE, RunState.FINISHED, epochs_done=10, test_accuracy=0.9)
    taught = dataclasses.replace(plain, id="b", teaching=Teaching(9, 3))
    also = dataclasses.replace(taught, id="c")
    assert not alike(plain, taught)
    assert siblings(plain, [taught, also]) == (plain,)
    assert siblings(taught, [plain, also]) == (taught,)


# cleanlab/label-errors, mturk/mnist_mturk.json: votes for the label, for the suggestion, for neither.
PUBLISHED_VOTES = {
    947: (0, 5, 0), 1621: (2, 3, 0), 1901: (2, 3, 0), 2130: (2, 2, 1), 2462: (0, 4, 1),
    2597: (0, 4, 1), 2654: (0, 2, 3), 3520: (2, 0, 3), 3558: (1, 4, 0), 5937: (1, 3, 1),
    6651: (0, 5, 0), 6783: (2, 3, 0), 8527: (2, 2, 1), 9679: (2, 0, 3), 9729: (2, 3, 0),
}  # fmt: skip


def test_the_votes_are_the_published_ones():
    votes = {one.index: (one.for_label, one.for_suggestion, one.for_neither) for one in DISPUTES}
    assert votes == PUBLISHED_VOTES


def test_the_published_results_are_those_of_their_sources():
    """LeCun 1998, Simard 2003, Ciresan 2010, as DESIGN.md has them."""
    errors = {landmark.error for landmark in LANDMARKS}
    assert {0.12, 0.05, 0.047, 0.016, 0.0095, 0.0035} <= errors
