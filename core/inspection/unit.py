"""One unit of a network: what it adds up for an image, and where its output goes."""

from dataclasses import dataclass

import numpy as np

from core.inspection.forward import ForwardPass, Step, convolve
from core.inspection.network import Array, Conv2D, Dense, Flatten, Network


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """What a unit adds up, for the first image of a forward pass.

    Attributes
    ----------
    inputs, weights : ndarray of float
        Of the same shape: (28, 28) for pixels, (height, width, channels) for feature maps, (n,) for
        units, and (3, 3, channels) for one place of a convolution.
    bias : float
    z : float
        The sum of all products and the bias.
    output : float
        What the activation function makes of it; for the output layer the probability.
    """

    inputs: Array
    weights: Array
    bias: float
    z: float
    output: float

    @property
    def products(self) -> Array:
        """Each input times its weight."""
        return self.inputs * self.weights


@dataclass(frozen=True, eq=False)
class Outgoing:
    """What a unit adds to each unit of the next layer that has weights.

    Attributes
    ----------
    layer : str
        The name of the next layer.
    weights : ndarray of float, shape (units,)
        The weight to each of its units; for feature maps the sum of all weights to it.
    contributions : ndarray of float, shape (units,)
        Output times weight; between convolutions the mean over all places.
    """

    layer: str
    weights: Array
    contributions: Array


def dense_sum(values: ForwardPass, name: str, unit: int) -> WeightedSum:
    """Return what a unit of a dense layer adds up.

    Parameters
    ----------
    values : ForwardPass
    name : str
        Of the layer.
    unit : int

    Examples
    --------
    >>> from core.data import load_mnist
    >>> from core.inspection.forward import forward
    >>> from core.inspection.network import read_network
    >>> from core.model import build_model
    >>> from core.recipe import ARTICLE
    >>> values = forward(read_network(build_model(ARTICLE)), load_mnist().test_images[:1])
    >>> unit = dense_sum(values, "hidden_1", 17)
    >>> unit.products.shape, bool(np.isclose(unit.products.sum() + unit.bias, unit.z))
    ((28, 28), True)
    """
    step = values.step(name)
    layer = step.layer
    assert isinstance(layer, Dense)
    shape = input_shape(values, step)
    return WeightedSum(
        step.input[0].reshape(shape),
        layer.kernel[:, unit].reshape(shape),
        float(layer.bias[unit]),
        float(step.z[0, unit]),
        float(step.output[0, unit]),
    )


def conv_sum(values: ForwardPass, name: str, unit: int, row: int, column: int) -> WeightedSum:
    """Return what a filter of a convolutional layer adds up at one place."""
    step = values.step(name)
    layer = step.layer
    assert isinstance(layer, Conv2D)
    padded = np.pad(step.input[0], ((1, 1), (1, 1), (0, 0)))
    return WeightedSum(
        padded[row : row + 3, column : column + 3],
        layer.kernel[..., unit],
        float(layer.bias[unit]),
        float(step.z[0, row, column, unit]),
        float(step.output[0, row, column, unit]),
    )


def outgoing(values: ForwardPass, name: str, unit: int) -> Outgoing | None:
    """Return where the output of a unit goes; None for the output layer."""
    network = values.network
    following = _following(network, name)
    if following is None:
        return None
    step = values.step(following.name)
    if isinstance(following, Conv2D):
        kernel = following.kernel[:, :, unit : unit + 1]
        spread = convolve(step.input[:1, ..., unit : unit + 1], kernel)
        return Outgoing(following.name, kernel.sum(axis=(0, 1, 2)), spread.mean(axis=(0, 1, 2)))
    shape = input_shape(values, step)
    inputs = step.input[0].reshape(shape)[..., unit].ravel()
    weights = following.kernel.reshape(*shape, -1)[..., unit, :].reshape(len(inputs), -1)
    return Outgoing(following.name, weights.sum(axis=0), inputs @ weights)


def most_important(values: ForwardPass, name: str) -> int:
    """Return the unit of a layer that speaks loudest for the prediction on the first image.

    In the last hidden layer it is the one that adds most to the predicted digit; in the output
    layer the predicted digit; elsewhere the one with the largest output.
    """
    step, prediction = values.step(name), int(values.probabilities[0].argmax())
    following = _following(values.network, name)
    output = step.output[0]
    if following is None:
        return prediction
    if isinstance(step.layer, Dense) and following is values.network.layers[-1]:
        return int((output * following.kernel[:, prediction]).argmax())
    return int(output.reshape(-1, output.shape[-1]).max(axis=0).argmax())


def _following(network: Network, name: str) -> Dense | Conv2D | None:
    """The next layer with weights."""
    names = [layer.name for layer in network.weighted]
    place = names.index(name) + 1
    return network.weighted[place] if place < len(names) else None


def input_shape(values: ForwardPass, step: Step) -> tuple[int, ...]:
    """Return the shape that the inputs of a dense layer had before they were flattened."""
    before = values.steps[values.steps.index(step) - 1]
    if not isinstance(before.layer, Flatten):
        return step.input.shape[1:]
    shape = before.input.shape[1:]
    return shape[:2] if before is values.steps[0] else shape
