"""What one sees in the images before any network: counts, values, and mean images."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data import CLASS_NAMES, MAX_PIXEL, Images, Labels

# Images that are widened to larger numbers at a time.
_BLOCK = 1000


def class_counts(labels: Labels) -> npt.NDArray[np.int64]:
    """Return the number of images of each class.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    ndarray of int64, shape (10,)
    """
    counts: npt.NDArray[np.int64] = np.bincount(labels, minlength=len(CLASS_NAMES))
    return counts


def pixel_histogram(images: Images, bins: int = 16) -> npt.NDArray[np.int64]:
    """Return the number of pixels by value, in ``bins`` equal steps of 0 to 255.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    bins : int
        A divisor of 256.

    Returns
    -------
    ndarray of int64, shape (bins,)
    """
    counts = np.zeros(MAX_PIXEL + 1, dtype=np.int64)
    for block in np.array_split(images, max(1, len(images) // _BLOCK)):
        # bincount widens its input to int64: in blocks, 6 MB at a time instead of 376 MB.
        counts += np.bincount(block.reshape(-1), minlength=MAX_PIXEL + 1)
    binned: npt.NDArray[np.int64] = counts.reshape(bins, -1).sum(axis=1)
    return binned


def average_digits(images: Images, labels: Labels) -> npt.NDArray[np.float32]:
    """Return the mean image of each class.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    ndarray of float32, shape (10, 28, 28)
        Values 0 to 255.
    """
    means = [images[labels == digit].mean(axis=0, dtype=np.float32) for digit in range(10)]
    return np.stack(means)


@dataclass(frozen=True)
class PixelValues:
    """Mean and standard deviation of all pixel values.

    Attributes
    ----------
    mean, deviation : float
        In the units of the values, 0 to 255.
    """

    mean: float
    deviation: float


def pixel_values(counts: npt.NDArray[np.int64]) -> PixelValues:
    """Return mean and standard deviation of pixels from how many there are of each value.

    Parameters
    ----------
    counts : ndarray of int64, shape (256,)
        See `pixel_histogram`.
    """
    values = np.arange(len(counts))
    mean = float(np.average(values, weights=counts))
    return PixelValues(mean, float(np.sqrt(np.average((values - mean) ** 2, weights=counts))))


def use_of_pixels(images: Images) -> npt.NDArray[np.float64]:
    """Return in what share of the images each pixel has ink, more than 0.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float64, shape (28, 28)
        0 to 1.
    """
    used: npt.NDArray[np.float64] = np.count_nonzero(images, axis=0) / len(images)
    return used


def by_typicality(images: Images, labels: Labels, digit: int) -> npt.NDArray[np.intp]:
    """Return the images of a class from the most typical to the strangest.

    Typical is what is near the mean image of its class: by the Euclidean distance of the pixel
    values.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    digit : int

    Returns
    -------
    ndarray of int, shape (m,)
        Indices into `labels`.
    """
    own = np.flatnonzero(labels == digit)
    pixels = images[own].reshape(len(own), -1)
    mean = pixels.mean(axis=0, dtype=np.float32)
    # In blocks: 3 MB at a time instead of 60.
    blocks = np.array_split(pixels, max(1, len(own) // _BLOCK))
    distances = np.concatenate([np.linalg.norm(block - mean, axis=1) for block in blocks])
    return own[np.argsort(distances, kind="stable")]
