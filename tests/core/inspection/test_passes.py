"""Forward and backward pass in NumPy, beside Keras."""

import dataclasses

import keras
import numpy as np
import pytest

from core.data import Dataset
from core.inspection.backward import backward, cross_entropy, sgd_step
from core.inspection.forward import forward, softmax
from core.inspection.network import Conv2D, Dense, InspectionError, Network, read_network
from core.model import build_model, from_bytes, to_bytes
from core.presets import PRESETS
from core.recipe import ACTIVATIONS, Recipe
from tests.core.inspection.keras_passes import RECIPES, keras_gradients, with_biases

TOLERANCE = 1e-5


@pytest.mark.parametrize("name", RECIPES)
def test_both_passes_equal_keras(name: str, mnist: Dataset):
    model = with_biases(RECIPES[name])
    images, labels = mnist.test_images[:4], mnist.test_labels[:4]
    values = forward(read_network(model), images)
    result = backward(values, labels)
    probabilities, gradients = keras_gradients(model, images, labels)
    np.testing.assert_allclose(values.probabilities, probabilities, rtol=0, atol=TOLERANCE)
    assert result.gradients.keys() == gradients.keys()
    for layer, (kernel, bias) in gradients.items():
        np.testing.assert_allclose(result.gradients[layer].kernel, kernel, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(result.gradients[layer].bias, bias, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", PRESETS)
def test_both_passes_equal_keras_for_trained_networks(name: str, mnist: Dataset, bundled_model):
    model = bundled_model(name)
    images, labels = mnist.test_images[:8], mnist.test_labels[:8]
    values = forward(read_network(model), images)
    result = backward(values, labels)
    probabilities, gradients = keras_gradients(model, images, labels)
    np.testing.assert_allclose(values.probabilities, probabilities, rtol=0, atol=TOLERANCE)
    for layer, (kernel, bias) in gradients.items():
        np.testing.assert_allclose(result.gradients[layer].kernel, kernel, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(result.gradients[layer].bias, bias, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", ["relu", "convolutional"])
def test_every_value_on_the_way_equals_keras(name: str, mnist: Dataset, bundled_model):
    model = bundled_model(name)
    steps = forward(read_network(model), mnist.test_images[:3]).steps
    inner = keras.Model(model.input, [model.get_layer(step.layer.name).output for step in steps])
    for step, output in zip(steps, inner(mnist.test_images[:3]), strict=True):
        np.testing.assert_allclose(step.output, output, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", ["article", "convolutional"])
def test_a_network_trained_in_bfloat16_is_read_as_the_one_that_is_kept(name: str, mnist: Dataset):
    """`core.training.train` copies the weights into a network of float32."""
    coarse, kept = build_model(PRESETS[name], "bfloat16"), build_model(PRESETS[name])
    kept.set_weights(coarse.get_weights())
    values = forward(read_network(coarse), mnist.test_images[:4])
    np.testing.assert_allclose(
        values.probabilities, np.asarray(kept(mnist.test_images[:4])), rtol=0, atol=TOLERANCE
    )


def test_a_saved_network_without_its_augmentation_is_read_the_same(mnist: Dataset):
    model = build_model(PRESETS["augmented"])
    first, second = (read_network(one) for one in (model, from_bytes(to_bytes(model))))
    images = mnist.test_images[:2]
    np.testing.assert_array_equal(forward(first, images).probabilities, forward(second, images).probabilities)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_equal_finite_differences(activation: str, mnist: Dataset):
    recipe = Recipe(hidden_units=(7, 5), conv_filters=(3, 2), activation=activation, seed=1)
    network, images, labels = read_network(build_model(recipe)), mnist.test_images[:3], mnist.test_labels[:3]
    gradients, rng, small = (
        backward(forward(network, images), labels).gradients,
        np.random.default_rng(0),
        1e-6,
    )
    for layer in network.weighted:
        for index in rng.integers(0, layer.kernel.size, 5):
            place = np.unravel_index(index, layer.kernel.shape)
            above, below = (_loss(network, layer, place, move, images, labels) for move in (small, -small))
            expected = (above - below) / (2 * small)
            assert gradients[layer.name].kernel[place] == pytest.approx(expected, rel=1e-4, abs=1e-8)


def _loss(network: Network, layer: Dense | Conv2D, place, move: float, images, labels) -> float:
    """The loss with one weight moved."""
    kernel = layer.kernel.astype(np.float64)
    kernel[place] += move
    layers = tuple(dataclasses.replace(one, kernel=kernel) if one is layer else one for one in network.layers)
    return cross_entropy(forward(Network(layers), images).logits, labels)


def test_the_gradient_by_the_pixels_equals_finite_differences():
    network = read_network(build_model(PRESETS["convolutional"]))
    # Noise, because max pooling has no gradient where two values are equal.
    image, labels = np.random.default_rng(0).uniform(1, 254, (1, 28, 28)), np.array([7])
    gradient = backward(forward(network, image), labels).pixels[0]
    for row, column in ((0, 0), (9, 14), (14, 14), (27, 20)):
        losses = []
        for move in (1e-4, -1e-4):
            moved = image.copy()
            moved[0, row, column] += move
            losses.append(cross_entropy(forward(network, moved).logits, labels))
        expected = (losses[0] - losses[1]) / 2e-4
        assert gradient[row, column] / 255 == pytest.approx(expected, rel=1e-3, abs=1e-8)


@pytest.mark.parametrize("name", ["article", "convolutional"])
def test_one_step_equals_keras_sgd_and_lowers_the_loss(name: str, mnist: Dataset):
    # Without dropout, which would leave out other units in each step.
    model = build_model(dataclasses.replace(PRESETS[name], dropout=0))
    images, labels = mnist.test_images[:1], mnist.test_labels[:1]
    network = read_network(model)
    before = backward(forward(network, images), labels)
    after = sgd_step(network, before.gradients, 0.1)
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    model.train_on_batch(images, labels)
    for stepped, trained in zip(after.weighted, read_network(model).weighted, strict=True):
        np.testing.assert_allclose(stepped.kernel, trained.kernel, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(stepped.bias, trained.bias, rtol=0, atol=TOLERANCE)
    assert cross_entropy(forward(after, images).logits, labels) < before.loss


def test_huge_sums_neither_overflow_nor_lose_the_loss():
    logits = np.array([[1000.0, 0.0], [-1000.0, 0.0]])
    np.testing.assert_array_equal(softmax(logits), [[1, 0], [0, 1]])
    assert cross_entropy(logits, np.array([1, 0])) == 1000


def test_temperature_keeps_the_order_and_changes_the_confidence():
    logits = np.array([1.0, 2.0, 4.0])
    cold, plain, hot = (softmax(logits, temperature) for temperature in (0.5, 1, 5))
    assert cold.max() > plain.max() > hot.max()
    assert list(cold.argsort()) == list(hot.argsort())


def test_layers_of_another_kind_are_refused_in_a_sentence():
    image = keras.Input((28, 28), name="image")
    x = keras.layers.Flatten(name="flat")(keras.layers.LSTM(4, name="memory")(image))
    model = keras.Model(image, keras.layers.Dense(10, name="digit")(x))
    with pytest.raises(InspectionError, match="“memory” of this model \\(LSTM\\)"):
        read_network(model)
    two = keras.Model(image, keras.layers.Dense(2, name="two")(keras.layers.Flatten(name="f")(image)))
    with pytest.raises(InspectionError, match="ten digits"):
        read_network(two)


def test_weights_that_are_no_numbers_are_refused_in_a_sentence():
    model = build_model(Recipe(hidden_units=(4,)))
    model.get_layer("digit").kernel.assign(np.full((4, 10), np.nan))
    with pytest.raises(InspectionError, match="smaller learning rate"):
        read_network(model)
