"""What happens inside a network: what its layers answer, where its error grows, which pixels spoke."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers

from core.data import CLASS_NAMES, Images, Labels

# Images whose gradient is computed at once; as in an evaluation.
BATCH_SIZE = 500
# More of them change no picture that one could see.
EVIDENCE_STEPS = 64

_POOLING = (layers.MaxPooling2D, layers.AveragePooling2D)


class Kind(StrEnum):
    """What the values of a layer are."""

    PICTURES = "pictures"
    UNITS = "units"
    EVIDENCE = "evidence"
    ANSWERS = "answers"


@dataclass(frozen=True, eq=False)
class Activation:
    """What one layer of a network makes of one image.

    Attributes
    ----------
    name : str
        Of the Keras layer.
    kind : Kind
    title : str
        Shown to people.
    text : str
        What one sees, in one to three sentences.
    values : ndarray of float32
        Shape (height, width, n) for pictures and for evidence, (n,) for units and answers.
    """

    name: str
    kind: Kind
    title: str
    text: str
    values: npt.NDArray[np.float32]

    @property
    def pictures(self) -> npt.NDArray[np.float32]:
        """The values as n pictures, shape (n, height, width); of a unit, one pixel."""
        values = self.values if self.values.ndim == 3 else self.values[np.newaxis, np.newaxis]
        return np.moveaxis(values, -1, 0)


def activations(model: keras.Model, image: npt.NDArray[np.uint8]) -> tuple[Activation, ...]:
    """Show one image to a network and look at what every layer makes of it.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    image : ndarray of uint8, shape (28, 28)

    Returns
    -------
    tuple of Activation
        From the first layer to the ten answers. Layers that only scale, reshape or drop are
        left out. For a network without a hidden layer, instead of such layers, how much each
        pixel adds to the score of each digit: the pixel as the layer gets it times its weight.
    """
    shown = [layer for layer in _inner_layers(model) if layer.output is not model.outputs[0]]
    joining = _joining_layer(model)
    outputs = [model.outputs[0], *(layer.output for layer in shown), *([joining.input] if joining else [])]
    # Named, because Streamlit resets Keras' automatic names while other threads use them.
    inside = keras.Model(model.inputs[0], outputs, name="inside")
    answers, *values = (np.asarray(value)[0] for value in inside(image[np.newaxis], training=False))
    found = [_activation(layer, value) for layer, value in zip(shown, values, strict=False)]
    if joining:
        spoken = np.asarray(joining.kernel) * values[-1][:, np.newaxis]
        found.append(_evidence(joining.name, spoken.reshape(*image.shape, -1)))
    return (*found, _answers(model.layers[-1].name, answers))


def _inner_layers(model: keras.Model) -> Iterator[layers.Layer]:
    """The layers that compute something, and whose values are pictures or units."""
    for layer in model.layers:
        if (layer.weights or isinstance(layer, _POOLING)) and len(layer.output.shape) in (2, 4):
            yield layer


def _joining_layer(model: keras.Model) -> layers.Dense | None:
    """The only layer with weights, if it joins pixels and answers."""
    weighted = [layer for layer in model.layers if layer.weights]
    alone = len(weighted) == 1 and isinstance(weighted[0], layers.Dense)
    pixels = math.prod(model.inputs[0].shape[1:])
    return weighted[0] if alone and weighted[0].kernel.shape[0] == pixels else None


def _activation(layer: layers.Layer, values: npt.NDArray[np.float32]) -> Activation:
    count = values.shape[-1]
    if values.ndim == 1:
        strong = int((values > values.max() / 2).sum()) if values.max() > 0 else 0
        text = (
            f"Each square is one unit. {strong} of {count} answer more than half as strongly as the "
            "strongest. What a unit answers to, it has found out in training."
        )
        return Activation(layer.name, Kind.UNITS, f"{count} units", text, values)
    if isinstance(layer, layers.MaxPooling2D):
        title = f"{count} smaller pictures"
        text = (
            "Of pixels side by side only the strongest is kept. What was found stays, and it matters "
            "less where exactly."
        )
    elif isinstance(layer, layers.Conv2D):
        title = f"{count} filters"
        text = (
            "Each filter looks for one small pattern everywhere in the picture: where its picture is "
            "bright, it has found it."
        )
    else:
        title = f"{count} pictures"
        text = "What this layer makes of the pictures before it."
    return Activation(layer.name, Kind.PICTURES, title, text, values)


def _evidence(name: str, values: npt.NDArray[np.float32]) -> Activation:
    text = (
        "This network has no hidden layer: it multiplies each pixel with one weight for each digit and "
        "adds up. Pixels above nought speak for the digit, pixels below against it."
    )
    return Activation(name, Kind.EVIDENCE, "Which pixels speak for which digit", text, values)


def _answers(name: str, values: npt.NDArray[np.float32]) -> Activation:
    answer = int(values.argmax())
    text = f"The more probable a digit, the brighter. **{CLASS_NAMES[answer]}** has {values[answer]:.1%}."
    return Activation(name, Kind.ANSWERS, "Ten answers", text, values)


def gradient_signs(model: keras.Model, images: Images, labels: Labels) -> npt.NDArray[np.int8]:
    """Find for each pixel whether more or less ink makes the error of the network larger.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    ndarray of int8, shape (n, 28, 28)
        Sign of the gradient of the cross-entropy by the pixel: 1, −1, or 0. A step along
        it is the fast gradient sign method (Goodfellow, Shlens and Szegedy, "Explaining
        and Harnessing Adversarial Examples", 2015).
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
        # Not Keras' cross-entropy: it cuts probabilities off at 1 − 1e-7, where the gradient of
        # an image that the network is sure of would be nought.
        of_truth = tf.gather(probabilities, labels.astype(np.int32), batch_dims=1)
        error = -tf.math.log(tf.maximum(of_truth, np.finfo(np.float32).tiny))
    gradient = tape.gradient(error, pixels)
    signs: npt.NDArray[np.int8] = np.sign(gradient.numpy()).astype(np.int8)
    return signs


def evidence(model: keras.Model, image: Images, answer: int, rival: int) -> npt.NDArray[np.float32]:
    """Find how much each pixel spoke for one digit rather than another.

    Parameters
    ----------
    model : keras.Model
        As for `gradient_signs`.
    image : ndarray of uint8, shape (28, 28)
    answer, rival : int
        The two digits.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        Above 0 where the pixel spoke for ``answer``, below 0 where it spoke for ``rival``.
        The sum is how much the image changes the logarithm of the ratio of their
        probabilities from that of empty paper: integrated gradients (Sundararajan, Taly and
        Yan, "Axiomatic Attribution for Deep Networks", 2017), from black to the image in
        `EVIDENCE_STEPS` steps. Paper speaks for nothing: its own change is nought.
    """
    shares = (np.arange(EVIDENCE_STEPS, dtype=np.float32) + 0.5) / EVIDENCE_STEPS
    steps = tf.constant(shares[:, np.newaxis, np.newaxis] * image.astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(steps)
        probabilities = tf.maximum(model(steps, training=False), np.finfo(np.float32).tiny)
        ratio = tf.math.log(probabilities[:, answer]) - tf.math.log(probabilities[:, rival])
    gradients = tape.gradient(ratio, steps).numpy()
    spoken: npt.NDArray[np.float32] = gradients.mean(axis=0) * image
    return spoken
