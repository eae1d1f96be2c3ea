"""Networks of presets and of random recipes, and what Keras says of their gradients."""

import keras
import numpy as np
import tensorflow as tf

from core.data import Images, Labels
from core.model import build_model
from core.presets import PRESETS
from core.recipe import ACTIVATIONS, Recipe

RANDOM_RECIPES = 50


def random_recipe(seed: int) -> Recipe:
    """A recipe with 0 to 4 dense and 0 to 3 convolutional layers."""
    rng = np.random.default_rng(seed)
    return Recipe(
        hidden_units=tuple(rng.integers(1, 40, rng.integers(0, 5)).tolist()),
        conv_filters=tuple(rng.integers(1, 9, rng.integers(0, 4)).tolist()),
        activation=str(rng.choice(ACTIVATIONS)),
        dropout=float(rng.choice([0, 0.3])),
        augmentation=bool(rng.integers(2)),
        seed=seed,
    )


RECIPES = dict(PRESETS) | {f"random {seed}": random_recipe(seed) for seed in range(RANDOM_RECIPES)}


def with_biases(recipe: Recipe) -> keras.Model:
    """Build the network of a recipe, with biases that are not zero."""
    model, rng = build_model(recipe), np.random.default_rng(recipe.seed)
    for weight in model.trainable_weights:
        if len(weight.shape) == 1:
            weight.assign(rng.normal(0, 0.1, weight.shape))
    return model


def keras_gradients(
    model: keras.Model, images: Images, labels: Labels
) -> tuple[np.ndarray, dict[str, list[np.ndarray]]]:
    """The probabilities, and the gradients by kernel and bias of each layer."""
    layers = [layer for layer in model.layers if layer.weights and layer.trainable_weights]
    with tf.GradientTape() as tape:
        probabilities = model(images.astype(np.float32), training=False)
        loss = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
    gradients = tape.gradient(loss, [[w.value for w in layer.trainable_weights] for layer in layers])
    named = {
        layer.name: [np.asarray(gradient) for gradient in pair]
        for layer, pair in zip(layers, gradients, strict=True)
    }
    return np.asarray(probabilities), named
