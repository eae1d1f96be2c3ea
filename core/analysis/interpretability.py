"""Activations of all layers, and the gradients that FGSM needs.

Which pixels made a prediction is the matter of `core.inspection.attribution`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers

from core.data import Images, Labels

# Images whose gradient is computed at once; as in an evaluation.
BATCH_SIZE = 500

_POOLING = (layers.MaxPooling2D, layers.AveragePooling2D)


class Kind(StrEnum):
    """What the values of a layer are."""

    FEATURE_MAPS = "feature maps"
    UNITS = "units"
    ATTRIBUTIONS = "attributions"
    PROBABILITIES = "probabilities"


@dataclass(frozen=True, eq=False)
class Activation:
    """The output of one layer of a network for one image.

    Attributes
    ----------
    name : str
        Of the Keras layer.
    kind : Kind
    title : str
        Shown to people.
    text : str
        What it shows, in one to three sentences.
    values : ndarray of float32
        Shape (height, width, n) for feature maps and attributions, (n,) for units and
        probabilities.
    """

    name: str
    kind: Kind
    title: str
    text: str
    values: npt.NDArray[np.float32]

    @property
    def feature_maps(self) -> npt.NDArray[np.float32]:
        """The values as n pictures, shape (n, height, width); a unit is one pixel."""
        values = self.values if self.values.ndim == 3 else self.values[np.newaxis, np.newaxis]
        return np.moveaxis(values, -1, 0)


def activations(model: keras.Model, image: npt.NDArray[np.uint8]) -> tuple[Activation, ...]:
    """Return the output of every layer of a network for one image.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten class probabilities for each.
    image : ndarray of uint8, shape (28, 28)

    Returns
    -------
    tuple of Activation
        From the first layer to the ten probabilities. Layers that only scale, reshape or drop
        are left out. A network without a hidden layer has attributions in their place: how much
        each pixel adds to the logit of each digit, which is the pixel as the layer gets it times
        its weight.
    """
    shown = [layer for layer in _inner_layers(model) if layer.output is not model.outputs[0]]
    linear = _linear_layer(model)
    outputs = [model.outputs[0], *(layer.output for layer in shown), *([linear.input] if linear else [])]
    # Named, because Streamlit resets Keras' automatic names while other threads use them.
    inside = keras.Model(model.inputs[0], outputs, name="inside")
    probabilities, *values = (np.asarray(value)[0] for value in inside(image[np.newaxis], training=False))
    found = [_activation(layer, value) for layer, value in zip(shown, values, strict=False)]
    if linear:
        attributions = np.asarray(linear.kernel) * values[-1][:, np.newaxis]
        found.append(_attributions(linear.name, attributions.reshape(*image.shape, -1)))
    return (*found, _probabilities(model.layers[-1].name, probabilities))


def _inner_layers(model: keras.Model) -> Iterator[layers.Layer]:
    """Yield the layers that compute something, and whose values are feature maps or units."""
    for layer in model.layers:
        if (layer.weights or isinstance(layer, _POOLING)) and len(layer.output.shape) in (2, 4):
            yield layer


def _linear_layer(model: keras.Model) -> layers.Dense | None:
    """Return the only layer with weights, if it goes from pixels to logits; else None."""
    weighted = [layer for layer in model.layers if layer.weights]
    alone = len(weighted) == 1 and isinstance(weighted[0], layers.Dense)
    pixels = math.prod(model.inputs[0].shape[1:])
    return weighted[0] if alone and weighted[0].kernel.shape[0] == pixels else None


def _activation(layer: layers.Layer, values: npt.NDArray[np.float32]) -> Activation:
    count = values.shape[-1]
    if values.ndim == 1:
        strong = int((values > values.max() / 2).sum()) if values.max() > 0 else 0
        text = (
            f"Each square is one unit (neuron). {strong} of {count} have more than half of the largest "
            "activation. Training decides what a unit responds to."
        )
        return Activation(layer.name, Kind.UNITS, f"{count} units", text, values)
    if isinstance(layer, layers.MaxPooling2D):
        title = f"Max pooling ({count} feature maps)"
        text = (
            "Only the largest of neighboring values is kept: what was found stays, and exactly where "
            "matters less."
        )
    elif isinstance(layer, layers.Conv2D):
        title = f"Feature maps ({count} filters)"
        text = (
            "Each filter looks for one small pattern everywhere in the image: where its feature map is "
            "bright, it has found it."
        )
    else:
        title = f"{count} feature maps"
        text = "The output of this layer."
    return Activation(layer.name, Kind.FEATURE_MAPS, title, text, values)


def _attributions(name: str, values: npt.NDArray[np.float32]) -> Activation:
    text = (
        "This network has no hidden layer: it multiplies each pixel by one weight per class and adds up. "
        "Pixels above zero are evidence for the class, pixels below zero are evidence against it."
    )
    return Activation(name, Kind.ATTRIBUTIONS, "Weights per class, times the pixels", text, values)


def _probabilities(name: str, values: npt.NDArray[np.float32]) -> Activation:
    predicted = int(values.argmax())
    text = f"The more probable a class, the brighter. **{predicted}** is the most probable one."
    return Activation(name, Kind.PROBABILITIES, "Output layer (softmax)", text, values)


def gradient_signs(model: keras.Model, images: Images, labels: Labels) -> npt.NDArray[np.int8]:
    """Return the sign of the gradient of the loss by each pixel, as FGSM needs it.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten class probabilities for each.
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    ndarray of int8, shape (n, 28, 28)
        1 where more ink makes the cross-entropy larger, −1 where less ink does, or 0. See
        `core.analysis.robustness.perturb`.
    """
    batches = range(0, len(images), BATCH_SIZE)
    signs = [
        _signs(model, images[start : start + BATCH_SIZE], labels[start : start + BATCH_SIZE])
        for start in batches
    ]
    return np.concatenate(signs)


def _signs(model: keras.Model, images: Images, labels: Labels) -> npt.NDArray[np.int8]:
    pixels = tf.constant(images, dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        probabilities = model(pixels, training=False)
        # Not Keras' cross-entropy: it clips probabilities at 1 − 1e-7, and an image with a
        # higher confidence would have a gradient of zero.
        of_label = tf.gather(probabilities, labels.astype(np.int32), batch_dims=1)
        loss = -tf.math.log(tf.maximum(of_label, np.finfo(np.float32).tiny))
    gradient = tape.gradient(loss, pixels)
    signs: npt.NDArray[np.int8] = np.sign(gradient.numpy()).astype(np.int8)
    return signs
