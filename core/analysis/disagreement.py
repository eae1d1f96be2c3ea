"""The images on which networks disagree."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.data import Labels


def disagreements(
    predictions: Sequence[npt.NDArray[np.int64]], labels: Labels, only_correct: int | None = None
) -> npt.NDArray[np.int64]:
    """Return the indices of the images that not all networks read as the same digit.

    Parameters
    ----------
    predictions : sequence of ndarray of int, each of shape (n,)
        Of at least two networks.
    labels : ndarray of uint8, shape (n,)
    only_correct : int, optional
        The place of a network: only images that it alone reads correctly.

    Returns
    -------
    ndarray of int64
        First the images that most networks read differently, in their order in the dataset.

    Examples
    --------
    >>> first, second = np.array([1, 2, 3]), np.array([1, 7, 8])
    >>> disagreements([first, second], np.array([1, 2, 8], np.uint8))
    array([1, 2])
    >>> disagreements([first, second], np.array([1, 2, 8], np.uint8), only_correct=0)
    array([1])
    """
    table = np.stack(predictions)
    chosen = (table != table[0]).any(axis=0)
    if only_correct is not None:
        correct = table == labels
        chosen &= correct[only_correct] & (correct.sum(axis=0) == 1)
    indices = np.flatnonzero(chosen)
    ordered = np.sort(table[:, indices], axis=0)
    answers = 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)
    return indices[np.argsort(-answers, kind="stable")]
