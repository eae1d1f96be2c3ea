"""Operate on a network: switch units off, prune, round or disturb its weights, and test it again."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, IMAGE_SIZE, Images, Labels
from core.inspection.forward import forward, logits
from core.inspection.network import Array, Conv2D, Dense, Network
from core.inspection.operation import FULL_BITS, Operation, OperationError

if TYPE_CHECKING:
    import keras

# Multiply–adds that take about a quarter of a second on two cores, and how many of them one of a
# convolution is worth, because it first collects what lies under its kernel.
_BUDGET = 1e10
_CONV_COST = 9
_SAMPLE_STEP = 250


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network predicts for labeled images.

    Attributes
    ----------
    predictions : ndarray of int64, shape (n,)
    labels : ndarray of uint8, shape (n,)
    """

    predictions: npt.NDArray[np.int64]
    labels: Labels

    @cached_property
    def accuracy(self) -> float:
        """Share of correct predictions, 0 to 1."""
        return float((self.predictions == self.labels).mean())

    @cached_property
    def of_digits(self) -> npt.NDArray[np.float64]:
        """The share of the images of each digit that is predicted correctly (recall), shape (10,)."""
        correct = self.predictions == self.labels
        return np.array([correct[self.labels == digit].mean() for digit in range(CLASSES)])

    def mostly_taken_for(self, digit: int) -> int | None:
        """Return the digit that another one is most often confused with; None without a confusion."""
        wrong = self.predictions[(self.labels == digit) & (self.predictions != digit)]
        return int(np.bincount(wrong, minlength=CLASSES).argmax()) if len(wrong) else None


def operate(network: Network, operation: Operation) -> Network:
    """Return a network with other weights; the given one stays as it is.

    The steps are done in the order noise, pruning, rounding, switching off, so that each of the
    later ones holds in the result. Biases stay.

    Parameters
    ----------
    network : Network
    operation : Operation
        Rounding is uniform and symmetric: each layer has 2^bits − 1 values at equal distances, zero
        and its largest weight among them (Jacob et al., "Quantization and Training of Neural
        Networks", 2018). Pruning is by magnitude (Han et al., "Learning both Weights and
        Connections", 2015).

    Raises
    ------
    OperationError
        If a unit to switch off is not in the network.

    Examples
    --------
    >>> from core.inspection.network import read_network
    >>> from core.model import build_model
    >>> from core.recipe import ARTICLE
    >>> network = operate(read_network(build_model(ARTICLE)), Operation(prune=0.9))
    >>> f"{(network.layers[1].kernel == 0).mean():.0%}"
    '90%'
    """
    weighted = {layer.name: layer for layer in network.weighted}
    for number, (name, layer) in enumerate(weighted.items()):
        kernel = _with_noise(layer.kernel, operation.noise, (operation.seed, number))
        kernel = rounded(pruned(kernel, operation.prune), operation.bits)
        weighted[name] = dataclasses.replace(layer, kernel=kernel)
    for (name, units), following in zip(
        _switched_off(network, operation).items(), list(weighted)[1:], strict=True
    ):
        weighted[following] = _deaf(weighted[following], weighted[name], units)
    return Network(tuple(weighted.get(layer.name, layer) for layer in network.layers))


def pruned(kernel: Array, share: float) -> Array:
    """Return weights of which a share, those closest to zero, is zero."""
    count = round(share * kernel.size)
    flat = kernel.ravel().copy()
    if count > 0:
        flat[np.argpartition(np.abs(flat), count - 1)[:count]] = 0
    return flat.reshape(kernel.shape)


def rounded(kernel: Array, bits: int) -> Array:
    """Return weights rounded to 2^bits − 1 values at equal distances, symmetric around zero."""
    largest = float(np.abs(kernel).max(initial=0))
    if bits >= FULL_BITS or largest == 0:
        return kernel
    step = largest / (2 ** (bits - 1) - 1)
    on_grid: Array = (np.round(kernel / step) * step).astype(kernel.dtype)
    return on_grid


def _with_noise(kernel: Array, share: float, seed: tuple[int, int]) -> Array:
    if not share:
        return kernel
    noise = np.random.default_rng(seed).standard_normal(kernel.shape, dtype=np.float32)
    noisy: Array = (kernel + share * float(kernel.std()) * noise).astype(kernel.dtype)
    return noisy


def _switched_off(network: Network, operation: Operation) -> dict[str, list[int]]:
    """Return the units of each layer but the last that are off."""
    hidden = network.weighted[:-1]
    off: dict[str, set[int]] = {layer.name: set() for layer in hidden}
    for number, layer in enumerate(hidden):
        # In the order of one shuffle, so that a larger share switches more of them off, not others.
        order = np.random.default_rng((operation.seed, number)).permutation(layer.units)
        off[layer.name].update(order[: round(operation.drop * layer.units)].tolist())
    units = {layer.name: layer.units for layer in hidden}
    for name, unit in operation.off:
        if not 0 <= unit < units.get(name, 0):
            raise OperationError(f"This network has no hidden unit {unit} in a layer “{name}”.")
        off[name].add(unit)
    return {name: sorted(found) for name, found in off.items()}


def _deaf(layer: Dense | Conv2D, before: Dense | Conv2D, units: list[int]) -> Dense | Conv2D:
    """Return a layer that gives no weight to some units of the layer before it."""
    # Flatten writes the feature maps' values at one place beside each other.
    kernel = layer.kernel.reshape(-1, before.units, layer.units).copy()
    kernel[:, units] = 0
    return dataclasses.replace(layer, kernel=kernel.reshape(layer.kernel.shape))


def sample_size(network: Network, images: int) -> int:
    """Return for how many of these images a network's predictions take about a quarter of a second."""
    blank = np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), dtype=np.float32)
    cost = 0
    for step in forward(network, blank).steps:
        if isinstance(step.layer, Conv2D):
            cost += _CONV_COST * step.layer.kernel.size * step.z[0, ..., 0].size
        elif isinstance(step.layer, Dense):
            cost += step.layer.kernel.size
    affordable = int(_BUDGET / cost) // _SAMPLE_STEP * _SAMPLE_STEP
    return min(images, max(_SAMPLE_STEP, affordable))


def read(network: Network, images: Images, labels: Labels) -> Reading:
    """Return what a network predicts for labeled images.

    Parameters
    ----------
    network : Network
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    """
    return Reading(logits(network, images).argmax(axis=1), labels)


def weights_left(network: Network) -> tuple[int, int]:
    """Return how many weights are not zero, and how many there are, without biases."""
    kernels = [layer.kernel for layer in network.weighted]
    return sum(int(np.count_nonzero(kernel)) for kernel in kernels), sum(kernel.size for kernel in kernels)


def write_weights(network: Network, model: "keras.Model") -> None:
    """Give a Keras network the weights of another one that has the same layers."""
    for layer in network.weighted:
        of_keras = model.get_layer(layer.name)
        of_keras.kernel.assign(layer.kernel)
        of_keras.bias.assign(layer.bias)
