"""Robustness: the accuracy of a network on corrupted images, and under adversarial changes (FGSM)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.analysis.significance import wilson
from core.data import IMAGE_SIZE, MAX_PIXEL, Images, Labels
from core.evaluation import Model, predict

# The same corruption for every network and every visitor.
_SEED = 0
# Occlusion covers a part of the field that MNIST digits were fitted into: 20×20 in the middle.
_MARGIN = 4


@dataclass(frozen=True)
class Corruption:
    """One way to corrupt images (Hendrycks and Dietterich 2019; MNIST-C, Mu and Gilmer 2019).

    Attributes
    ----------
    title : str
        Shown to people.
    axis : str
        What is changed, with its unit, for the axis of a chart.
    label : str
        A level in short, as a format string with the field ``level``.
    levels : tuple of float
        From weak to strong, or from one side to the other. At 0 nothing changes, at the
        contrast of 1.
    apply : callable
        ``apply(images, level)`` returns new images of the same shape, uint8.
    """

    title: str
    axis: str
    label: str
    levels: tuple[float, ...]
    apply: Callable[[Images, float], Images]

    def caption(self, level: float) -> str:
        """Return a level in short, such as ``15°``."""
        return self.label.format(level=level).replace("-", "−")


@dataclass(frozen=True)
class Point:
    """The accuracy at one level and the ends of its 95% interval, all 0 to 1."""

    level: float
    accuracy: float
    low: float
    high: float


def _noise(images: Images, level: float) -> Images:
    noise = np.random.default_rng(_SEED).standard_normal(images.shape, dtype=np.float32)
    return _pixels(images + level * noise)


def _rotate(images: Images, level: float) -> Images:
    # scipy turns from the first axis given to the second one: rows to columns is clockwise
    # on the screen for a negative angle.
    rotated: npt.NDArray[np.float32] = ndimage.rotate(
        images.astype(np.float32), -level, axes=(1, 2), reshape=False, order=1
    )
    return _pixels(rotated)


def _shift(images: Images, level: float) -> Images:
    shifted: Images = ndimage.shift(images, (0, 0, level), order=0)
    return shifted


def _thicken(images: Images, level: float) -> Images:
    if level == 0:
        return images.copy()
    morph = ndimage.grey_dilation if level > 0 else ndimage.grey_erosion
    changed: Images = morph(images, footprint=_disc(abs(level))[np.newaxis])
    return changed


def _disc(radius: float) -> npt.NDArray[np.bool_]:
    """Return the pixels whose center is within ``radius`` pixels of the middle one."""
    reach = int(radius)
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    disc: npt.NDArray[np.bool_] = rows**2 + columns**2 <= radius**2
    return disc


def _contrast(images: Images, level: float) -> Images:
    return _pixels(images * np.float32(level))


def _occlude(images: Images, level: float) -> Images:
    side = int(level)
    rng = np.random.default_rng(_SEED)
    corners = rng.integers(_MARGIN, IMAGE_SIZE - _MARGIN + 1 - side, size=(2, len(images), 1))
    indices = np.arange(IMAGE_SIZE)
    rows, columns = ((indices >= corner) & (indices < corner + side) for corner in corners)
    occluded: Images = np.where(rows[:, :, np.newaxis] & columns[:, np.newaxis, :], np.uint8(0), images)
    return occluded


def _pixels(values: npt.NDArray[Any]) -> Images:
    pixels: Images = np.clip(np.rint(values), 0, MAX_PIXEL).astype(np.uint8)
    return pixels


CORRUPTIONS: Mapping[str, Corruption] = MappingProxyType(
    {
        "rotation": Corruption(
            "Rotation",
            "Rotation, clockwise (degrees)",
            "{level:.0f}°",
            (-60, -45, -30, -15, 0, 15, 30, 45, 60),
            _rotate,
        ),
        "noise": Corruption(
            "Noise",
            "Standard deviation of the noise (pixel values)",
            "± {level:.0f}",
            (0, 16, 32, 48, 64, 96, 128, 160, 192),
            _noise,
        ),
        "shift": Corruption(
            "Shift",
            "Horizontal shift to the right (pixels)",
            "{level:.0f} px",
            (-8, -6, -4, -2, 0, 2, 4, 6, 8),
            _shift,
        ),
        "thickness": Corruption(
            "Thickness",
            "Change of the stroke's outline, outwards (pixels)",
            "{level:g} px",
            (-1.5, -1, 0, 1, 1.5, 2, 2.5, 3),
            _thicken,
        ),
        "contrast": Corruption(
            "Contrast",
            "Contrast factor",
            "× {level:g}",
            (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1),
            _contrast,
        ),
        "occlusion": Corruption(
            "Occlusion",
            "Side of a black square on the digit (pixels)",
            "{level:.0f} px",
            (0, 2, 4, 6, 8, 10, 12, 14, 16),
            _occlude,
        ),
    }
)

# By how much FGSM changes each pixel, in pixel values.
EPSILONS = (0, 4, 8, 16, 24, 32, 48, 64, 96)


def corruption_curve(
    model: Model, images: Images, labels: Labels, corruption: Corruption
) -> tuple[Point, ...]:
    """Return the accuracy at every level of a corruption.

    Parameters
    ----------
    model : keras.Model
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    corruption : Corruption

    Returns
    -------
    tuple of Point
        One for each of ``corruption.levels``.

    Raises
    ------
    EvaluationError
        If the network does not give ten probabilities.
    """
    return tuple(_point(model, corruption.apply(images, level), labels, level) for level in corruption.levels)


def perturb(images: Images, signs: npt.NDArray[np.int8], epsilon: float) -> Images:
    """Return images with every pixel changed by ε in the direction of its sign, within 0 to 255.

    With the signs of the gradient this is the fast gradient sign method (FGSM; Goodfellow, Shlens
    and Szegedy, "Explaining and Harnessing Adversarial Examples", 2015).

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    signs : ndarray of int8, shape (n, 28, 28)
        −1, 0 or 1: adversarial from `core.analysis.interpretability.gradient_signs`, or random from
        `random_signs`.
    epsilon : float
        In pixel values.
    """
    return _pixels(images + np.float32(epsilon) * signs)


def random_signs(images: Images) -> npt.NDArray[np.int8]:
    """Return −1 or 1 at random for each pixel: a change as large as FGSM's, but not adversarial."""
    rng = np.random.default_rng(_SEED)
    signs: npt.NDArray[np.int8] = (rng.integers(0, 2, size=images.shape, dtype=np.int8) * 2 - 1).astype(
        np.int8
    )
    return signs


def perturbation_curve(
    model: Model, images: Images, labels: Labels, signs: npt.NDArray[np.int8]
) -> tuple[Point, ...]:
    """Return the accuracy at each of `EPSILONS`; takes what `corruption_curve` and `perturb` take."""
    return tuple(_point(model, perturb(images, signs, epsilon), labels, epsilon) for epsilon in EPSILONS)


def _point(model: Model, images: Images, labels: Labels, level: float) -> Point:
    correct = int((predict(model, images).argmax(axis=1) == labels).sum())
    interval = wilson(correct, len(labels))
    return Point(level, interval.proportion, interval.low, interval.high)
