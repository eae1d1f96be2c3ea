"""Which pixels made a prediction: integrated gradients and occlusion; and what each digit would like best."""

from dataclasses import dataclass

import numpy as np

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, Images
from core.inspection.backward import pixel_gradient
from core.inspection.forward import forward, logits
from core.inspection.network import Array, Network

# Steps of integrated gradients: more of them change no picture that one could see.
STEPS = 32
# Pixels of a side of what is covered: about as wide as two strokes.
PATCH = 5
# Steps of gradient ascent, and how far a pixel goes in the first one; later ones are smaller.
ASCENT_STEPS = 20
_FIRST_STEP = 0.2


def integrated_gradients(network: Network, image: Images, digit: int, runner_up: int | None = None) -> Array:
    """Return the attribution of each pixel for one digit, or for one digit against another.

    Parameters
    ----------
    network : Network
    image : ndarray of uint8, shape (28, 28)
    digit : int
    runner_up : int, optional
        The other digit.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        Above 0 where the pixel speaks for ``digit``, below 0 where it speaks against it, or for
        ``runner_up``. The attributions add up to the change of log p(digit), or of the log ratio
        of both probabilities, from a black image to this one: integrated gradients (Sundararajan,
        Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017), in `STEPS` steps. A black
        pixel has an attribution of zero, because it does not change on this way.

    Examples
    --------
    >>> from core.data import load_mnist
    >>> from core.inspection.network import read_network
    >>> from core.model import build_model
    >>> from core.recipe import ARTICLE
    >>> image = load_mnist().test_images[0]
    >>> integrated_gradients(read_network(build_model(ARTICLE)), image, 7).shape
    (28, 28)
    """
    shares = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS
    values = forward(network, shares[:, np.newaxis, np.newaxis] * image.astype(np.float32))
    by_logits = np.zeros_like(values.logits)
    by_logits[:, digit] = 1
    if runner_up is None:
        by_logits -= values.probabilities
    else:
        by_logits[:, runner_up] = -1
    attributions: Array = pixel_gradient(values, by_logits).mean(axis=0) * (image / np.float32(MAX_PIXEL))
    return attributions


def occlusion(network: Network, image: Images, size: int = PATCH) -> Array:
    """Return how much of each digit's log probability is lost when a pixel is covered.

    Parameters
    ----------
    network : Network
    image : ndarray of uint8, shape (28, 28)
    size : int
        Side of the black square that covers one place after the other, in pixels.

    Returns
    -------
    ndarray of float32, shape (10, 28, 28)
        For each digit, the mean over all squares that cover the pixel: above 0 where what is there
        speaks for the digit (Zeiler and Fergus, "Visualizing and Understanding Convolutional
        Networks", 2014).
    """
    places = IMAGE_SIZE - size + 1
    covered = np.tile(image.astype(np.float32), (places, places, 1, 1))
    for row in range(places):
        for column in range(places):
            covered[row, column, row : row + size, column : column + size] = 0
    # Black on black changes nothing, and half of the squares cover nothing else.
    changed = (covered != image).any(axis=(2, 3))
    lost = np.zeros((places, places, CLASSES), dtype=np.float32)
    if changed.any():
        before = _log_softmax(logits(network, image[np.newaxis]))
        lost[changed] = before - _log_softmax(logits(network, covered[changed]))
    total, squares = (
        np.zeros((CLASSES, IMAGE_SIZE, IMAGE_SIZE), dtype=np.float32),
        np.zeros((IMAGE_SIZE,) * 2),
    )
    for row in range(size):
        for column in range(size):
            total[:, row : row + places, column : column + places] += lost.transpose(2, 0, 1)
            squares[row : row + places, column : column + places] += 1
    mean: Array = (total / squares).astype(np.float32)
    return mean


def _log_softmax(sums: Array) -> Array:
    # Not the logarithm of a probability, which may be rounded to 0.
    lower = sums - sums.max(axis=1, keepdims=True)
    log_probabilities: Array = lower - np.log(np.exp(lower).sum(axis=1, keepdims=True))
    return log_probabilities


@dataclass(frozen=True, eq=False)
class Favorites:
    """The input that a network would like best for each digit.

    Attributes
    ----------
    images : ndarray of uint8, shape (10, 28, 28)
    logits : ndarray of float, shape (10,)
        The sum z of each digit for its own image.
    probabilities : ndarray of float, shape (10,)
        Its probability.
    """

    images: Images
    logits: Array
    probabilities: Array


def favorite_inputs(network: Network, start: Array, steps: int = ASCENT_STEPS) -> Favorites:
    """Return images that make the sum z of each digit as large as it gets: gradient ascent on the pixels.

    Parameters
    ----------
    network : Network
    start : ndarray of float, shape (28, 28)
        Where all ten begin, 0 to 255, such as the mean of all images.
    steps : int
        In each, every pixel moves along its gradient and stays between black and white
        (Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2014).
    """
    pixels = np.tile(start.astype(np.float32) / MAX_PIXEL, (CLASSES, 1, 1))
    own = np.eye(CLASSES, dtype=np.float32)
    for step in range(steps):
        gradient = pixel_gradient(forward(network, pixels * MAX_PIXEL), own)
        largest = np.maximum(np.abs(gradient).max(axis=(1, 2), keepdims=True), np.float32(1e-12))
        pixels = np.clip(pixels + _FIRST_STEP * (1 - step / steps) * gradient / largest, 0, 1)
    images: Images = (pixels * MAX_PIXEL).round().astype(np.uint8)
    values = forward(network, images)
    return Favorites(images, values.logits.diagonal(), values.probabilities.diagonal())
