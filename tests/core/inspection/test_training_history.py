"""A snapshot is the network that it was: the same answers, from noise to the finished network."""

import numpy as np
import pytest

from core.data import Dataset
from core.history import Checkpoint
from core.inspection.forward import forward
from core.inspection.network import InspectionError, read_network
from core.inspection.training_history import (
    confusion_by_epoch,
    learned_at,
    network_of,
    probabilities_by_epoch,
)
from core.model import build_model, weights_by_layer
from core.presets import PRESETS
from core.recipe import Recipe
from core.snapshot import pack
from core.store.runs import RunStore
from core.store.snapshots import read_snapshot, snapshot_epochs
from core.training import train


@pytest.fixture(scope="module")
def article():
    """The bundled networks of the article, by epoch."""
    store = RunStore()
    run = store.get("article")
    return [network_of(run.recipe, read_snapshot(store, run, epoch)) for epoch in snapshot_epochs(store, run)]


@pytest.mark.parametrize(
    "recipe",
    [*PRESETS.values(), Recipe(conv_filters=(3, 4, 5), hidden_units=(9, 8, 7, 6), dropout=0.2)],
    ids=[*PRESETS, "deep"],
)
def test_a_snapshot_of_every_recipe_is_the_network_of_keras(recipe: Recipe, mnist: Dataset):
    model = build_model(recipe)
    snapshot = network_of(recipe, pack(weights_by_layer(model)))
    network = read_network(model)
    assert [vars(layer).keys() for layer in snapshot.layers] == [
        vars(layer).keys() for layer in network.layers
    ]
    assert [layer.name for layer in snapshot.layers] == [layer.name for layer in network.layers]
    images = mnist.test_images[:3]
    np.testing.assert_allclose(
        forward(snapshot, images).probabilities, forward(network, images).probabilities, atol=2e-3
    )


def test_the_last_one_predicts_as_the_finished_network(article, mnist: Dataset, bundled_evaluation):
    evaluation = bundled_evaluation("article")
    last = forward(article[-1], mnist.test_images.astype(np.float32)).probabilities
    assert np.abs(last - evaluation.probabilities).max() < 1e-3
    assert (last.argmax(axis=1) != evaluation.predictions).sum() <= 2


def test_the_confusion_matrix_clears_up(article, mnist: Dataset, bundled_evaluation):
    matrices = confusion_by_epoch(article, mnist.test_images, mnist.test_labels)
    assert (matrices.sum(axis=(1, 2)) == len(mnist.test_labels)).all()
    correct = matrices.trace(axis1=1, axis2=2) / len(mnist.test_labels)
    assert correct[0] < 0.2
    assert correct[1] > 0.8
    assert (np.diff(correct) > 0).all()
    assert np.abs(matrices[-1] - bundled_evaluation("article").confusion_matrix).sum() <= 4


def test_a_digit_is_learned_when_it_stays_the_prediction(article, mnist: Dataset):
    probabilities = probabilities_by_epoch(article, mnist.test_images[0])
    assert probabilities.shape == (11, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert learned_at(probabilities, 7) == 1
    assert learned_at(probabilities, 3) is None
    assert learned_at(probabilities[1:], 7) == 0


def test_a_training_hands_over_the_weights_before_and_after_each_epoch(mnist: Dataset):
    recipe = Recipe(hidden_units=(4,), epochs=2, train_size=500, batch_size=100)
    saved: list[Checkpoint] = []
    model = train(recipe, mnist, on_checkpoint=saved.append).model
    snapshots = [snapshot for checkpoint in saved for snapshot in checkpoint.snapshots]
    assert [snapshot.epoch for snapshot in snapshots] == [0, 1, 2]
    assert snapshots[0].content == pack(weights_by_layer(build_model(recipe)))
    assert snapshots[-1].content == pack(weights_by_layer(model))


@pytest.mark.parametrize(
    "content",
    [
        b"no file",
        pack({"digit": [np.zeros((784, 10)), np.zeros(10)]}),
        pack(weights_by_layer(build_model(Recipe(hidden_units=(5,))))),
        pack(
            {"hidden_1": [np.full((784, 4), np.nan), np.zeros(4)], "digit": [np.ones((4, 10)), np.ones(10)]}
        ),
    ],
    ids=["no file", "a layer is missing", "another recipe", "no numbers"],
)
def test_what_is_no_snapshot_of_the_run_is_a_sentence(content: bytes):
    with pytest.raises(InspectionError, match="snapshots of this run are damaged"):
        network_of(Recipe(hidden_units=(4,)), content)
