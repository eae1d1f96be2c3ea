"""The networks that a run was after each of its epochs, and what each of them made of an image."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, Images, Labels
from core.inspection.forward import forward, logits
from core.inspection.network import (
    Array,
    Conv2D,
    Dense,
    Flatten,
    InspectionError,
    Layer,
    MaxPooling2D,
    Network,
)
from core.recipe import Recipe
from core.snapshot import DAMAGED, SnapshotError, unpack


def network_of(recipe: Recipe, content: bytes) -> Network:
    """Return a snapshot as the network that it was.

    Parameters
    ----------
    recipe : Recipe
        Of the run: it says which layers there are.
    content : bytes
        Of `core.snapshot.pack`.

    Returns
    -------
    Network
        Without Keras. Its weights are float16 values in float32.

    Raises
    ------
    InspectionError
        If the snapshot is damaged, or one of another recipe.
    """
    try:
        weights = unpack(content)
    except SnapshotError as error:
        raise InspectionError(str(error)) from error
    layers: list[Layer] = []
    for number, _ in enumerate(recipe.conv_filters, start=1):
        layers.append(Conv2D(f"conv_{number}", recipe.activation, *_pair(weights, f"conv_{number}")))
        layers.append(MaxPooling2D(f"pool_{number}"))
    layers.append(Flatten("flatten"))
    for number, _ in enumerate(recipe.hidden_units, start=1):
        layers.append(Dense(f"hidden_{number}", recipe.activation, *_pair(weights, f"hidden_{number}")))
    layers.append(Dense("digit", "softmax", *_pair(weights, "digit")))
    network = Network(tuple(layers))
    _check(recipe, network)
    return network


def _pair(weights: dict[str, list[npt.NDArray[np.float32]]], name: str) -> tuple[Array, Array]:
    kernel_and_bias = weights.get(name, [])
    if len(kernel_and_bias) != 2:
        raise InspectionError(DAMAGED)
    return kernel_and_bias[0], kernel_and_bias[1]


def _check(recipe: Recipe, network: Network) -> None:
    """Raise `InspectionError` if weights have other shapes than the recipe's, or are no numbers."""
    for layer, size in zip(network.weighted, recipe.network.layers, strict=True):
        inputs = (size.inputs,) if isinstance(layer, Dense) else (3, 3, size.inputs // 9)
        whole = np.isfinite(layer.kernel).all() and np.isfinite(layer.bias).all()
        if layer.kernel.shape != (*inputs, size.units) or layer.bias.shape != (size.units,) or not whole:
            raise InspectionError(DAMAGED)


def probabilities_by_epoch(networks: Sequence[Network], image: Images) -> npt.NDArray[np.float32]:
    """Return the class probabilities of an image after each epoch, shape (epochs, 10).

    Parameters
    ----------
    networks : sequence of Network
        After each epoch.
    image : ndarray of uint8, shape (28, 28)
    """
    pixels = image[np.newaxis].astype(np.float32)
    return np.stack([forward(network, pixels).probabilities[0] for network in networks])


def confusion_by_epoch(networks: Sequence[Network], images: Images, labels: Labels) -> npt.NDArray[np.int64]:
    """Return the confusion matrix after each epoch, shape (epochs, 10, 10).

    The row is the true digit, the column the predicted one.

    Parameters
    ----------
    networks : sequence of Network
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    """
    return np.stack([_confusion(network, images, labels) for network in networks])


def _confusion(network: Network, images: Images, labels: Labels) -> npt.NDArray[np.int64]:
    matrix = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(matrix, (labels, logits(network, images).argmax(axis=1)), 1)
    return matrix


def learned_at(probabilities: npt.NDArray[np.floating], digit: int) -> int | None:
    """Return the place of the epoch from which on a digit is the prediction; None if it is not at the end.

    Parameters
    ----------
    probabilities : ndarray of float, shape (epochs, 10)
    digit : int

    Examples
    --------
    >>> learned_at(np.eye(10)[[3, 7, 3, 7, 7]], 7)
    3
    """
    right = probabilities.argmax(axis=1) == digit
    if not right[-1]:
        return None
    wrong = np.flatnonzero(~right)
    return int(wrong[-1]) + 1 if len(wrong) else 0
