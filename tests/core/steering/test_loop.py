"""A training that is steered, on the real data."""

import dataclasses
import time
from collections.abc import Sequence

import numpy as np
import pytest

from core import training
from core.data import Dataset
from core.history import Checkpoint
from core.recipe import Recipe
from core.sampling import select
from core.steering.control import Control, RateChange
from core.steering.loop import Steering
from core.steering.moment import Moment
from core.training import TrainingResult, train

# The recipe has 30 batches in an epoch, which are trained ten at a time.
PER_EPOCH = 30


@pytest.fixture(autouse=True)
def three_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "STEPS_PER_EXECUTION", 10)


class Hand:
    """Somebody who steers: another wish after each of these moments."""

    def __init__(self, *wishes: Control) -> None:
        self.wish, *self._next = wishes
        self.changes: tuple[RateChange, ...] = ()
        self.moments: list[Moment] = []

    def steering(self, changes: Sequence[RateChange] = ()) -> Steering:
        return Steering(lambda: self.wish, self._change, self._see, changes)

    def _change(self, changes: Sequence[RateChange]) -> None:
        self.changes = tuple(changes)

    def _see(self, moment: Moment) -> None:
        self.moments.append(moment)
        if self._next:
            self.wish = self._next.pop(0)


def assert_same(one: TrainingResult, other: TrainingResult) -> None:
    assert [(epoch.loss, epoch.accuracy) for epoch in one.history] == [
        (epoch.loss, epoch.accuracy) for epoch in other.history
    ]
    for ours, theirs in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


STEERED = (
    Control(hold_at=13),  # In the middle of an execution,
    Control(factor=0.1, hold_at=14),  # one batch at a lower rate,
    Control(factor=0.1, hold_at=PER_EPOCH),  # on to the end of the epoch,
    Control(factor=3.0, hold_at=PER_EPOCH + 5),
    Control(factor=3.0),
)


@pytest.mark.parametrize("decay", [False, True], ids=["constant rate", "cosine decay"])
def test_a_steered_training_is_recorded_and_ends_the_same_when_it_is_resumed(
    decay: bool, small_recipe: Recipe, mnist: Dataset
):
    recipe = dataclasses.replace(small_recipe, epochs=2, decay=decay, dropout=0.2)
    hand, checkpoints = Hand(*STEERED), list[Checkpoint]()
    whole = train(recipe, mnist, on_checkpoint=checkpoints.append, steering=hand.steering())
    assert hand.changes == (RateChange(13, 0.1), RateChange(PER_EPOCH, 3.0))
    assert [moment.step for moment in hand.moments] == [13, 14, PER_EPOCH, PER_EPOCH + 5]
    # The worker was killed in the second epoch: it begins again after the first, and nobody pauses.
    resumed = train(
        recipe, mnist, resume=checkpoints[0], steering=Hand(Control(factor=3.0)).steering(hand.changes)
    )
    assert_same(whole, resumed)


def test_steps_are_those_of_the_recipe_also_where_whole_writers_are_held_out(mnist: Dataset):
    recipe = Recipe(
        hidden_units=(4,),
        epochs=2,
        batch_size=100,
        train_size=3000,
        validation_share=0.2,
        validation_by="writers",
    )
    steps = recipe.steps_per_epoch
    trained = -(-len(select(recipe, mnist).fit) // recipe.batch_size)
    assert trained < steps, "or this test shows nothing"
    hand = Hand(
        Control(hold_at=trained - 1), Control(hold_at=trained), Control(0.1, hold_at=steps + 1), Control(0.1)
    )
    shares: list[float] = []
    train(recipe, mnist, on_progress=shares.append, steering=hand.steering())
    assert [moment.step for moment in hand.moments] == [trained - 1, steps, steps + 1]
    assert all(len(moment.images) for moment in hand.moments)
    assert hand.changes == (RateChange(steps, 0.1),), "the learning rate changed with the second epoch"
    assert {0.5, 1.0} <= set(shares)


def test_slow_motion_shows_what_each_update_changes_and_changes_nothing_itself(
    small_recipe: Recipe, mnist: Dataset
):
    hand = Hand(Control(hold_at=0), Control(hold_at=1), Control(hold_at=2), Control())
    recipe = dataclasses.replace(small_recipe, epochs=1)
    watched = train(recipe, mnist, steering=hand.steering())
    assert_same(train(recipe, mnist), watched)
    assert hand.changes == ()
    before, first, second = hand.moments
    assert (before.step, len(before.images)) == (0, 0)
    assert first.images.shape == (10, 28, 28)
    trained_on = mnist.train_images[:3000]
    assert all((trained_on == image).all((1, 2)).any() for image in first.images)
    np.testing.assert_allclose(first.before.sum(1), 1, atol=1e-5)
    assert not np.array_equal(first.before, first.after)
    assert first.loss_after < first.loss_before
    assert not np.array_equal(first.images, second.images)
    read = Moment.from_bytes(first.to_bytes())
    assert (read.step, read.loss_before, read.loss_after) == (1, first.loss_before, first.loss_after)
    np.testing.assert_array_equal(read.images, first.images)
    with pytest.raises(ValueError, match="cannot be read"):
        Moment.from_bytes(b"")


def test_a_pause_is_no_time_of_training_and_a_stop_ends_it(
    small_recipe: Recipe, mnist: Dataset, monkeypatch: pytest.MonkeyPatch
):
    slept, clock = [0.0], time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + sum(slept))
    monkeypatch.setattr("core.steering.loop.time.sleep", lambda _: slept.append(1000.0))
    hand = Hand(Control(hold_at=3), Control(hold_at=PER_EPOCH + 3))
    wish = lambda: hand.wish if sum(slept) else Control(hold_at=3)  # noqa: E731
    steering = dataclasses.replace(hand.steering(), control=wish)
    result = train(small_recipe, mnist, should_stop=lambda: sum(slept) > 9000, steering=steering)
    assert result.stopped
    assert len(result.history) == 1
    assert result.history[0].seconds < 500
