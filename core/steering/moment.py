"""One batch in slow motion: its first images, and what one update of the weights has changed."""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, IMAGE_SIZE, Images, Labels

# Images of a batch that are shown.
SHOWN = 10


@dataclass(frozen=True, eq=False)
class Moment:
    """Where a training pauses, and what its last batch has changed.

    Attributes
    ----------
    step : int
        Batches trained, counted from the first epoch as if each had as many as its recipe says.
    loss_before, loss_after : float
        Cross-entropy of the whole batch before and after the update; NaN without a batch.
    images : ndarray of uint8, shape (n, 28, 28)
        The first images of the batch, at most `SHOWN`, as the network saw them; none if it has
        not been trained in slow motion.
    labels : ndarray of uint8, shape (n,)
    before, after : ndarray of float32, shape (n, 10)
        The probabilities of the classes before and after the update.
    """

    step: int
    loss_before: float
    loss_after: float
    images: Images
    labels: Labels
    before: npt.NDArray[np.float32]
    after: npt.NDArray[np.float32]

    @classmethod
    def without_batch(cls, step: int) -> "Moment":
        """Return a pause after batches that nobody has watched."""
        nan, outputs = float("nan"), np.zeros((0, CLASSES), np.float32)
        images = np.zeros((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        return cls(step, nan, nan, images, np.zeros(0, np.uint8), outputs, outputs)

    def to_bytes(self) -> bytes:
        """Return it as a NumPy ``.npz`` file."""
        content = io.BytesIO()
        np.savez(content, **vars(self))
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Moment":
        """Return what `to_bytes` wrote. Raises `ValueError` for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                fields = {name: arrays[name] for name in arrays.files}
            numbers = (int(fields.pop("step")), float(fields.pop("loss_before")))
            return cls(*numbers, float(fields.pop("loss_after")), **fields)
        except (OSError, EOFError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ValueError("This batch cannot be read.") from error
