"""What a network answers to the test images, counted: by digit, and by the group of the writers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, Labels, Writers, is_student

Counts = npt.NDArray[np.int64]

EVERYONE, EMPLOYEES, STUDENTS = "everyone", "employees", "students"


@dataclass(frozen=True, eq=False)
class TestConfusion:
    """The confusion matrices of a network on the test images, one for each group of writers.

    Attributes
    ----------
    matrices : mapping of str to ndarray of int64, shape (10, 10)
        Rows are the true digits, columns the predicted ones. By ``employees`` and ``students``, or
        only by ``everyone`` where it is not known who wrote the digits.
    """

    # The name is that of a class of tests to pytest.
    __test__ = False

    matrices: Mapping[str, Counts]

    @classmethod
    def of(cls, predictions: npt.NDArray[np.int64], labels: Labels, writers: Writers | None) -> Self:
        """Count the predictions for images with these labels, by these writers.

        Parameters
        ----------
        predictions : ndarray of int64, shape (n,)
        labels : ndarray of uint8, shape (n,)
        writers : ndarray of uint16, shape (n,), or None

        Examples
        --------
        >>> found = TestConfusion.of(np.array([1, 7]), np.array([1, 1], np.uint8), np.array([1, 2100]))
        >>> found.accuracy(), found.accuracy("students"), found.answers(1)[7]
        (0.5, 0.0, 0.5)
        """
        if writers is None:
            return cls({EVERYONE: _count(predictions, labels)})
        student = is_student(writers)
        groups = {EMPLOYEES: ~student, STUDENTS: student}
        return cls({name: _count(predictions[mask], labels[mask]) for name, mask in groups.items()})

    def accuracy(
        self, group: str = EVERYONE, digits: tuple[int, ...] = tuple(range(CLASSES))
    ) -> float | None:
        """Return the share of correct predictions, 0 to 1, for a group and some true digits.

        None if there are no such images, or it is not known which ones are the group's.
        """
        matrix = self._matrix(group)
        images = 0 if matrix is None else int(matrix[list(digits)].sum())
        if matrix is None or not images:
            return None
        return int(matrix.diagonal()[list(digits)].sum()) / images

    def answers(self, digit: int) -> npt.NDArray[np.float64]:
        """Return which share of the images of a digit gets each prediction, shape (10,)."""
        matrix = self._matrix(EVERYONE)
        assert matrix is not None
        return np.asarray(matrix[digit] / max(int(matrix[digit].sum()), 1), dtype=np.float64)

    def _matrix(self, group: str) -> Counts | None:
        if group == EVERYONE:
            return np.asarray(sum(self.matrices.values()), dtype=np.int64)
        return self.matrices.get(group)

    def to_json(self) -> str:
        """Return the counts as a JSON object."""
        return json.dumps({name: matrix.tolist() for name, matrix in self.matrices.items()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote. Raises `ValueError` if the text is something else."""
        matrices = {name: np.array(rows, dtype=np.int64) for name, rows in dict(json.loads(text)).items()}
        if not matrices or any(matrix.shape != (CLASSES, CLASSES) for matrix in matrices.values()):
            raise ValueError("These are not confusion matrices of ten digits.")
        return cls(matrices)


def _count(predictions: npt.NDArray[np.int64], labels: Labels) -> Counts:
    cells = labels.astype(np.int64) * CLASSES + predictions
    return np.bincount(cells, minlength=CLASSES * CLASSES).reshape(CLASSES, CLASSES).astype(np.int64)
