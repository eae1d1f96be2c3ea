"""Labeled images that a network is evaluated on: MNIST's test set, and others of the same form."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from core.data import IMAGE_SIZE, MAX_PIXEL, Images, Labels, Writers, load_mnist
from core.ink import CENTER, DIGIT_SIZE
from core.test_sets.halves import Part, part_of, places, words

MNIST, NEXT_DOOR, DRAWINGS, CLASS = "mnist", "scikit-learn", "drawings", "class"
# The brightest pixel of scikit-learn's digits.
_SKLEARN_MAX = 16


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """A test set: labeled images in MNIST's form that a network was not trained on.

    Whatever is measured on one is cached by `key`, which follows from the images and the labels, so
    another choice of images, such as one half of a pool, is another set without anybody saying so.
    To add a test set to Evaluate, return one of these from a loader in `ui.evaluate.test_sets.LOADERS`.

    Attributes
    ----------
    kind : str
        Which set it is, `MNIST`, `NEXT_DOOR`, `DRAWINGS`, `CLASS`, or another one; a plain word.
    text : str
        One or two sentences about it, as Markdown.
    images : ndarray of uint8, shape (n, 28, 28)
        May be none.
    labels : ndarray of uint8, shape (n,)
    writers : ndarray of uint16, shape (n,), or None
        NIST's number of each digit's writer, as in `core.data.Dataset`; None where it is not known.
    numbers : ndarray of int64, shape (n,), or None
        Which of MNIST's test images these are, if they are only a part of them.
    people : ndarray of int64, shape (n,), or None
        Who of a class drew each, as a number from 1; None for other sets.
    """

    kind: str
    text: str
    images: Images
    labels: Labels
    writers: Writers | None = None
    numbers: npt.NDArray[np.int64] | None = None
    people: npt.NDArray[np.int64] | None = None

    def number(self, index: int) -> int:
        """Return the number by which an image is known: in MNIST, that among all test images."""
        return index if self.numbers is None else int(self.numbers[index])

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def is_mnist(self) -> bool:
        """Whether these are test images of MNIST, which published results are about."""
        return self.kind == MNIST

    @cached_property
    def key(self) -> str:
        """What tells its images and labels from those of any other set."""
        digest = hashlib.sha256(np.ascontiguousarray(self.images).data)
        digest.update(self.labels.tobytes())
        return f"{self.kind}-{digest.hexdigest()}"


@lru_cache(maxsize=len(Part))
def mnist_test_set(part: Part = Part.WHOLE) -> EvaluationSet:
    """Return the test images of MNIST, or a part of them. Raises `DataError` as `load_mnist` does."""
    whole = load_mnist()
    dataset, numbers = part_of(whole, part), None if part is Part.WHOLE else places(whole, part)
    text = f"MNIST's {words(part)}, written by other people than the training images."
    return EvaluationSet(MNIST, text, dataset.test_images, dataset.test_labels, dataset.test_writers, numbers)


@lru_cache(maxsize=1)
def sklearn_digits() -> EvaluationSet:
    """Return the 1,797 digits that come with scikit-learn, brought to MNIST's form.

    They are other people's, on other forms, from another scanner, and have only 8×8 pixels with 17
    gray levels (Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI 1998).

    Returns
    -------
    EvaluationSet

    See Also
    --------
    sklearn.datasets.load_digits : The digits as they are.
    """
    # Imported here because it takes half a second.
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.stack([_in_mnist_form(image) for image in digits.images])
    text = (
        "The 1,797 digits that come with **scikit-learn**: other people, another scanner, only 8×8 pixels, "
        "brought to MNIST's form. No network here has seen any like them."
    )
    return EvaluationSet(NEXT_DOOR, text, images, digits.target.astype(np.uint8))


def _in_mnist_form(image: npt.NDArray[np.float64]) -> Images:
    """Return 8×8 pixels as MNIST's makers would: 20×20, with the center of mass in the middle of 28×28.

    `core.ink.to_mnist` would also change the width of the strokes, and that is a part of what differs
    between two datasets.
    """
    ink = Image.fromarray((image * MAX_PIXEL / _SKLEARN_MAX).astype(np.float32))
    enlarged = np.asarray(ink.resize((DIGIT_SIZE, DIGIT_SIZE), Image.Resampling.BILINEAR))
    frame = np.pad(enlarged, (IMAGE_SIZE - DIGIT_SIZE) // 2)
    # The middle of the pixel with index 14 is at 14.5 pixels from the edge.
    offset = CENTER - 0.5 - np.array(ndimage.center_of_mass(frame))
    shifted = ndimage.shift(frame, offset, order=1)
    pixels: Images = np.clip(shifted.round(), 0, MAX_PIXEL).astype(np.uint8)
    return pixels
