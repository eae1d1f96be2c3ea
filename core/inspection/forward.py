"""The forward pass in NumPy, with every value on the way."""

from dataclasses import dataclass

import numpy as np

from core.data import MAX_PIXEL, Images
from core.inspection.network import Array, Conv2D, Dense, Layer, MaxPooling2D, Network

_SIDE = 3
# Images at once: what they need of memory stays below 50 MB, also beneath a kernel.
_BATCH_SIZE = 250
_CONV_BATCH_SIZE = 50


@dataclass(frozen=True, eq=False)
class Step:
    """What one layer makes of its input.

    Attributes
    ----------
    layer : Layer
    input : ndarray of float, shape (n, …)
        Shape (n, height, width, channels) for convolutions and pooling, (n, inputs) for dense layers.
    z : ndarray of float
        The weighted sums with the bias, before the activation function; the output for layers
        without weights.
    output : ndarray of float
        The activations.
    """

    layer: Layer
    input: Array
    z: Array
    output: Array


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """Every value of a forward pass.

    Attributes
    ----------
    network : Network
    pixels : ndarray of float, shape (n, 28, 28)
        Divided by 255.
    steps : tuple of Step
        One for each layer.
    """

    network: Network
    pixels: Array
    steps: tuple[Step, ...]

    @property
    def logits(self) -> Array:
        """The sums of the output layer before softmax, shape (n, 10)."""
        return self.steps[-1].z

    @property
    def probabilities(self) -> Array:
        """The probability of each digit, shape (n, 10)."""
        return self.steps[-1].output

    def step(self, name: str) -> Step:
        """Return the step of the layer of this name."""
        return next(step for step in self.steps if step.layer.name == name)


def forward(network: Network, images: Images | Array) -> ForwardPass:
    """Return every value of a network's forward pass.

    Parameters
    ----------
    network : Network
    images : ndarray of uint8 or float, shape (n, 28, 28)
        Pixel values 0 to 255. For uint8 all is calculated in float64; otherwise in the type of
        the images and weights.

    Examples
    --------
    >>> from core.data import load_mnist
    >>> from core.inspection.network import read_network
    >>> from core.model import build_model
    >>> from core.recipe import ARTICLE
    >>> values = forward(read_network(build_model(ARTICLE)), load_mnist().test_images[:2])
    >>> [step.output.shape for step in values.steps]
    [(2, 784), (2, 300), (2, 10)]
    """
    pixels: Array = images / MAX_PIXEL
    values, steps = pixels[..., np.newaxis], []
    for layer in network.layers:
        step = _step(layer, values)
        steps.append(step)
        values = step.output
    return ForwardPass(network, pixels, tuple(steps))


def logits(network: Network, images: Images | Array) -> Array:
    """Return the sums of the output layer for many images, in float32, and nothing else.

    Parameters
    ----------
    network : Network
    images : ndarray of uint8 or float, shape (n, 28, 28)
        Pixel values 0 to 255.

    Returns
    -------
    ndarray of float32, shape (n, 10)
    """
    size = _CONV_BATCH_SIZE if isinstance(network.layers[0], Conv2D) else _BATCH_SIZE
    parts = [
        forward(network, images[start : start + size].astype(np.float32)).logits
        for start in range(0, len(images), size)
    ]
    return np.concatenate(parts)


def _step(layer: Layer, values: Array) -> Step:
    z: Array
    if isinstance(layer, Dense):
        z = values @ layer.kernel + layer.bias
    elif isinstance(layer, Conv2D):
        z = convolve(values, layer.kernel) + layer.bias
    elif isinstance(layer, MaxPooling2D):
        z = pool(values)
    else:
        z = values.reshape(len(values), -1)
    output = activate(layer.activation, z) if isinstance(layer, Dense | Conv2D) else z
    return Step(layer, values, z, output)


def activate(name: str, z: Array) -> Array:
    """Return an activation function's values, of the shape of its input."""
    if name == "sigmoid":
        # By tanh, because exp(-z) overflows for large negative sums.
        return 0.5 * (1 + np.tanh(z / 2))
    if name == "tanh":
        return np.tanh(z)
    if name == "relu":
        return np.maximum(z, 0)
    return softmax(z)


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Return probabilities that sum to 1 along the last axis.

    Parameters
    ----------
    logits : ndarray of float, shape (…, 10)
    temperature : float
        What the logits are divided by: above 1 the probabilities come closer to each other, below
        1 the largest one grows.

    Examples
    --------
    >>> softmax(np.log([1.0, 3.0])).round(2).tolist()
    [0.25, 0.75]
    """
    scaled = logits / temperature
    # Without the subtraction exp overflows; the result is the same.
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def patches(values: Array) -> Array:
    """Return what lies under a 3×3 kernel at every place, one row for each place.

    Parameters
    ----------
    values : ndarray of float, shape (n, height, width, channels)

    Returns
    -------
    ndarray of float, shape (n × height × width, 9 × channels)
        In the order of a kernel's weights; zero outside of the image.
    """
    channels = values.shape[-1]
    padded = np.pad(values, ((0, 0), (1, 1), (1, 1), (0, 0)))
    under = np.lib.stride_tricks.sliding_window_view(padded, (_SIDE, _SIDE), axis=(1, 2))
    return under.transpose(0, 1, 2, 4, 5, 3).reshape(-1, _SIDE**2 * channels)


def convolve(values: Array, kernel: Array) -> Array:
    """Return the sum of the products of a kernel at every place.

    Parameters
    ----------
    values : ndarray of float, shape (n, height, width, channels)
    kernel : ndarray of float, shape (3, 3, channels, filters)

    Returns
    -------
    ndarray of float, shape (n, height, width, filters)
    """
    # One large product: with nine small ones a network takes five times as long.
    filters = kernel.shape[-1]
    total: Array = patches(values) @ kernel.reshape(-1, filters)
    return total.reshape(*values.shape[:3], filters)


def pool(values: Array) -> Array:
    """Return the largest of each 2×2 values, shape (n, height // 2, width // 2, channels)."""
    high, wide = (side // 2 * 2 for side in values.shape[1:3])
    rows = np.maximum(values[:, :high:2, :wide], values[:, 1:high:2, :wide])
    return np.maximum(rows[:, :, ::2], rows[:, :, 1::2])


def windows(values: Array) -> Array:
    """Return the four values that max pooling chooses from, on a last axis of their own.

    Parameters
    ----------
    values : ndarray of float, shape (n, height, width, channels)
        A last row or column without a partner is left out, as Keras does.

    Returns
    -------
    ndarray of float, shape (n, height // 2, width // 2, channels, 4)
    """
    count, height, width, channels = values.shape
    high, wide = height // 2, width // 2
    squares = values[:, : 2 * high, : 2 * wide].reshape(count, high, 2, wide, 2, channels)
    return squares.transpose(0, 1, 3, 5, 2, 4).reshape(count, high, wide, channels, 4)
