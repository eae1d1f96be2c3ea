"""A Keras network as plain NumPy arrays, layer by layer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, IMAGE_SIZE

if TYPE_CHECKING:
    import keras

Array = npt.NDArray[np.floating[Any]]

# What Keras' layers do only in training, or only to the form of the values.
_WITHOUT_EFFECT = (
    "InputLayer",
    "Rescaling",
    "BFloat16Rescaling",
    "Reshape",
    "AffineAugmentation",
    "Dropout",
    "Softmax",
)
_KERNEL = (3, 3)
_POOL = (2, 2)


class InspectionError(ValueError):
    """Raised when a network cannot be taken apart. The message says why."""


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer in which each unit weighs all inputs.

    Attributes
    ----------
    name : str
        Of the Keras layer.
    activation : str
        ``sigmoid``, ``tanh``, ``relu``, or ``softmax`` for the last layer.
    kernel : ndarray of float32, shape (inputs, units)
        One column of weights for each unit.
    bias : ndarray of float32, shape (units,)
    """

    name: str
    activation: str
    kernel: Array
    bias: Array

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.bias)


@dataclass(frozen=True, eq=False)
class Conv2D:
    """A layer in which each filter weighs the 3×3 neighborhood of every place.

    Attributes
    ----------
    name, activation : str
        As in `Dense`.
    kernel : ndarray of float32, shape (3, 3, channels, filters)
    bias : ndarray of float32, shape (filters,)
    """

    name: str
    activation: str
    kernel: Array
    bias: Array

    @property
    def units(self) -> int:
        """Number of filters."""
        return len(self.bias)


@dataclass(frozen=True)
class MaxPooling2D:
    """A layer that keeps the largest of 2×2 values of each feature map."""

    name: str


@dataclass(frozen=True)
class Flatten:
    """A layer that writes all feature maps into one row."""

    name: str


Layer = Dense | Conv2D | MaxPooling2D | Flatten


@dataclass(frozen=True, eq=False)
class Network:
    """The layers of a network that calculate, from the pixels to the ten probabilities."""

    layers: tuple[Layer, ...]

    @property
    def weighted(self) -> tuple[Dense | Conv2D, ...]:
        """The layers that have weights."""
        return tuple(layer for layer in self.layers if isinstance(layer, Dense | Conv2D))


def read_network(model: "keras.Model") -> Network:
    """Return the weights of a Keras network as plain arrays.

    Parameters
    ----------
    model : keras.Model
        Of `core.model.build_model`, or a saved one.

    Returns
    -------
    Network
        What changes nothing in a prediction, such as dropout, is left out.

    Raises
    ------
    InspectionError
        If a layer is of another kind than those that a recipe has, or a weight is not a number.

    Examples
    --------
    >>> from core.model import build_model
    >>> from core.recipe import ARTICLE
    >>> [layer.name for layer in read_network(build_model(ARTICLE)).layers]
    ['flatten', 'hidden_1', 'digit']
    """
    layers: list[Layer] = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in _READERS:
            layers.append(_READERS[kind](layer))
        elif kind not in _WITHOUT_EFFECT:
            raise _unknown(layer)
    last = layers[-1] if layers else None
    if not isinstance(last, Dense) or last.units != CLASSES or model.input_shape[1:] != (IMAGE_SIZE,) * 2:
        raise InspectionError(
            "This model does not go from 28×28 pixels to ten digits, so it cannot be taken apart here."
        )
    if not all(np.isfinite(layer.kernel).all() for layer in layers if isinstance(layer, Dense | Conv2D)):
        raise InspectionError(
            "The weights of this model are not numbers (NaN): training diverged. Train it again with a "
            "smaller learning rate."
        )
    if last.activation == "linear":  # In bfloat16, softmax is a layer of its own.
        layers[-1] = Dense(last.name, "softmax", last.kernel, last.bias)
    return Network(tuple(layers))


def _unknown(layer: Any) -> InspectionError:
    return InspectionError(
        f"The layer “{layer.name}” of this model ({type(layer).__name__}) is of a kind that Digit Lab "
        "does not train, so it cannot be taken apart here."
    )


def _dense(layer: Any) -> Dense:
    return Dense(layer.name, layer.activation.__name__, np.array(layer.kernel), np.array(layer.bias))


def _conv(layer: Any) -> Conv2D:
    if layer.kernel_size != _KERNEL or layer.padding != "same" or layer.strides != (1, 1):
        raise _unknown(layer)
    return Conv2D(layer.name, layer.activation.__name__, np.array(layer.kernel), np.array(layer.bias))


def _pool(layer: Any) -> MaxPooling2D:
    if layer.pool_size != _POOL or layer.strides != _POOL or layer.padding != "valid":
        raise _unknown(layer)
    return MaxPooling2D(layer.name)


_READERS: dict[str, Callable[[Any], Layer]] = {
    "Dense": _dense,
    "Conv2D": _conv,
    "MaxPooling2D": _pool,
    "Flatten": lambda layer: Flatten(layer.name),
}
