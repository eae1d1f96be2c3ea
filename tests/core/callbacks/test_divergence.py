"""A training that cannot become better ends by itself; one that only takes its time does not."""

import dataclasses

import pytest

from core import training
from core.callbacks.divergence import DivergenceWatch
from core.data import Dataset
from core.history import DivergenceError
from core.model import build_model
from core.recipe import Recipe
from core.training import train

DEAD = {
    "saturated sigmoids": Recipe(hidden_units=(32, 32), learning_rate=1.0),
    "dead ReLUs": Recipe(hidden_units=(32, 32), activation="relu", learning_rate=1.0),
}


@pytest.mark.parametrize("name", DEAD)
def test_a_loss_that_can_no_longer_change_ends_the_training_within_the_epoch(
    name: str, mnist: Dataset, monkeypatch: pytest.MonkeyPatch
):
    # As a training has it whose epoch takes longer than a tenth of a second.
    monkeypatch.setattr(training, "STEPS_PER_EXECUTION", 10)
    shares: list[float] = []
    recipe = dataclasses.replace(DEAD[name], train_size=6000, batch_size=50, epochs=3)
    with pytest.raises(DivergenceError, match="no longer changes") as caught:
        train(recipe, mnist, on_progress=shares.append)
    assert caught.value.reason == "flat"
    assert caught.value.epoch == 1
    assert caught.value.learning_rate == 1.0
    assert shares[-1] <= 1 / 3


def test_units_are_dead_only_if_they_still_are_some_batches_later(mnist: Dataset):
    recipe = Recipe(hidden_units=(2, 2), activation="relu", seed=4, train_size=5000, batch_size=50)
    watch = DivergenceWatch(build_model(recipe), recipe, mnist.train_images, first_step=0)
    guessing = {"loss": 2.3, "accuracy": 0.1}
    watch.check(100, 100, guessing, 0.001)
    with pytest.raises(DivergenceError, match="dead from the start") as caught:
        watch.check(200, 100, guessing, 0.001)
    assert caught.value.reason == "born flat", "no learning rate would have helped these weights"


def test_a_network_that_is_slow_to_begin_is_left_alone(mnist: Dataset):
    recipe = Recipe(hidden_units=(100,) * 4, train_size=3000, batch_size=100, epochs=2)
    history = train(recipe, mnist).history
    assert history[0].accuracy < 0.15, "or this test shows nothing"
    assert len(history) == 2
