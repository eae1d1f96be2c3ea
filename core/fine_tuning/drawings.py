"""The drawings that a network is fine-tuned on, and which of them are held out."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data import Images, Labels
from core.history import TrainingError

# With fewer there would be hardly any to measure on.
MIN_DRAWINGS = 8
# Every fourth drawing is held out: it shows whether others of the same handwriting are recognized.
HOLDOUT_EVERY = 4
# Of people whose numbers are known, the second of every four is held out, with all their drawings:
# so the same person is always on the same side, and two are enough to have somebody on each.
HOLDOUT_PERSON = 2
# With fewer held out, one drawing more or less changes their accuracy by over 10 percentage points.
MEANINGFUL_HOLDOUT = 10


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings in MNIST's form, with the digits that they mean.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    people : ndarray of int64, shape (n,), or None
        Who drew each, as a number from 1; None if one person drew them all.
    """

    images: Images
    labels: Labels
    people: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def split(self) -> tuple["Drawings", "Drawings"]:
        """Return the drawings to train on, and every fourth one, or every fourth person's, as the holdout.

        Drawings of one person are taken in the order of their digits, so that every digit that has four has
        some on both sides. The same drawings are always split in the same way.
        """
        if self.people is not None:
            holdout = is_held_out(self.people)
        else:
            order = self.labels.argsort(kind="stable")
            holdout = np.zeros(len(self), dtype=np.bool_)
            holdout[order[HOLDOUT_EVERY - 1 :: HOLDOUT_EVERY]] = True
        return self._where(~holdout), self._where(holdout)

    def _where(self, chosen: npt.NDArray[np.bool_]) -> "Drawings":
        people = None if self.people is None else self.people[chosen]
        return Drawings(self.images[chosen], self.labels[chosen], people)

    def to_bytes(self) -> bytes:
        """Return them as a NumPy archive."""
        content = io.BytesIO()
        arrays: dict[str, npt.NDArray[Any]] = {"images": self.images, "labels": self.labels}
        if self.people is not None:
            arrays["people"] = self.people
        np.savez_compressed(content, allow_pickle=False, **arrays)
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Drawings":
        """Return what `to_bytes` wrote.

        Raises
        ------
        TrainingError
            If it is damaged.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                people = arrays.get("people", None)
                return cls(arrays["images"], arrays["labels"], people)
        except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise TrainingError("The drawings of this run are damaged. Fine-tune the model again.") from error


def is_held_out(people: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return of which people, by their numbers from 1, all drawings are held out."""
    held_out: npt.NDArray[np.bool_] = people % HOLDOUT_EVERY == HOLDOUT_PERSON
    return held_out
