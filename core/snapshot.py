"""Snapshots: the weights of a network after an epoch, in float16, and which epochs of a run are kept."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# What the snapshots of one run may be and take, in the store.
MAX_SNAPSHOTS = 25
MAX_BYTES = 6 * 2**20
# Of a weight in float16, and of the names and shapes in a snapshot, at most.
_WEIGHT_BYTES, _FRAME_BYTES = 2, 8192

DAMAGED = "The snapshots of this run are damaged, so there is no way back to its earlier epochs."

Weights = Mapping[str, Sequence[npt.NDArray[Any]]]


class SnapshotError(ValueError):
    """Raised when a snapshot cannot be read. The message says what to do."""


@dataclass(frozen=True)
class Snapshot:
    """The weights of a network at one moment of its training.

    Attributes
    ----------
    epoch : int
        After which they are; 0 before the first one.
    content : bytes
        Of `pack`.
    """

    epoch: int
    content: bytes


def pack(weights: Weights) -> bytes:
    """Return weights in float16 as a NumPy ``.npz`` file.

    Parameters
    ----------
    weights : mapping of str to sequence of ndarray of float
        Kernel and bias of each layer by its name.

    Notes
    -----
    A weight keeps 11 significant bits, so it changes by at most 0.05%. It is not compressed: that
    would save a tenth, and take longer than all the rest.

    Examples
    --------
    >>> content = pack({"digit": [np.ones((784, 10)), np.zeros(10)]})
    >>> [array.shape for array in unpack(content)["digit"]]
    [(784, 10), (10,)]
    """
    buffer = io.BytesIO()
    largest = float(np.finfo(np.float16).max)
    arrays = {
        f"{name}/{place}": np.clip(array, -largest, largest).astype(np.float16)
        for name, of_layer in weights.items()
        for place, array in enumerate(of_layer)
    }
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, list[npt.NDArray[np.float32]]]:
    """Return the weights of each layer by its name, in float32.

    Raises
    ------
    SnapshotError
        If this is not what `pack` returned.
    """
    weights: dict[str, list[npt.NDArray[np.float32]]] = {}
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            for key in arrays.files:
                weights.setdefault(key.partition("/")[0], []).append(arrays[key].astype(np.float32))
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise SnapshotError(DAMAGED) from error
    return weights


def most_snapshots(parameters: int) -> int:
    """Return how many snapshots a run of a network with this many parameters keeps; 0 if it is too large."""
    most = min(MAX_SNAPSHOTS, MAX_BYTES // (_WEIGHT_BYTES * parameters + _FRAME_BYTES))
    return most if most >= 2 else 0


def kept_epochs(first: int, last: int, most: int) -> tuple[int, ...]:
    """Return after which epochs a run keeps a snapshot, first and last included.

    Early epochs are closer together, because most is learned there: the distance from the first
    one grows by the same factor each time.

    Parameters
    ----------
    first, last : int
        The epochs that the run begins after, and ends with.
    most : int
        At most this many, 2 or more; none, if 0.

    Examples
    --------
    >>> kept_epochs(0, 10, 13)
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    >>> kept_epochs(0, 100, 8)
    (0, 1, 2, 4, 10, 21, 46, 100)
    """
    distance = last - first
    if not most:
        return ()
    if distance < most:
        return tuple(range(first, last + 1))
    steps = [first, last]
    for count in range(2, most):
        # Rounding gives some of them twice, so there may be room for more.
        spaced = {first, *(first + round(float(x)) for x in np.geomspace(1, distance, count))}
        steps = sorted(spaced)
    for epoch in range(first, last):
        if len(steps) < most and epoch not in steps:
            steps = sorted([*steps, epoch])
    return tuple(steps)
