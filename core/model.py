"""A recipe as a compiled Keras model, and models to files and back."""

import contextlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

# TensorFlow writes a page of notices to the console at import unless told not to.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from core._keras import OPTIMIZERS, Accuracy, BFloat16Rescaling, SteerableCosineDecay
from core.augmentation.affine import AffineAugmentation
from core.cost import CONV_KERNEL
from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL
from core.recipe import Recipe


def build_model(recipe: Recipe, precision: str = "float32") -> keras.Model:
    """Build and compile the network of a recipe.

    Parameters
    ----------
    recipe : Recipe
    precision : str
        What it multiplies in: ``float32``, or ``bfloat16`` where `core.precision.precision_of`
        says so. Its weights and its predictions are float32 in any case, but with ``bfloat16``
        it takes images of uint8 only.

    Returns
    -------
    keras.Model
        Input: images of shape (N, 28, 28) with pixel values 0 to 255; the network itself divides
        them by 255. Output: float32 of shape (N, 10), the probability of each class. Compiled with
        sparse categorical cross-entropy and accuracy.

    Notes
    -----
    Every layer is named and every random choice has its own seed. Keras' global state may be
    cleared at any time by another thread, as Streamlit does after each page run, so automatic
    names and global seeds would change in the middle of a training.

    Examples
    --------
    >>> from core.recipe import ARTICLE
    >>> model = build_model(ARTICLE)
    >>> [layer.name for layer in model.layers]
    ['image', 'scale', 'flatten', 'hidden_1', 'digit']
    >>> model.count_params()
    238510
    """
    bfloat16 = precision == "bfloat16"
    policy = keras.DTypePolicy("mixed_bfloat16" if bfloat16 else "float32")

    def glorot(offset: int) -> keras.initializers.Initializer:
        return keras.initializers.GlorotUniform(seed=recipe.seed + offset)

    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE), dtype="uint8" if bfloat16 else "float32", name="image")
    if bfloat16:
        x = BFloat16Rescaling(name="scale", dtype=policy)(image)
    else:
        x = layers.Rescaling(1 / MAX_PIXEL, name="scale", dtype=policy)(image)

    if recipe.augmentation or recipe.conv_filters:
        x = layers.Reshape((IMAGE_SIZE, IMAGE_SIZE, 1), name="channel", dtype=policy)(x)
    if recipe.augmentation:
        x = AffineAugmentation(recipe.seed, name="augmentation", dtype=policy)(x)
    for number, filters in enumerate(recipe.conv_filters, start=1):
        x = layers.Conv2D(
            filters,
            CONV_KERNEL,
            padding="same",
            activation=recipe.activation,
            kernel_initializer=glorot(10 + number),
            name=f"conv_{number}",
            dtype=policy,
        )(x)
        x = layers.MaxPooling2D(name=f"pool_{number}", dtype=policy)(x)

    x = layers.Flatten(name="flatten", dtype=policy)(x)
    for number, units in enumerate(recipe.hidden_units, start=1):
        x = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=glorot(20 + number),
            name=f"hidden_{number}",
            dtype=policy,
        )(x)
        if recipe.dropout:
            seed = recipe.seed + 30 + number
            x = layers.Dropout(recipe.dropout, seed=seed, name=f"dropout_{number}", dtype=policy)(x)

    # In bfloat16 the probabilities are still formed in float32, so that they sum to 1.
    softmax = None if bfloat16 else "softmax"
    x = layers.Dense(CLASSES, softmax, kernel_initializer=glorot(0), name="digit", dtype=policy)(x)
    if bfloat16:
        x = layers.Softmax(name="probability", dtype="float32")(x)

    learning_rate = recipe.learning_rate
    if recipe.decay:
        steps = recipe.epochs * recipe.steps_per_epoch
        learning_rate = SteerableCosineDecay(recipe.learning_rate, steps, name="decay")
    model = keras.Model(image, x, name="digit_lab")
    model.compile(
        optimizer=OPTIMIZERS[recipe.optimizer](learning_rate, name=recipe.optimizer),
        loss=keras.losses.SparseCategoricalCrossentropy(name="loss"),
        metrics=[Accuracy(name="accuracy")],
        # XLA gains 7% on the article network and makes a convolutional one three times slower.
        jit_compile=False,
    )
    return model


class ModelError(ValueError):
    """Raised when a file holds no model of MNIST digits. The message says what to do."""


def to_bytes(model: keras.Model) -> bytes:
    """Return a model as a ``.keras`` file.

    Only what predicts is written: no optimizer, which is twice as large as the network, and no
    augmentation. So the file opens in Keras without this project.
    """
    x = model.input
    for layer in model.layers[1:]:
        if not isinstance(layer, AffineAugmentation):
            x = layer(x)
    with _temporary_file() as path:
        keras.Model(model.input, x, name=model.name).save(path)
        return path.read_bytes()


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Copy the weights of each layer to that of the same name; a saved network lacks some layers.

    Raises
    ------
    ValueError
        If a layer is missing or has another shape.
    """
    for layer in source.layers:
        if layer.weights:
            target.get_layer(layer.name).set_weights(layer.get_weights())


def weights_by_layer(model: keras.Model) -> dict[str, list[npt.NDArray[np.float32]]]:
    """Return kernel and bias of each layer by its name, for `core.snapshot.pack`."""
    return {
        layer.name: [np.asarray(variable) for variable in layer.trainable_weights]
        for layer in model.layers
        if layer.trainable_weights
    }


def from_bytes(content: bytes) -> keras.Model:
    """Read a model of MNIST digits from a ``.keras`` file, without running code that it may contain.

    Raises
    ------
    ModelError
        If it is not such a file.
    """
    try:
        _check_size(content)
        with _temporary_file() as path:
            path.write_bytes(content)
            model: keras.Model = keras.saving.load_model(path, compile=False, safe_mode=True)
        probabilities = model(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8))
    except MemoryError:
        raise
    except Exception as error:
        # What zipfile, HDF5, Keras and its layers raise at a damaged file is of a dozen types.
        raise ModelError(
            "This version of Keras cannot read this model. Choose another model, or train it again."
        ) from error
    if probabilities.shape != (1, CLASSES):
        raise ModelError(
            "This model does not have ten outputs, one for each digit, so it cannot be used here."
        )
    return model


def _check_size(content: bytes) -> None:
    """Refuse a file that grows when it is unpacked: Keras does not compress what it writes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > len(content):
            raise ValueError("The file holds more than its size.")


@contextlib.contextmanager
def _temporary_file() -> Iterator[Path]:
    """A path for a moment; Keras reads and writes files only."""
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        yield Path(folder) / "network.keras"
