"""A recipe as a Keras script, to read beside its curve and to run at home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.augmentation.ranges import ROTATION, SHIFT, ZOOM
from core.cost import CONV_KERNEL
from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, TRAINING_IMAGES
from core.hyperparameters.words import SPELLING
from core.recipe import Recipe

# Keras' own learning rates: with one of them, the name of the optimizer is enough.
_DEFAULT_RATES = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01}


@dataclass(frozen=True)
class Section:
    """One step of a script.

    Attributes
    ----------
    sentence : str
        What it does, for the reader of a notebook.
    code : str
        Its lines.
    """

    sentence: str
    code: str


def keras_script(recipe: Recipe, left_out: Sequence[str] = (), *, at_home: bool = False) -> str:
    """Return a Python script that trains the network of a recipe and prints its test accuracy.

    It is the same network and the same training, at home also with the same first weights; the other
    random numbers differ, so the accuracy does a little. ``auto`` precision is float32 in it. Choices
    of the data that it cannot make are named in its docstring.

    Parameters
    ----------
    recipe : Recipe
    left_out : sequence of str
        What else happened in the run that the script does not do, a sentence each.
    at_home : bool
        Whether Keras downloads MNIST. Otherwise the script runs in the folder of the project,
        because it reads ``data/mnist.npz``.

    Examples
    --------
    >>> from core.recipe import ARTICLE
    >>> print(keras_script(ARTICLE).splitlines()[-1])
    print(f"Test accuracy: {accuracy:.1%}")
    """
    code = "\n\n".join(section.code for section in sections(recipe, at_home=at_home))
    return f'"""{heading(recipe, left_out, at_home=at_home)}"""\n\n{code}\n'


def heading(recipe: Recipe, left_out: Sequence[str] = (), *, at_home: bool = False) -> str:
    """Return what a script does and what it leaves out, takes the arguments of `keras_script`."""
    paragraphs = [f"Train a network with Keras: {recipe.words}."]
    if choices := _data_not_chosen(recipe):
        paragraphs.append(choices)
    if left_out:
        paragraphs.append("The run differs from this script:\n" + "\n".join(f"- {line}" for line in left_out))
    if at_home and recipe.handwriting:
        paragraphs.append(
            "Digit Lab redraws each digit in another handwriting, which is too long for a script. Here\n"
            "Keras' own layers shift, rotate and zoom it: as good on MNIST, a little less so on drawings."
        )
    return "\n\n".join(paragraphs) + ("\n" if len(paragraphs) > 1 else "")


def sections(recipe: Recipe, *, at_home: bool = False) -> tuple[Section, ...]:
    """Return the five steps of a script, takes the arguments of `keras_script`."""
    where = "Keras downloads it the first time." if at_home else "The file comes with Digit Lab."
    steps = (
        (
            "Keras builds and trains the network. With the seed, each run draws the same random numbers.",
            _imports(recipe, at_home),
        ),
        (
            "MNIST has 60,000 training images and 10,000 test images, of 28×28 pixels with values "
            f"from 0 to 255. {where}",
            _data(recipe, at_home),
        ),
        (
            "The network: each layer takes what the layer before it gives, and the last one gives a "
            "probability for each of the ten digits.",
            _model(recipe, at_home),
        ),
        (
            f"Training goes through all training images {recipe.epochs} times. After each batch of "
            f"{recipe.batch_size:,}, the optimizer changes the weights a little so that the loss falls.",
            _training(recipe, at_home),
        ),
        (
            "The test images were not used for training. The share of them that the network gets right "
            "is its test accuracy.",
            _test(),
        ),
    )
    return tuple(Section(sentence, "\n".join(lines)) for sentence, lines in steps)


def _data_not_chosen(recipe: Recipe) -> str:
    """Return the lines that say which choices of the data the script does not make."""
    choices = list(recipe.data_choices)
    if recipe.validation_by == "writers":
        choices.append("the validation split by writer (here the last images are held out)")
    if not choices:
        return ""
    lines = "\n".join(f"- {choice}" for choice in choices)
    return f"This script takes the first images of the data file. It leaves out:\n{lines}"


def _imports(recipe: Recipe, at_home: bool) -> Iterator[str]:
    yield "import keras"
    if at_home:
        yield "from keras.initializers import GlorotUniform"
    else:
        yield "import numpy as np"
    if recipe.handwriting and not at_home:
        yield "import tensorflow as tf"
        yield ""
        yield "from core.augmentation.distance_fields import signed_distance_fields"
        yield "from core.augmentation.handwriting import augment"
    yield ""
    yield f"keras.utils.set_random_seed({recipe.seed})"
    if recipe.precision == "bfloat16":
        yield 'keras.mixed_precision.set_global_policy("mixed_bfloat16")'


def _data(recipe: Recipe, at_home: bool) -> Iterator[str]:
    if at_home:
        yield "(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()"
    else:
        yield from _bundled_data()
    if recipe.images < TRAINING_IMAGES:
        yield f"x_train, y_train = x_train[:{recipe.images}], y_train[:{recipe.images}]"


def _bundled_data() -> Iterator[str]:
    yield 'with np.load("data/mnist.npz") as mnist:'
    yield '    x_train, y_train = mnist["x_train"], mnist["y_train"]'
    yield '    x_test, y_test = mnist["x_test"], mnist["y_test"]'


def _model(recipe: Recipe, at_home: bool) -> Iterator[str]:
    yield "model = keras.Sequential("
    yield "    ["
    if at_home:
        yield "        # The seeds let the weights begin as those of the run did."
    for layer in _layers(recipe, at_home):
        yield f"        {layer},"
    yield "    ]"
    yield ")"


def _layers(recipe: Recipe, at_home: bool) -> Iterator[str]:
    augmentation = recipe.augmentation or (at_home and recipe.handwriting)

    def start(offset: int) -> str:
        """Return the argument for the first weights, as `core.model.build_model` draws them."""
        return f", kernel_initializer=GlorotUniform({recipe.seed + offset})" if at_home else ""

    yield f"keras.Input(({IMAGE_SIZE}, {IMAGE_SIZE}))"
    yield f"keras.layers.Rescaling(1 / {MAX_PIXEL})"
    if augmentation or recipe.conv_filters:
        yield f"keras.layers.Reshape(({IMAGE_SIZE}, {IMAGE_SIZE}, 1))"
    if augmentation:
        yield f'keras.layers.RandomTranslation({SHIFT}, {SHIFT}, fill_mode="constant")'
        yield f'keras.layers.RandomRotation({ROTATION}, fill_mode="constant")'
        yield f'keras.layers.RandomZoom({ZOOM}, {ZOOM}, fill_mode="constant")'
    activation = f'activation="{recipe.activation}"'
    for number, filters in enumerate(recipe.conv_filters, start=1):
        weights = start(10 + number)
        yield f'keras.layers.Conv2D({filters}, {CONV_KERNEL}, padding="same", {activation}{weights})'
        yield "keras.layers.MaxPooling2D()"
    yield "keras.layers.Flatten()"
    for number, units in enumerate(recipe.hidden_units, start=1):
        yield f"keras.layers.Dense({units}, {activation}{start(20 + number)})"
        if recipe.dropout:
            yield f"keras.layers.Dropout({recipe.dropout:g})"
    # In bfloat16 the probabilities are still formed in float32, so that they sum to 1.
    dtype = ', dtype="float32"' if recipe.precision == "bfloat16" else ""
    yield f'keras.layers.Dense({CLASSES}, activation="softmax"{start(0)}{dtype})'


def _training(recipe: Recipe, at_home: bool) -> Iterator[str]:
    metrics = 'loss="sparse_categorical_crossentropy", metrics=["accuracy"]'
    rate = f"{recipe.learning_rate:g}"
    if recipe.decay:
        yield f"steps = {recipe.epochs} * {recipe.steps_per_epoch}  # epochs * batches per epoch"
        yield f"learning_rate = keras.optimizers.schedules.CosineDecay({rate}, steps)"
        rate = "learning_rate"
    if not recipe.decay and recipe.learning_rate == _DEFAULT_RATES[recipe.optimizer]:
        yield f'model.compile(optimizer="{recipe.optimizer}", {metrics})'
    else:
        yield f"optimizer = keras.optimizers.{SPELLING[recipe.optimizer]}({rate})"
        yield f"model.compile(optimizer=optimizer, {metrics})"
    if recipe.handwriting and not at_home:
        yield from _fit_handwriting(recipe)
        return
    split = f", validation_split={recipe.validation_share:g}" if recipe.validation_size else ""
    options = f"epochs={recipe.epochs}, batch_size={recipe.batch_size}{split}, verbose=2"
    yield f"model.fit(x_train, y_train, {options})"


def _fit_handwriting(recipe: Recipe) -> Iterator[str]:
    """Yield the lines that redraw each batch before the network sees it."""
    validation = ""
    if recipe.validation_size:
        yield f"x_val, y_val = x_train[{recipe.fit_size} :], y_train[{recipe.fit_size} :]"
        yield f"x_train, y_train = x_train[:{recipe.fit_size}], y_train[:{recipe.fit_size}]"
        validation = ", validation_data=(x_val, y_val)"
    yield "digits = tf.data.Dataset.from_tensor_slices((signed_distance_fields(x_train), y_train))"
    yield f"batches = digits.shuffle(len(x_train), seed={recipe.seed}).batch({recipe.batch_size})"
    yield "# A seed for each batch, which decides how its digits are redrawn."
    yield (
        f"seeds = tf.data.Dataset.random(seed={recipe.seed}, rerandomize_each_iteration=True)"
        ".batch(2, drop_remainder=True)"
    )
    yield "redrawn = tf.data.Dataset.zip((batches, seeds)).map("
    yield "    lambda batch, seed: (augment(batch[0], batch[1], seed), batch[1])"
    yield ")"
    yield f"model.fit(redrawn, epochs={recipe.epochs}{validation}, verbose=2)"


def _test() -> Iterator[str]:
    yield "loss, accuracy = model.evaluate(x_test, y_test, verbose=0)"
    yield 'print(f"Test accuracy: {accuracy:.1%}")'
