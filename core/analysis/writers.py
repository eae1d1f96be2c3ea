"""Accuracy by the group and by the person who wrote the digits, and what chance alone would give.

Groups differ in more than handwriting: their forms and scans differ, too.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.analysis.significance import CONFIDENCE_LEVEL, Interval
from core.data import Writers, is_student

# With fewer digits, a person's accuracy says more about chance than about the handwriting.
MIN_DIGITS = 15
# Test sets drawn by chance for the binomial band, and groups of people for an interval.
_DRAWS = 1000
_TAIL = (1 - CONFIDENCE_LEVEL) / 2
EMPLOYEES, STUDENTS = "Census employees", "High-school students"

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GroupScore:
    """The accuracy on the digits of one group of writers.

    Attributes
    ----------
    group : str
        `EMPLOYEES` or `STUDENTS`.
    writers : int
        Number of people.
    images, errors : int
    accuracy : Interval
        With its 95% interval by bootstrap over people (Efron 1979), since the digits of one person
        are not independent of each other: Wilson's interval would be too narrow.
    """

    group: str
    writers: int
    images: int
    errors: int
    accuracy: Interval


@dataclass(frozen=True)
class WriterScore:
    """The accuracy on one person's digits.

    Attributes
    ----------
    writer : int
        The number of NIST's form.
    group : str
    images, errors : int
    """

    writer: int
    group: str
    images: int
    errors: int

    @property
    def accuracy(self) -> float:
        """Share of this person's digits that are classified correctly, 0 to 1."""
        return 1 - self.errors / self.images


def by_group(correct: Bools, writers: Writers) -> tuple[GroupScore, ...]:
    """Return the accuracy on the digits of each group that wrote any, the employees first.

    Parameters
    ----------
    correct : ndarray of bool, shape (n,)
        Whether each prediction is correct.
    writers : ndarray of uint16, shape (n,)

    Examples
    --------
    >>> correct = np.array([True, True, False, True])
    >>> [(one.group, one.errors) for one in by_group(correct, np.array([1, 1, 2100, 2101], np.uint16))]
    [('Census employees', 0), ('High-school students', 1)]
    """
    student = is_student(writers)
    return tuple(
        _group(name, correct[mask], writers[mask])
        for name, mask in ((EMPLOYEES, ~student), (STUDENTS, student))
        if mask.any()
    )


def _group(name: str, correct: Bools, writers: Writers) -> GroupScore:
    people, places, images = np.unique(writers, return_inverse=True, return_counts=True)
    right = np.bincount(places, weights=correct, minlength=len(people))
    drawn = np.random.default_rng(0).integers(len(people), size=(_DRAWS, len(people)))
    low, high = np.quantile(right[drawn].sum(axis=1) / images[drawn].sum(axis=1), [_TAIL, 1 - _TAIL])
    errors = len(correct) - int(right.sum())
    accuracy = Interval(float(correct.mean()), float(low), float(high))
    return GroupScore(name, len(people), len(correct), errors, accuracy)


def by_writer(correct: Bools, writers: Writers, min_digits: int = MIN_DIGITS) -> tuple[WriterScore, ...]:
    """Return the accuracy on each person's digits, the lowest first.

    Parameters
    ----------
    correct : ndarray of bool, shape (n,)
    writers : ndarray of uint16, shape (n,)
    min_digits : int
        People with fewer digits are left out.
    """
    numbers, places, images = np.unique(writers, return_inverse=True, return_counts=True)
    errors = np.bincount(places, weights=~correct, minlength=len(numbers)).astype(int)
    students = is_student(numbers)
    scores = [
        WriterScore(
            int(numbers[row]),
            STUDENTS if students[row] else EMPLOYEES,
            int(images[row]),
            int(errors[row]),
        )
        for row in np.flatnonzero(images >= min_digits)
    ]
    return tuple(sorted(scores, key=lambda score: (score.accuracy, -score.errors, score.writer)))


@functools.lru_cache(maxsize=16)
def binomial_band(scores: tuple[WriterScore, ...]) -> tuple[Floats, Floats]:
    """Return where the sorted accuracies would lie if chance alone made people differ.

    Everybody's errors are drawn from a binomial distribution with the same error rate and
    everybody's own number of digits, and sorted as the true ones are, 1000 times.

    Parameters
    ----------
    scores : tuple of WriterScore
        Of all people, as `by_writer` gives them.

    Returns
    -------
    low, high : ndarray of float, shape (n,)
        Between which 95% of the draws are, for the lowest accuracy, the second lowest, and so on.
    """
    images = np.array([score.images for score in scores])
    rate = sum(score.errors for score in scores) / max(int(images.sum()), 1)
    errors = np.random.default_rng(0).binomial(images, rate, size=(_DRAWS, len(scores)))
    band = np.quantile(np.sort(1 - errors / images, axis=1), [_TAIL, 1 - _TAIL], axis=0)
    band.flags.writeable = False  # The next caller gets the same arrays.
    return band[0], band[1]


def error_ratio(groups: tuple[GroupScore, ...]) -> float | None:
    """Return how many times as often the network errs on the students' digits as on the employees'.

    Returns
    -------
    float or None
        None where a group is missing or the network makes no error on the employees' digits.
    """
    if len(groups) != 2 or not groups[0].errors:
        return None
    employees, students = groups
    return (students.errors / students.images) / (employees.errors / employees.images)
