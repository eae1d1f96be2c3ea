"""One unit's sum, and where its output goes."""

import itertools

import numpy as np
import pytest

from core.data import Dataset
from core.inspection.forward import ForwardPass, activate, forward
from core.inspection.network import Conv2D, read_network
from core.inspection.unit import conv_sum, dense_sum, most_important, outgoing
from core.model import build_model
from core.recipe import Recipe

RECIPES = {
    "article": Recipe(),
    "no hidden layer": Recipe(hidden_units=()),
    "deep": Recipe(conv_filters=(3, 4, 5), hidden_units=(9, 8), activation="tanh"),
    "convolutions only": Recipe(conv_filters=(4,), hidden_units=(), activation="relu"),
}


@pytest.fixture(scope="module", params=RECIPES)
def values(request: pytest.FixtureRequest, mnist: Dataset) -> ForwardPass:
    return forward(read_network(build_model(RECIPES[request.param])), mnist.test_images[:1])


def test_products_and_bias_add_up_to_z_and_the_activation_makes_the_output_of_it(values: ForwardPass):
    for layer in values.network.weighted:
        unit = layer.units - 1
        if isinstance(layer, Conv2D):
            for row, column in ((0, 0), (1, 2)):
                found = conv_sum(values, layer.name, unit, row, column)
                assert found.products.shape[:2] == (3, 3)
                assert found.products.sum() + found.bias == pytest.approx(found.z)
                assert activate(layer.activation, np.array([found.z]))[0] == pytest.approx(found.output)
        else:
            found = dense_sum(values, layer.name, unit)
            assert found.products.sum() + found.bias == pytest.approx(found.z)


def test_all_units_together_make_the_sums_of_the_next_layer(values: ForwardPass):
    weighted = values.network.weighted
    for layer, following in itertools.pairwise(weighted):
        total = sum(outgoing(values, layer.name, unit).contributions for unit in range(layer.units))
        z = values.step(following.name).z[0]
        z = z.mean(axis=(0, 1)) if isinstance(following, Conv2D) else z
        np.testing.assert_allclose(total + following.bias, z)
    assert outgoing(values, weighted[-1].name, 0) is None


def test_pixels_keep_their_places_and_feature_maps_theirs(values: ForwardPass, mnist: Dataset):
    first = values.network.weighted[0]
    if isinstance(first, Conv2D):
        middle = conv_sum(values, first.name, 0, 14, 14).inputs[..., 0]
        np.testing.assert_allclose(middle, mnist.test_images[0, 13:16, 13:16] / 255)
    else:
        np.testing.assert_allclose(dense_sum(values, first.name, 0).inputs, mnist.test_images[0] / 255)


def test_the_most_important_unit_adds_most_to_the_prediction(values: ForwardPass):
    prediction = int(values.probabilities[0].argmax())
    weighted = values.network.weighted
    assert most_important(values, weighted[-1].name) == prediction
    for layer in weighted:
        assert 0 <= most_important(values, layer.name) < layer.units
    if len(weighted) > 1 and not isinstance(weighted[-2], Conv2D):
        best = outgoing(values, weighted[-2].name, most_important(values, weighted[-2].name))
        others = [outgoing(values, weighted[-2].name, unit) for unit in range(weighted[-2].units)]
        assert best.contributions[prediction] == max(one.contributions[prediction] for one in others)
