"""What each unit of a layer responds to, over many images."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, Images, Labels
from core.inspection.forward import forward
from core.inspection.network import Conv2D, Dense, Network

# Images that go through the network at once: what they need of memory stays below 100 MB.
_BATCH_SIZE = 100
# A unit counts as always on or off if it is so on all images but one in a thousand.
_RARELY = 0.001
# How close to its ends a sigmoid or tanh counts as saturated.
_END = 0.02


@dataclass(frozen=True, eq=False)
class Responses:
    """The output of each unit of a layer for each image.

    Attributes
    ----------
    layer : Dense or Conv2D
    outputs : ndarray of float16, shape (n, units)
        For a filter the largest value of its feature map.
    labels : ndarray of uint8, shape (n,)
    """

    layer: Dense | Conv2D
    outputs: npt.NDArray[np.float16]
    labels: Labels

    @cached_property
    def on(self) -> npt.NDArray[np.float64]:
        """How often each unit is on, 0 to 1: above the middle of its activation function, or above 0."""
        middle = 0.5 if self.layer.activation in ("sigmoid", "softmax") else 0.0
        share: npt.NDArray[np.float64] = (self.outputs > middle).mean(axis=0)
        return share

    @cached_property
    def dead(self) -> npt.NDArray[np.bool_]:
        """Whether each unit is a ReLU that is off for practically every image: it can learn no more."""
        if self.layer.activation != "relu":
            return np.zeros(self.layer.units, dtype=bool)
        dead: npt.NDArray[np.bool_] = self.on < _RARELY
        return dead

    @cached_property
    def saturated(self) -> npt.NDArray[np.bool_]:
        """Whether each sigmoid or tanh is at an end of its curve for practically every image."""
        if self.layer.activation not in ("sigmoid", "tanh"):
            return np.zeros(self.layer.units, dtype=bool)
        low = 0.0 if self.layer.activation == "sigmoid" else -1.0
        at_an_end = (self.outputs < low + _END) | (self.outputs > 1 - _END)
        saturated: npt.NDArray[np.bool_] = at_an_end.mean(axis=0) > 1 - _RARELY
        return saturated

    @cached_property
    def of_digits(self) -> npt.NDArray[np.float32]:
        """The mean output of each unit for the images of each digit, shape (units, 10)."""
        means = [
            self.outputs[self.labels == digit].mean(axis=0, dtype=np.float32) for digit in range(CLASSES)
        ]
        return np.stack(means, axis=1)

    def strongest(self, unit: int, count: int) -> npt.NDArray[np.int64]:
        """Return the indices of the images with the largest outputs of a unit, the largest first."""
        order: npt.NDArray[np.int64] = np.argsort(-self.outputs[:, unit], kind="stable")[:count]
        return order


def responses(network: Network, name: str, images: Images, labels: Labels) -> Responses:
    """Return the outputs of a layer's units for many images.

    Parameters
    ----------
    network : Network
    name : str
        Of a layer with weights.
    images : ndarray of uint8, shape (n, 28, 28)
        Images of every digit.
    labels : ndarray of uint8, shape (n,)
    """
    names = [layer.name for layer in network.layers]
    until = Network(network.layers[: names.index(name) + 1])
    layer = until.layers[-1]
    assert isinstance(layer, Dense | Conv2D)
    parts = []
    for start in range(0, len(images), _BATCH_SIZE):
        batch = images[start : start + _BATCH_SIZE].astype(np.float32)
        output = forward(until, batch).steps[-1].output
        if output.ndim == 4:
            output = output.max(axis=(1, 2))
        parts.append(output.astype(np.float16))
    return Responses(layer, np.concatenate(parts), labels)
