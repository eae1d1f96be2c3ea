"""Why this prediction: attributions and favorite inputs of networks whose answer is known."""

import dataclasses

import numpy as np
import pytest

from core.data import Dataset
from core.inspection.attribution import PATCH, favorite_inputs, integrated_gradients, occlusion
from core.inspection.forward import forward
from core.inspection.network import Conv2D, Dense, Flatten, MaxPooling2D, Network, read_network

FOR_3, FOR_5 = (slice(4, 12), slice(6, 14)), (slice(16, 24), slice(6, 22))


def linear_network() -> Network:
    """Says 3 for ink in one place, 5 for ink in another, and cares for nothing else."""
    kernel = np.zeros((28, 28, 10), dtype=np.float32)
    kernel[(*FOR_3, 3)] = kernel[(*FOR_5, 5)] = 0.1
    return Network(
        (Flatten("flatten"), Dense("digit", "softmax", kernel.reshape(784, 10), np.zeros(10, np.float32)))
    )


def edge_network() -> Network:
    """Says 1 for the left edges of ink in the upper half, and 7 for those in the lower half."""
    kernel = np.zeros((3, 3, 1, 1), dtype=np.float32)
    kernel[1, 0], kernel[1, 1] = -1, 1
    votes = np.zeros((14, 14, 10), dtype=np.float32)
    votes[:7, :, 1] = votes[7:, :, 7] = 0.5
    return Network(
        (
            Conv2D("conv_1", "relu", kernel, np.zeros(1, np.float32)),
            MaxPooling2D("pool_1"),
            Flatten("flatten"),
            Dense("digit", "softmax", votes.reshape(196, 10), np.zeros(10, np.float32)),
        )
    )


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)


def test_one_digit_against_another_is_weight_times_ink_in_a_linear_network(image):
    attributions = integrated_gradients(linear_network(), image, 3, 5)
    by_hand = np.zeros((28, 28))
    by_hand[FOR_3], by_hand[FOR_5] = 0.1 * image[FOR_3] / 255, -0.1 * image[FOR_5] / 255
    np.testing.assert_allclose(attributions, by_hand, atol=1e-6)


def test_attribution_in_the_bundled_network_without_hidden_layer_is_weight_times_ink(mnist, bundled_model):
    image = mnist.test_images[8]
    weights, _ = bundled_model("softmax").get_layer("digit").get_weights()
    attributions = integrated_gradients(read_network(bundled_model("softmax")), image, 5, 6)
    by_hand = (weights[:, 5] - weights[:, 6]).reshape(28, 28) * image / 255
    np.testing.assert_allclose(attributions, by_hand, rtol=1e-4, atol=1e-5)


def test_each_digit_has_its_evidence_where_it_was_put_and_the_other_s_against_it(image):
    network = linear_network()
    for digit, own, other in ((3, FOR_3, FOR_5), (5, FOR_5, FOR_3)):
        for values in (integrated_gradients(network, image, digit), occlusion(network, image)[digit]):
            assert (values[own] >= 0).mean() > 0.99
            assert values[own].sum() > 0
            assert (values[other] <= 0).mean() > 0.99
            outside = np.abs(values[:, 24 + PATCH :]).max(initial=0)
            assert outside == pytest.approx(0, abs=1e-6)
    outside = np.ones((28, 28), dtype=bool)
    outside[FOR_3] = outside[FOR_5] = False
    assert np.abs(integrated_gradients(network, image, 3)[outside]).max() == 0


def test_occlusion_equals_what_covering_by_hand_changes(image):
    network = linear_network()
    whole = occlusion(network, image, size=28)
    black = np.zeros_like(image)
    seen, gone = (np.log(forward(network, one[np.newaxis]).probabilities[0]) for one in (image, black))
    np.testing.assert_allclose(whole, np.broadcast_to((seen - gone)[:, None, None], whole.shape), atol=1e-5)
    pixel = occlusion(network, image, size=1)[3, 8, 10]
    without = image.copy()
    without[8, 10] = 0
    lost = seen[3] - np.log(forward(network, without[np.newaxis]).probabilities[0, 3])
    assert pixel == pytest.approx(lost, abs=1e-5)
    assert not occlusion(network, black).any(), "of a black image nothing can be covered"


def test_a_convolution_that_looks_for_edges_finds_its_evidence_at_the_edges():
    network, image = edge_network(), np.zeros((28, 28), dtype=np.uint8)
    # One pixel wide: what is covered of a wider bar leaves a new edge.
    image[2:10, 9] = image[18:22, 15] = 255
    lost = occlusion(network, image)
    attributions = integrated_gradients(network, image, 1, 7)
    assert lost[1, 2:10, 9].min() > 0 > lost[1, 18:22, 15].max()
    assert lost[7, 18:22, 15].min() > 0 > lost[7, 2:10, 9].max()
    assert np.abs(lost[:, :, 24:]).max() < 1e-6, "nothing is there"
    assert attributions[2:10, 9].sum() > 0 > attributions[18:22, 15].sum()


@pytest.mark.parametrize("name", ["article", "relu", "convolutional"])
def test_integrated_gradients_add_up_to_what_the_image_changes(mnist: Dataset, bundled_model, name: str):
    model = bundled_model(name)
    network = read_network(model)
    for index in (8, 18, 61):
        image = mnist.test_images[index]
        seen, empty = np.log(np.asarray(model(np.stack([image, np.zeros_like(image)]))))
        prediction, runner_up = np.argsort(seen)[::-1][:2]
        changed = (seen[prediction] - seen[runner_up]) - (empty[prediction] - empty[runner_up])
        attributions = integrated_gradients(network, image, int(prediction), int(runner_up))
        assert attributions.sum() == pytest.approx(changed, rel=0.15, abs=0.3)
        assert not attributions[image == 0].any()
        alone = integrated_gradients(network, image, int(prediction))
        assert alone.sum() == pytest.approx(seen[prediction] - empty[prediction], rel=0.1, abs=0.3)


def test_attributions_change_sign_with_the_order_of_the_two_digits(mnist: Dataset, bundled_model):
    image, network = mnist.test_images[8], read_network(bundled_model("relu"))
    there, back = (integrated_gradients(network, image, *pair) for pair in ((5, 6), (6, 5)))
    np.testing.assert_allclose(there, -back, atol=1e-4)


def test_the_favorite_input_is_ink_where_weights_are_above_zero_and_none_below():
    network = linear_network()
    kernel = network.weighted[0].kernel.reshape(28, 28, 10).copy()
    kernel[0:3, :, 3] = -0.1
    layers = (network.layers[0], dataclasses.replace(network.weighted[0], kernel=kernel.reshape(784, 10)))
    found = favorite_inputs(Network(layers), np.full((28, 28), 100.0))
    assert (found.images[3][FOR_3] == 255).all()
    assert (found.images[3][0:3] == 0).all()
    assert (found.images[3][12:] == 100).all(), "what does not count stays"
    assert (found.images[5][FOR_5] == 255).all()
    assert found.logits[3] == pytest.approx(0.1 * 64)
    assert (found.images[0] == 100).all()


def test_an_edge_is_what_a_network_of_edges_likes_best():
    found = favorite_inputs(edge_network(), np.random.default_rng(1).uniform(90, 110, (28, 28)))
    upper, lower = found.images[1][1:13, 1:27].astype(int), found.images[1][15:27, 1:27].astype(int)
    assert np.abs(np.diff(upper, axis=1)).mean() > 4 * np.abs(np.diff(lower, axis=1)).mean()


@pytest.mark.parametrize("name", ["article", "convolutional", "softmax"])
def test_each_digit_s_favorite_input_is_read_as_this_digit(mnist: Dataset, bundled_model, name: str):
    network = read_network(bundled_model(name))
    found = favorite_inputs(network, mnist.train_images[:5000].mean(axis=0))
    assert found.probabilities.min() > 0.9
    logits, labels = forward(network, mnist.test_images[:200]).logits, mnist.test_labels[:200]
    means = [logits[labels == digit, digit].mean() for digit in range(10)]
    assert (found.logits > means).all(), "more of a digit than a real one"
