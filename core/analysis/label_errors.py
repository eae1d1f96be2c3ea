"""Label errors: fifteen of the test set with five people's votes, and those that a network disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.data import Labels
from core.evaluation import Evaluation

SOURCE = (
    "Northcutt, Athalye and Mueller, “Pervasive Label Errors in Test Sets Destabilize Machine Learning "
    "Benchmarks” (2021); the votes are in cleanlab/label-errors, mturk/mnist_mturk.json"
)
VOTERS = 5
# So many of the images with the largest loss are looked at.
FIRST = (100, 500, 1000)
_MAJORITY = 3


class Verdict(StrEnum):
    """What most of the five people saw, in the study's terms; the values are those of the CSV file."""

    CORRECTABLE = "other"
    NEITHER = "neither"
    NON_AGREEMENT = "divided"


@dataclass(frozen=True)
class LabelIssue:
    """One test image with a label error, and the votes on it.

    A program that looks for label errors (confident learning) suggested another digit; five
    people saw the image and chose the label, the suggestion, or neither. The study counts an
    image as a label error if fewer than three chose the label.

    Attributes
    ----------
    index : int
        Of the test image, from 0.
    label : int
        The digit that MNIST says it is.
    suggestion : int
        The digit that the program found more probable.
    for_label, for_suggestion, for_neither : int
        Votes; they add up to 5.
    """

    index: int
    label: int
    suggestion: int
    for_label: int
    for_suggestion: int
    for_neither: int

    @property
    def verdict(self) -> Verdict:
        """Correctable if three chose the suggestion, neither if three chose that, else no agreement."""
        if self.for_suggestion >= _MAJORITY:
            return Verdict.CORRECTABLE
        return Verdict.NEITHER if self.for_neither >= _MAJORITY else Verdict.NON_AGREEMENT


# The votes as published; see SOURCE.
LABEL_ISSUES = (
    LabelIssue(947, 8, 9, 0, 5, 0),
    LabelIssue(1621, 0, 6, 2, 3, 0),
    LabelIssue(1901, 9, 4, 2, 3, 0),
    LabelIssue(2130, 4, 9, 2, 2, 1),
    LabelIssue(2462, 2, 0, 0, 4, 1),
    LabelIssue(2597, 5, 3, 0, 4, 1),
    LabelIssue(2654, 6, 1, 0, 2, 3),
    LabelIssue(3520, 6, 4, 2, 0, 3),
    LabelIssue(3558, 5, 0, 1, 4, 0),
    LabelIssue(5937, 5, 3, 1, 3, 1),
    LabelIssue(6651, 0, 6, 0, 5, 0),
    LabelIssue(6783, 1, 6, 2, 3, 0),
    LabelIssue(8527, 4, 9, 2, 2, 1),
    LabelIssue(9679, 6, 3, 2, 0, 3),
    LabelIssue(9729, 5, 6, 2, 3, 0),
)


@dataclass(frozen=True)
class CorrectedScore:
    """Correct predictions on the given labels and on those that the study corrects.

    Attributes
    ----------
    given_correct, given_images : int
        On MNIST's labels.
    corrected_correct, corrected_images : int
        On the corrected ones. Images on which the five people did not agree on a digit are
        left out: nobody has published a label for them.
    changed : int
        Images with a new label.
    gained, lost : int
        Among the images with a new label: how many predictions are correct only by the new
        label, and how many were correct only by the old one.
    """

    given_correct: int
    given_images: int
    corrected_correct: int
    corrected_images: int
    changed: int
    gained: int
    lost: int


def corrected_labels(
    labels: Labels, numbers: Sequence[int] | npt.NDArray[np.int64] | None = None
) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Return the test labels with the published corrections.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
        As MNIST has them.
    numbers : sequence of int, optional
        Which of MNIST's 10,000 test images these are, if they are only a part of them.

    Returns
    -------
    labels : ndarray of uint8, shape (n,)
        A copy; ten of the 10,000 have the digit that the majority of the study saw.
    kept : ndarray of bool, shape (n,)
        False for the five without such a digit.
    """
    corrected, kept = labels.copy(), np.ones(len(labels), dtype=bool)
    known = range(len(labels)) if numbers is None else numbers
    places = {int(number): place for place, number in enumerate(known)}
    for issue in LABEL_ISSUES:
        if (place := places.get(issue.index)) is None:
            continue
        if issue.verdict is Verdict.CORRECTABLE:
            corrected[place] = issue.suggestion
        else:
            kept[place] = False
    return corrected, kept


def corrected_score(
    evaluation: Evaluation, numbers: Sequence[int] | npt.NDArray[np.int64] | None = None
) -> CorrectedScore:
    """Return the score of a network's predictions on test images by both kinds of labels.

    Parameters
    ----------
    evaluation : Evaluation
    numbers : sequence of int, optional
        As for `corrected_labels`.
    """
    labels, kept = corrected_labels(evaluation.labels, numbers)
    changed = labels != evaluation.labels
    correct = evaluation.predictions == labels
    return CorrectedScore(
        given_correct=int(evaluation.correct.sum()),
        given_images=len(labels),
        corrected_correct=int(correct[kept].sum()),
        corrected_images=int(kept.sum()),
        changed=int(changed.sum()),
        gained=int(correct[changed].sum()),
        lost=int(evaluation.correct[changed].sum()),
    )


@dataclass(frozen=True)
class PlantedFound:
    """How many labels that were made wrong are among the images with the largest loss.

    Attributes
    ----------
    first : int
        How many images are looked at.
    planted : int
        How many of their labels were made wrong.
    by_chance : float
        How many there would be in a random order, on average.
    """

    first: int
    planted: int
    by_chance: float

    @property
    def share(self) -> float:
        """Precision at `first`: share of these labels that were made wrong."""
        return self.planted / self.first


def loss_by_image(probabilities: npt.NDArray[np.float32], labels: Labels) -> npt.NDArray[np.float64]:
    """Return the cross-entropy of each image: −ln of the probability of its label.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (n, 10)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
        From 0; a probability of 0 counts as the smallest float32, which makes 87.3.
    """
    given = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    loss: npt.NDArray[np.float64] = -np.log(np.maximum(given, np.finfo(np.float32).tiny))
    return loss


def rank_by_loss(loss: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return the order of images from the largest loss to the smallest.

    The probability of the given label is the self-confidence by which confident learning ranks label
    errors (Northcutt, Jiang and Chuang 2021).
    """
    return np.argsort(-loss, kind="stable")


def planted_found(
    planted: npt.NDArray[np.bool_], order: npt.NDArray[np.intp], first: Sequence[int] = FIRST
) -> tuple[PlantedFound, ...]:
    """Return how many planted labels are among the first images of an order.

    Parameters
    ----------
    planted : ndarray of bool, shape (n,)
        Whether each label was made wrong.
    order : ndarray of int, shape (n,)
        See `rank_by_loss`.
    first : sequence of int
        Those above n are left out.
    """
    ranked = planted[order]
    chance = float(planted.mean())
    return tuple(
        PlantedFound(count, int(ranked[:count].sum()), count * chance)
        for count in first
        if count <= len(ranked)
    )
