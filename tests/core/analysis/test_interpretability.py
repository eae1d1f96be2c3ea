"""Activations, computed again without Keras, and the attributions of pixels."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers
from scipy.signal import correlate2d
from scipy.special import expit, softmax

from core.analysis.interpretability import Kind, activations
from core.data import Dataset
from core.plots import figures
from core.presets import PRESETS
from core.training import train


@pytest.fixture
def image(mnist: Dataset) -> np.ndarray:
    return mnist.test_images[7]


def test_hidden_units_and_probabilities_computed_with_numpy(bundled_model, image):
    model = bundled_model("article")
    hidden, probabilities = activations(model, image)
    weights, bias = model.get_layer("hidden_1").get_weights()
    units = expit(image.ravel() / 255 @ weights + bias)
    np.testing.assert_allclose(hidden.values, units, atol=1e-5)
    assert (hidden.name, hidden.kind, hidden.title) == ("hidden_1", Kind.UNITS, "300 units")
    assert f" {(units > units.max() / 2).sum()} of 300 " in hidden.text
    weights, bias = model.get_layer("digit").get_weights()
    np.testing.assert_allclose(probabilities.values, softmax(units @ weights + bias), atol=1e-5)
    assert probabilities.kind is Kind.PROBABILITIES
    assert f"**{probabilities.values.argmax()}**" in probabilities.text


def test_filters_computed_with_scipy(bundled_model, image):
    model = bundled_model("convolutional")
    found = {layer.name: layer for layer in activations(model, image)}
    assert {name: layer.feature_maps.shape for name, layer in found.items()} == {
        "conv_1": (16, 28, 28),
        "pool_1": (16, 14, 14),
        "conv_2": (32, 14, 14),
        "pool_2": (32, 7, 7),
        "hidden_1": (64, 1, 1),
        "digit": (10, 1, 1),
    }
    kernel, bias = model.get_layer("conv_1").get_weights()
    for number in (0, 7, 15):
        picture = correlate2d(image / 255, kernel[:, :, 0, number], mode="same") + bias[number]
        np.testing.assert_allclose(found["conv_1"].feature_maps[number], np.maximum(picture, 0), atol=1e-5)
    blocks = found["conv_1"].feature_maps.reshape(16, 14, 2, 14, 2)
    np.testing.assert_array_equal(found["pool_1"].feature_maps, blocks.max(axis=(2, 4)))


def test_the_attributions_of_the_pixels_add_up_to_the_logits(bundled_model, image):
    model = bundled_model("softmax")
    attributions, probabilities = activations(model, image)
    assert attributions.kind is Kind.ATTRIBUTIONS
    assert attributions.values.shape == (28, 28, 10)
    assert not attributions.values[image == 0].any(), "no ink, no attribution"
    _, bias = model.get_layer("digit").get_weights()
    np.testing.assert_allclose(
        softmax(attributions.values.sum(axis=(0, 1)) + bias), probabilities.values, atol=1e-5
    )


@pytest.mark.parametrize("name", PRESETS)
def test_every_bundled_model_ends_with_its_probabilities(bundled_model, image, name: str):
    model = bundled_model(name)
    found = activations(model, image)
    np.testing.assert_allclose(found[-1].values, np.asarray(model(image[np.newaxis]))[0], atol=1e-6)
    assert all(layer.title and layer.text for layer in found)


def test_a_network_built_elsewhere(image):
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1), name="channel"),
            layers.Conv2D(3, 5, strides=2, name="wide"),
            layers.BatchNormalization(name="even"),
            layers.AveragePooling2D(2, name="average"),
            layers.Flatten(name="flat"),
            layers.Dense(10, name="scores"),
            layers.Activation("softmax", name="answers"),
        ],
        name="foreign",
    )
    found = activations(model, image)
    assert [layer.name for layer in found] == ["wide", "even", "average", "scores", "answers"]
    assert [layer.kind for layer in found] == [*[Kind.FEATURE_MAPS] * 3, Kind.UNITS, Kind.PROBABILITIES]
    assert found[-1].values.sum() == pytest.approx(1)


def test_a_network_that_was_just_trained(image, small_recipe, mnist: Dataset):
    model = train(dataclasses.replace(small_recipe, epochs=1, train_size=100), mnist).model
    assert [layer.name for layer in activations(model, image)] == ["hidden_1", "digit"]


def test_the_picture_of_attributions_is_blue_for_and_orange_against():
    attributions = np.zeros((28, 28), dtype=np.float32)
    attributions[0, 0], attributions[1, 1] = 2, -2
    image = np.full((28, 28), 100, dtype=np.uint8)
    picture = figures.attribution(image, attributions)
    assert picture[0, 0, 2] > picture[0, 0, 0]
    assert picture[1, 1, 0] > picture[1, 1, 2]
    assert picture[5, 5].tolist() == [30, 30, 30]
