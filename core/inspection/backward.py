"""Backpropagation and one step of gradient descent in NumPy."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.data import Labels
from core.inspection.forward import ForwardPass, Step, convolve, patches, windows
from core.inspection.network import Array, Conv2D, Dense, Layer, MaxPooling2D, Network


@dataclass(frozen=True, eq=False)
class Gradient:
    """How the loss changes with the values of one layer.

    Attributes
    ----------
    z : ndarray of float, shape (n, …)
        By the weighted sums: the “error” of each unit (often written δ).
    kernel, bias : ndarray of float
        By the weights, of their shapes.
    """

    z: Array
    kernel: Array
    bias: Array


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """The gradients of the loss.

    Attributes
    ----------
    loss : float
        Cross-entropy, the mean over the images.
    gradients : mapping of str to Gradient
        By the names of the layers with weights.
    pixels : ndarray of float, shape (n, 28, 28)
        By the pixels, divided by 255.
    """

    loss: float
    gradients: Mapping[str, Gradient]
    pixels: Array


def cross_entropy(logits: Array, labels: Labels) -> float:
    """Return the mean of −log p(label).

    Parameters
    ----------
    logits : ndarray of float, shape (n, 10)
    labels : ndarray of uint8, shape (n,)
    """
    # From the logits: a probability may be rounded to 0.
    shifted_logits = logits - logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(shifted_logits).sum(axis=1))
    return float((total - shifted_logits[np.arange(len(labels)), labels]).mean())


def backward(values: ForwardPass, labels: Labels) -> BackwardPass:
    """Return the gradients of the loss by all weights: backpropagation.

    Parameters
    ----------
    values : ForwardPass
    labels : ndarray of uint8, shape (n,)

    Examples
    --------
    >>> from core.data import load_mnist
    >>> from core.inspection.forward import forward
    >>> from core.inspection.network import read_network
    >>> from core.model import build_model
    >>> from core.recipe import ARTICLE
    >>> mnist, network = load_mnist(), read_network(build_model(ARTICLE))
    >>> result = backward(forward(network, mnist.test_images[:1]), mnist.test_labels[:1])
    >>> result.gradients["hidden_1"].kernel.shape
    (784, 300)
    """
    gradients = {}
    by_output: Array = _by_logits(values, labels)
    for step in reversed(values.steps):
        by_z, by_output = _back(step, by_output)
        if isinstance(step.layer, Dense | Conv2D):
            bias = by_z.sum(axis=tuple(range(by_z.ndim - 1)))
            gradients[step.layer.name] = Gradient(by_z, _by_kernel(step, by_z), bias)
    return BackwardPass(cross_entropy(values.logits, labels), gradients, by_output[..., 0])


def pixel_gradient(values: ForwardPass, by_logits: Array) -> Array:
    """Return how what is made of the logits changes with the pixels: backpropagation without weights.

    Parameters
    ----------
    values : ForwardPass
    by_logits : ndarray of float, shape (n, 10)
        How it changes with the logits.

    Returns
    -------
    ndarray of float, shape (n, 28, 28)
        By the pixels, divided by 255.
    """
    by_output = by_logits
    for step in reversed(values.steps):
        _, by_output = _back(step, by_output)
    return by_output[..., 0]


def sgd_step(network: Network, gradients: Mapping[str, Gradient], learning_rate: float) -> Network:
    """Return the network after one step of gradient descent: weights minus rate times gradient."""

    def moved(layer: Layer) -> Layer:
        if not isinstance(layer, Dense | Conv2D):
            return layer
        gradient = gradients[layer.name]
        return dataclasses.replace(
            layer,
            kernel=layer.kernel - learning_rate * gradient.kernel,
            bias=layer.bias - learning_rate * gradient.bias,
        )

    return Network(tuple(moved(layer) for layer in network.layers))


def _by_logits(values: ForwardPass, labels: Labels) -> Array:
    """The gradient of the loss by the logits: probability minus 1 for the label, minus 0 for others."""
    by_logits = values.probabilities.copy()
    by_logits[np.arange(len(labels)), labels] -= 1
    by_logits /= len(labels)
    return by_logits


def slope(step: Step) -> Array:
    """Return the derivative of a hidden layer's activation function at its sums."""
    assert isinstance(step.layer, Dense | Conv2D)
    activation = step.layer.activation
    if activation == "sigmoid":
        return step.output * (1 - step.output)
    if activation == "tanh":
        return 1 - step.output**2
    return (step.z > 0).astype(step.z.dtype)


def _back(step: Step, by_output: Array) -> tuple[Array, Array]:
    """Return the gradients by a layer's sums and by its inputs; for the last layer by its logits."""
    layer = step.layer
    if isinstance(layer, MaxPooling2D):
        return by_output, _max_pooling(step, by_output)
    if not isinstance(layer, Dense | Conv2D):
        return by_output, by_output.reshape(step.input.shape)
    # Softmax and what comes after it together are the gradient by the logits.
    by_z = by_output if layer.activation == "softmax" else by_output * slope(step)
    if isinstance(layer, Dense):
        return by_z, by_z @ layer.kernel.T
    # Each value lies under the kernel turned by half a circle, seen from its outputs.
    return by_z, convolve(by_z, layer.kernel[::-1, ::-1].swapaxes(2, 3))


def _by_kernel(step: Step, by_z: Array) -> Array:
    """Return the gradient by a layer's kernel."""
    layer = step.layer
    if isinstance(layer, Conv2D):
        by_kernel: Array = patches(step.input).T @ by_z.reshape(-1, layer.units)
        return by_kernel.reshape(layer.kernel.shape)
    return step.input.T @ by_z


def _max_pooling(step: Step, by_output: Array) -> Array:
    """Give the gradient of each window to its largest value, the first of equal ones."""
    squares = windows(step.input)
    count, high, wide, channels, _ = squares.shape
    largest = squares.argmax(axis=-1)[..., np.newaxis] == np.arange(4)
    spread = (largest * by_output[..., np.newaxis]).reshape(count, high, wide, channels, 2, 2)
    by_input = np.zeros_like(step.input)
    by_input[:, : 2 * high, : 2 * wide] = spread.transpose(0, 1, 4, 2, 5, 3).reshape(
        count, 2 * high, 2 * wide, channels
    )
    return by_input
