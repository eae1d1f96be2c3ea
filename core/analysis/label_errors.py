"""The fifteen test images whose label five people did not confirm, and what they saw."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.data import Labels
from core.evaluation import Evaluation

SOURCE = (
    "Northcutt, Athalye and Mueller, “Pervasive Label Errors in Test Sets Destabilize Machine Learning "
    "Benchmarks” (2021); the votes are in cleanlab/label-errors, mturk/mnist_mturk.json"
)
VOTERS = 5
_MAJORITY = 3


class Verdict(StrEnum):
    """What most of the five people saw."""

    OTHER = "other"
    NEITHER = "neither"
    DIVIDED = "divided"


@dataclass(frozen=True)
class Dispute:
    """One disputed image and its votes.

    A program that looks for label errors suggested another digit; five people saw the
    image and chose the label, the suggestion, or neither. The study counts an image as a
    label error if fewer than three chose the label.

    Attributes
    ----------
    index : int
        Of the test image, from 0.
    label : int
        The digit that MNIST says it is.
    suggestion : int
        The digit that the program found more likely.
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
        """The suggested digit or neither if three agree on it, otherwise divided."""
        if self.for_suggestion >= _MAJORITY:
            return Verdict.OTHER
        return Verdict.NEITHER if self.for_neither >= _MAJORITY else Verdict.DIVIDED


# The votes as published; see SOURCE.
DISPUTES = (
    Dispute(947, 8, 9, 0, 5, 0),
    Dispute(1621, 0, 6, 2, 3, 0),
    Dispute(1901, 9, 4, 2, 3, 0),
    Dispute(2130, 4, 9, 2, 2, 1),
    Dispute(2462, 2, 0, 0, 4, 1),
    Dispute(2597, 5, 3, 0, 4, 1),
    Dispute(2654, 6, 1, 0, 2, 3),
    Dispute(3520, 6, 4, 2, 0, 3),
    Dispute(3558, 5, 0, 1, 4, 0),
    Dispute(5937, 5, 3, 1, 3, 1),
    Dispute(6651, 0, 6, 0, 5, 0),
    Dispute(6783, 1, 6, 2, 3, 0),
    Dispute(8527, 4, 9, 2, 2, 1),
    Dispute(9679, 6, 3, 2, 0, 3),
    Dispute(9729, 5, 6, 2, 3, 0),
)


@dataclass(frozen=True)
class CorrectedScore:
    """A network's score on the labels as they are and as the study corrects them.

    Attributes
    ----------
    right, images : int
        On MNIST's labels.
    corrected_right, corrected_images : int
        On the corrected ones. Images on which the five people did not agree on a digit are
        left out: nobody has published a label for them.
    gained, lost : int
        Among the images with a new label: how many are right only by the new label, and how
        many were right only by the old one.
    """

    right: int
    images: int
    corrected_right: int
    corrected_images: int
    gained: int
    lost: int


def corrected(labels: Labels) -> tuple[Labels, np.ndarray]:
    """The test labels with the published corrections.

    Parameters
    ----------
    labels : ndarray of uint8, shape (10000,)
        As MNIST has them.

    Returns
    -------
    labels : ndarray of uint8, shape (10000,)
        A copy; ten images have the digit that the majority of the study saw.
    kept : ndarray of bool, shape (10000,)
        False for the five images without such a digit.
    """
    new, kept = labels.copy(), np.ones(len(labels), dtype=bool)
    for dispute in DISPUTES:
        if dispute.verdict is Verdict.OTHER:
            new[dispute.index] = dispute.suggestion
        else:
            kept[dispute.index] = False
    return new, kept


def corrected_score(evaluation: Evaluation) -> CorrectedScore:
    """Score a network's answers on the 10,000 test images with both kinds of labels."""
    labels, kept = corrected(evaluation.labels)
    changed = labels != evaluation.labels
    return CorrectedScore(
        right=int(evaluation.right.sum()),
        images=len(labels),
        corrected_right=int((evaluation.predictions == labels)[kept].sum()),
        corrected_images=int(kept.sum()),
        gained=int((evaluation.predictions == labels)[changed].sum()),
        lost=int(evaluation.right[changed].sum()),
    )
