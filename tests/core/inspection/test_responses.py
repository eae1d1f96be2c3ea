"""What each unit responds to."""

import dataclasses

import keras
import numpy as np
import pytest

from core.data import Dataset
from core.inspection.network import Dense, Network, read_network
from core.inspection.responses import responses

COUNT = 300


@pytest.mark.parametrize(("name", "layer"), [("article", "hidden_1"), ("convolutional", "conv_2")])
def test_outputs_are_those_of_keras(name: str, layer: str, mnist: Dataset, bundled_model):
    model, images = bundled_model(name), mnist.test_images[:COUNT]
    found = responses(read_network(model), layer, images, mnist.test_labels[:COUNT])
    inner = keras.Model(model.input, model.get_layer(layer).output)
    expected = np.asarray(inner(images))
    expected = expected if expected.ndim == 2 else expected.max(axis=(1, 2))
    np.testing.assert_allclose(found.outputs, expected, rtol=2e-3, atol=2e-3)
    best = found.strongest(3, 5)
    assert list(found.outputs[best, 3]) == sorted(found.outputs[:, 3], reverse=True)[:5]


def test_a_digit_unit_responds_most_to_its_own_digit(mnist: Dataset, bundled_model):
    network = read_network(bundled_model("article"))
    found = responses(network, "digit", mnist.test_images[:COUNT], mnist.test_labels[:COUNT])
    assert list(found.of_digits.argmax(axis=1)) == list(range(10))


@pytest.mark.parametrize(("activation", "bias"), [("relu", -100.0), ("sigmoid", 100.0), ("tanh", -100.0)])
def test_a_unit_that_is_always_off_is_dead_and_one_at_its_end_is_saturated(
    activation: str, bias: float, mnist: Dataset
):
    kernel = np.random.default_rng(0).normal(0, 0.05, (784, 2)).astype(np.float32)
    hidden = Dense("hidden_1", activation, kernel, np.array([bias, 0.0], np.float32))
    flatten = dataclasses.replace(read_network(_any()).layers[0])
    network = Network((flatten, hidden))
    found = responses(network, "hidden_1", mnist.test_images[:COUNT], mnist.test_labels[:COUNT])
    assert list(found.dead) == [activation == "relu", False]
    assert list(found.saturated) == [activation != "relu", False]
    assert found.on[0] == (bias > 0)
    assert 0 < found.on[1] < 1


def _any() -> keras.Model:
    image = keras.Input((28, 28), name="image")
    x = keras.layers.Flatten(name="flatten")(image)
    return keras.Model(image, keras.layers.Dense(10, "softmax", name="digit")(x))
