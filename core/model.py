"""Recipe to compiled Keras model, and models to files and back.

The network is defined here and nowhere else.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# TensorFlow writes a page of notices to the console at import unless told not to.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf
from keras import layers

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL
from core.machine import has_bfloat16
from core.recipe import CONV_KERNEL, Recipe

# How far augmentation moves a digit at most: shares of the picture, of a full turn, and of
# its width and height, each by itself. People write wider and narrower, not only larger.
SHIFT = 0.08
ROTATION = 0.05
ZOOM = 0.2
# Work of a batch (see `Recipe.network_work`) from which on bfloat16 is faster where there are
# units for it. Measured: 0.9e8 1.02 × the time of float32, 5e8 0.87 ×, 7e8 and more 0.62 to 0.78 ×.
_BFLOAT16_PAYS = 2e8


class _OneMachine:
    """Leaves out the sum of the gradients over all machines: there is one.

    TensorFlow makes it a function with a gradient of its own, and keeps the whole graph of
    the training alive for that gradient as long as the process lives: 9 MB for each run.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: list[Any]) -> list[Any]:
        return grads_and_vars


class _Adam(_OneMachine, keras.optimizers.Adam):
    """Adam in one pass over the weights instead of Keras' ten, by the same formula.

    It takes a tenth off the article network's epoch (`benchmarks.speed`).
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )


class _RMSprop(_OneMachine, keras.optimizers.RMSprop):
    pass


class _SGD(_OneMachine, keras.optimizers.SGD):
    pass


class _Accuracy(keras.metrics.Mean):
    """Share of images read right; that of Keras goes over the answers three times more.

    It takes 2 % off the article network's epoch (`benchmarks.speed`).
    """

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        right = tf.argmax(y_pred, axis=-1) == tf.cast(y_true, tf.int64)
        super().update_state(tf.cast(right, tf.float32), sample_weight)


class _CoarseScale(layers.Layer):
    """Pixels, as uint8, to bfloat16 from 0 to 1: ``Rescaling`` in one pass instead of two.

    It takes 6 % off the article network's epoch (`benchmarks.speed`). oneDNN, which is part of
    TensorFlow, does it; TensorFlow's own operation has no such form.
    """

    def call(self, pixels: tf.Tensor) -> tf.Tensor:
        """Divide the pixels by 255, shape (N, 28, 28)."""
        numbers = tf.bitcast(pixels, tf.quint8)
        return tf.quantization.dequantize(numbers, 0.0, 1.0, mode="SCALED", dtype=tf.bfloat16)


_OPTIMIZERS = {"adam": _Adam, "rmsprop": _RMSprop, "sgd": _SGD}


def precision_of(recipe: Recipe) -> str:
    """The precision that a recipe is trained with on this machine.

    Parameters
    ----------
    recipe : Recipe

    Returns
    -------
    str
        ``bfloat16`` if the processor has units for it, and the recipe asks for it or leaves
        it open and its batches are large enough to be faster; else ``float32``. Without such
        units it would take up to ten times as long.
    """
    pays = recipe.network_work * min(recipe.batch_size, recipe.fit_size) >= _BFLOAT16_PAYS
    wanted = recipe.precision == "bfloat16" or (recipe.precision == "auto" and pays)
    # Only oneDNN uses the units.
    usable = has_bfloat16() and os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1").lower() not in ("0", "false")
    return "bfloat16" if wanted and usable else "float32"


def build_model(recipe: Recipe, precision: str = "float32") -> keras.Model:
    """Build and compile the network of a recipe.

    Parameters
    ----------
    recipe : Recipe
    precision : str
        What it multiplies in: ``float32``, or ``bfloat16`` as `precision_of` may say for
        training. Its weights and its answers are float32 in any case, but with ``bfloat16``
        it takes images of uint8 only.

    Returns
    -------
    keras.Model
        Input: images of shape (N, 28, 28) with pixel values 0 to 255; the
        network itself divides them by 255. Output: float32 of shape (N, 10),
        the probability of each digit. Compiled with sparse categorical
        cross-entropy and accuracy.

    Notes
    -----
    Every layer is named and every random choice has its own seed. Streamlit
    clears Keras' global state after each page run, of any user, so automatic
    names and global seeds would change under a training in another thread.
    """
    coarse = precision == "bfloat16"
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE), dtype="uint8" if coarse else "float32", name="image")
    outputs = image
    for layer in _layers(recipe, coarse):
        outputs = layer(outputs)
    model = keras.Model(image, outputs, name="digit_lab")
    model.compile(
        optimizer=_OPTIMIZERS[recipe.optimizer](_learning_rate(recipe), name=recipe.optimizer),
        loss=keras.losses.SparseCategoricalCrossentropy(name="loss"),
        metrics=[_Accuracy(name="accuracy")],
        # XLA gains 7 % on the article network and makes a convolutional one three times slower.
        jit_compile=False,
    )
    return model


def _learning_rate(recipe: Recipe) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if not recipe.decay:
        return recipe.learning_rate
    steps = recipe.epochs * recipe.steps_per_epoch
    return keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps, name="decay")


def to_bytes(model: keras.Model) -> bytes:
    """Write a network as a ``.keras`` file.

    Only what is needed for answering is written: no optimizer, which is twice as large
    as the network, and no augmentation. So the file opens in Keras without this project.
    """
    outputs = model.input
    for layer in model.layers[1:]:
        if not isinstance(layer, Augmentation):
            outputs = layer(outputs)
    with _file() as path:
        keras.Model(model.input, outputs, name=model.name).save(path)
        return path.read_bytes()


def from_bytes(content: bytes) -> keras.Model:
    """Read a network from a ``.keras`` file, without running code that it may contain.

    Raises
    ------
    ValueError, TypeError, OSError
        If it is not such a file.
    """
    with _file() as path:
        path.write_bytes(content)
        model: keras.Model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return model


@contextlib.contextmanager
def _file() -> Iterator[Path]:
    """Where a file can be for a moment; Keras writes and reads files only."""
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        yield Path(folder) / "network.keras"


def keep_compiled() -> None:
    """Let what is compiled outlive page runs; for servers.

    Streamlit clears Keras' session after every page run of any visitor. With it goes all
    that TensorFlow has made ready to run, also for others: the next answer takes 24 ms
    instead of 1, and a training beside which a page is run twice a second takes 1.3 times
    as long. It is meant for scripts that build networks with automatic names at each run.
    Here all layers are named and all seeds explicit, so there is nothing to clear.
    """
    keras.backend.clear_session = _clear_nothing


def _clear_nothing(free_memory: bool = True) -> None:
    pass


@keras.saving.register_keras_serializable("digit_lab")
class Augmentation(layers.Layer):
    """Shifts, rotates and zooms each image a little at random, in training only.

    Keras' own random layers also do so when a model is called without saying whether
    it is training; then a trained network would answer a moved picture.

    Parameters
    ----------
    seed : int
    **kwargs
        As for every Keras layer.
    """

    def __init__(self, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        # They move images in float32, whatever the precision of the network.
        filled = {"fill_mode": "constant", "fill_value": 0.0}
        self.shift = layers.RandomTranslation(SHIFT, SHIFT, seed=seed + 1, name="shift", **filled)
        self.rotate = layers.RandomRotation(ROTATION, seed=seed + 2, name="rotate", **filled)
        self.zoom = layers.RandomZoom(ZOOM, ZOOM, seed=seed + 3, name="zoom", **filled)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "seed": self.seed}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Build the three layers; a call outside training does not reach them."""
        for layer in (self.shift, self.rotate, self.zoom):
            layer.build(input_shape)

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Move the images, shape (N, 28, 28, 1), or leave them as they are."""
        if not training:
            return images
        return self.zoom(self.rotate(self.shift(images, training=True), training=True), training=True)


def _layers(recipe: Recipe, coarse: bool) -> Iterator[layers.Layer]:
    seed = recipe.seed
    policy = keras.DTypePolicy("mixed_bfloat16" if coarse else "float32")
    yield (
        _CoarseScale(name="scale", dtype=policy)
        if coarse
        else layers.Rescaling(1 / MAX_PIXEL, name="scale", dtype=policy)
    )

    if recipe.augmentation or recipe.conv_filters:
        yield layers.Reshape((IMAGE_SIZE, IMAGE_SIZE, 1), name="channel", dtype=policy)
    if recipe.augmentation:
        yield Augmentation(seed, name="augmentation", dtype=policy)

    for number, filters in enumerate(recipe.conv_filters, start=1):
        yield layers.Conv2D(
            filters,
            CONV_KERNEL,
            padding="same",
            activation=recipe.activation,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 10 + number),
            dtype=policy,
            name=f"conv_{number}",
        )
        yield layers.MaxPooling2D(name=f"pool_{number}", dtype=policy)

    yield layers.Flatten(name="flatten", dtype=policy)
    for number, units in enumerate(recipe.hidden_units, start=1):
        yield layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 20 + number),
            dtype=policy,
            name=f"hidden_{number}",
        )
        if recipe.dropout:
            yield layers.Dropout(
                recipe.dropout, seed=seed + 30 + number, name=f"dropout_{number}", dtype=policy
            )
    yield layers.Dense(
        CLASSES,
        # Probabilities are formed in float32 in any case: their sum shall be 1.
        activation=None if coarse else "softmax",
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        dtype=policy,
        name="digit",
    )
    if coarse:
        yield layers.Softmax(dtype="float32", name="probability")
