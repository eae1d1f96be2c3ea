import dataclasses
import functools
import gc
import itertools
import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from core import pipeline, training
from core.augmentation import drawn_digits
from core.data import DataError, Dataset
from core.evaluation import evaluate
from core.history import Checkpoint, Epoch, TrainingError
from core.model import from_bytes, to_bytes
from core.pipeline import shuffled_batches
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from core.training import TrainingResult, _steps_per_execution, train


def test_the_article_recipe_reads_94_of_100(mnist: Dataset):
    result = train(ARTICLE, mnist)
    last = result.history[-1]
    assert [epoch.number for epoch in result.history] == list(range(1, 11))
    assert last.accuracy == pytest.approx(0.94, abs=0.01)
    assert evaluate(result.model, mnist.test_images, mnist.test_labels).accuracy >= 0.93
    assert not result.stopped


# Together they have all that could make two trainings differ.
VARIANTS = {
    "convolution, augmentation, handwriting, decay, dropout, validation, uneven batches": {
        "conv_filters": (4,),
        "augmentation": True,
        "handwriting": True,
        "decay": True,
        "dropout": 0.3,
        "batch_size": 37,
        "validation_share": 0.1,
    },
    "bfloat16, convolution, augmentation, dropout": {
        "precision": "bfloat16",
        "conv_filters": (4,),
        "augmentation": True,
        "dropout": 0.3,
    },
}


@pytest.fixture(scope="module")
def undisturbed(
    small_recipe: Recipe, mnist: Dataset
) -> Callable[[str], tuple[Recipe, list[Checkpoint], Any]]:
    """Each variant, trained once from beginning to end, with its checkpoints."""

    @functools.cache
    def train_variant(name: str) -> tuple[Recipe, list[Checkpoint], TrainingResult]:
        recipe = dataclasses.replace(small_recipe, train_size=1000, **VARIANTS[name])
        checkpoints: list[Checkpoint] = []
        return recipe, checkpoints, train(recipe, mnist, on_checkpoint=checkpoints.append)

    return train_variant


@pytest.fixture(scope="module")
def small_result(small_recipe: Recipe, mnist: Dataset) -> TrainingResult:
    return train(small_recipe, mnist)


def test_an_epoch_shows_every_image_once_each_time_in_another_order():
    """Each image has its index as its label, so the labels tell which ones were seen."""
    size = 60_000
    images = np.arange(size, dtype=np.uint16).reshape(-1, 1, 1)
    recipe = Recipe(batch_size=1024, seed=5)
    steps = recipe.steps_per_epoch
    stream = shuffled_batches(images, np.arange(size), recipe).as_numpy_iterator()
    orders = []
    for _ in range(3):
        batches = list(itertools.islice(stream, steps))
        for batch_images, labels in batches:
            np.testing.assert_array_equal(batch_images.ravel(), labels)
        seen = [labels for _, labels in batches]
        assert [len(labels) for labels in seen] == [1024] * 58 + [size - 58 * 1024]
        orders.append(np.concatenate(seen))
        np.testing.assert_array_equal(np.sort(orders[-1]), np.arange(size))
    # A training that is resumed after two epochs goes on with the third.
    resumed = shuffled_batches(images, np.arange(size), recipe, first_epoch=2).take(steps)
    np.testing.assert_array_equal(orders[2], np.concatenate([labels for _, labels in resumed]))
    # Where an image comes in an epoch says nothing of where it comes in the next, nor of where
    # its neighbour comes.
    first, second, third = (np.argsort(order) for order in orders)
    for one, other in ((first, second), (second, third), (first[:-1], first[1:]), (first, np.arange(size))):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_the_trained_network_answers_in_float32(undisturbed, mnist: Dataset):
    model = undisturbed("bfloat16, convolution, augmentation, dropout")[2].model
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    images = mnist.test_images[:100]
    np.testing.assert_array_equal(
        evaluate(from_bytes(to_bytes(model)), images, mnist.test_labels[:100]).probabilities,
        evaluate(model, images, mnist.test_labels[:100]).probabilities,
    )


def assert_same(one: TrainingResult, other: TrainingResult) -> None:
    """They have the same history and weights.

    In bfloat16, TensorFlow adds up in another order now and then when the machine is busy. As much
    as if the weights differed by a thousandth at the start, that changes the curve by 0.007 and
    weights by 0.0007 on average; another order of the images by 0.032 and 0.0055.
    """
    exact = one.precision == "float32"
    np.testing.assert_allclose(curve(one.history), curve(other.history), rtol=0, atol=0 if exact else 0.015)
    for ours, theirs in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        assert np.abs(ours - theirs).mean() <= (0 if exact else 0.002)


def curve(history: tuple[Epoch, ...]) -> np.ndarray:
    return np.array(
        [(epoch.loss, epoch.accuracy, epoch.val_loss, epoch.val_accuracy) for epoch in history], float
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_recipe_same_history_also_while_others_use_keras(variant: str, undisturbed, mnist: Dataset):
    recipe, _, alone = undisturbed(variant)

    # What Streamlit does after every page run of every visitor, unless it is kept from it: at the
    # start, at each look of the training, and once a second. Keras has its automatic casts to
    # bfloat16, too, in the state that is cleared: not in that variant. To collect garbage each time
    # would take longer than the training.
    due, done = threading.Event(), threading.Event()

    def disturb() -> None:
        while not done.is_set():
            keras.utils.set_random_seed(7)
            if recipe.precision != "bfloat16":
                keras.utils.clear_session(free_memory=False)
            due.wait(1.0)
            due.clear()

    disturber = threading.Thread(target=disturb, name="disturber")
    disturber.start()
    try:
        disturbed = train(recipe, mnist, on_progress=lambda share: due.set())
    finally:
        done.set()
        due.set()
        disturber.join()
    assert_same(alone, disturbed)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_resumed_training_ends_as_an_uninterrupted_one(variant: str, undisturbed, mnist: Dataset):
    recipe, checkpoints, whole = undisturbed(variant)
    assert [len(checkpoint.history) for checkpoint in checkpoints] == [1, 2, 3]
    seen: list[int] = []
    resumed = train(recipe, mnist, on_epoch=lambda epoch: seen.append(epoch.number), resume=checkpoints[0])
    assert seen == [2, 3], "the first epoch is not trained again"
    assert_same(whole, resumed)


def test_more_epochs_than_planned_are_as_if_they_had_been_planned(
    small_result, small_recipe: Recipe, mnist: Dataset
):
    short = train(dataclasses.replace(small_recipe, epochs=2), mnist)
    assert_same(small_result, train(small_recipe, mnist, resume=short.checkpoint))


def test_nothing_is_left_to_do_after_the_last_epoch(small_result, small_recipe: Recipe, mnist: Dataset):
    again = train(small_recipe, mnist, resume=small_result.checkpoint)
    assert again.history == small_result.history
    assert not again.stopped


@pytest.mark.parametrize("damage", ["cut short", "empty", "another network"])
def test_a_damaged_checkpoint_is_a_sentence(damage: str, small_result, small_recipe: Recipe, mnist: Dataset):
    checkpoint = small_result.checkpoint
    recipe = dataclasses.replace(small_recipe, hidden_units=(16 if damage == "another network" else 32,))
    state = {"cut short": checkpoint.state[:-100], "empty": b"", "another network": checkpoint.state}[damage]
    with pytest.raises(TrainingError, match="damaged or belongs to another recipe"):
        train(recipe, mnist, resume=dataclasses.replace(checkpoint, state=state))


def test_a_training_takes_the_images_where_they_are(mnist: Dataset):
    """A copy of them took 47 MB, and two for a moment."""
    taken = pipeline._tensor(mnist.train_images)
    assert np.asarray(taken).ctypes.data == mnist.train_images.ctypes.data
    # What begins elsewhere is copied by TensorFlow itself.
    assert np.array_equal(pipeline._tensor(mnist.train_images[1:3]), mnist.train_images[1:3])


def test_nothing_of_a_training_stays_in_memory(small_recipe: Recipe, mnist: Dataset):
    """TensorFlow would keep the graph of each training for ever, 9 MB of it."""

    def graphs_left(**settings: object) -> int:
        train(dataclasses.replace(small_recipe, epochs=1, train_size=100, **settings), mnist)
        gc.collect()
        return sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects())

    before = graphs_left()
    assert (
        graphs_left(validation_share=0.2, precision="bfloat16", optimizer="sgd", handwriting=True) <= before
    )
    assert graphs_left(optimizer="rmsprop", decay=True) <= before


@pytest.mark.parametrize("change", [{"seed": 1}, {"decay": True}], ids=["seed", "decay"])
def test_another_recipe_gives_another_history(change, small_result, small_recipe: Recipe, mnist: Dataset):
    other = train(dataclasses.replace(small_recipe, **change), mnist)
    assert not np.array_equal(curve(small_result.history), curve(other.history))


@pytest.fixture
def three_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a training of the small recipe look up three times an epoch."""
    monkeypatch.setattr(training, "STEPS_PER_EXECUTION", 10)


@pytest.mark.usefixtures("three_looks")
def test_each_epoch_is_reported_as_soon_as_it_is_finished(small_recipe: Recipe, mnist: Dataset):
    seen, shares = [], []
    result = train(
        small_recipe, mnist, on_epoch=lambda e: seen.append((e, len(shares))), on_progress=shares.append
    )
    assert tuple(epoch for epoch, _ in seen) == result.history
    assert [count for _, count in seen] == [3, 6, 9]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_validation_is_measured_on_the_validation_split(small_result, small_recipe: Recipe, mnist: Dataset):
    recipe = dataclasses.replace(small_recipe, validation_share=0.2)
    result = train(recipe, mnist)
    assert len(result.fit_images) == len(result.fit_labels) == 2400
    kept = slice(2400, 3000)
    evaluation = evaluate(result.model, mnist.train_images[kept], mnist.train_labels[kept])
    assert result.history[-1].val_accuracy == pytest.approx(evaluation.accuracy, abs=1e-6)
    assert small_result.history[-1].val_accuracy is None


@pytest.mark.usefixtures("three_looks")
def test_stop_keeps_what_was_learned(small_recipe: Recipe, mnist: Dataset):
    shares: list[float] = []
    recipe = dataclasses.replace(small_recipe, epochs=50)
    result = train(recipe, mnist, on_progress=shares.append, should_stop=lambda: len(shares) >= 10)
    assert result.stopped
    assert len(result.history) == 3  # stopped within the fourth
    assert evaluate(result.model, mnist.test_images, mnist.test_labels).accuracy > 0.7


@pytest.mark.usefixtures("three_looks")
def test_stop_before_the_first_epoch_is_finished(small_recipe: Recipe, mnist: Dataset):
    result = train(small_recipe, mnist, should_stop=lambda: True)
    assert result.stopped
    assert result.history == ()
    assert evaluate(result.model, mnist.test_images[:100], mnist.test_labels[:100]).accuracy >= 0


def test_a_loss_beyond_all_numbers_is_a_sentence(small_recipe: Recipe, mnist: Dataset):
    recipe = dataclasses.replace(small_recipe, hidden_units=())
    broken = dataclasses.replace(mnist, train_images=mnist.train_images[:3000] * np.float32(np.nan))
    with pytest.raises(TrainingError, match="smaller learning rate"):
        train(recipe, broken)


def test_a_smaller_dataset_than_the_recipe_says(mnist: Dataset):
    few = dataclasses.replace(
        mnist, train_images=mnist.train_images[:2500], train_labels=mnist.train_labels[:2500]
    )
    shares: list[float] = []
    result = train(dataclasses.replace(ARTICLE, epochs=2), few, on_progress=shares.append)
    assert len(result.history) == 2
    assert shares[-1] == 1.0
    assert not result.stopped


def test_a_stop_at_the_very_end_is_no_stop(small_recipe: Recipe, mnist: Dataset):
    shares: list[float] = []
    result = train(small_recipe, mnist, on_progress=shares.append, should_stop=lambda: shares[-1] == 1.0)
    assert len(result.history) == small_recipe.epochs
    assert not result.stopped


def test_a_training_looks_up_ten_times_a_second_and_at_the_end_of_each_epoch():
    heavy = Recipe(conv_filters=(32, 32), batch_size=1000, train_size=10_000)
    moved = Recipe(hidden_units=(), batch_size=300, augmentation=True)
    uneven = Recipe(batch_size=256, validation_share=0.1)
    recipes = (ARTICLE, heavy, moved, uneven, *PRESETS.values())
    steps = [_steps_per_execution(recipe) for recipe in recipes]
    assert steps[:4] == [20, 1, 25, 211]  # 211 is prime: all of an epoch, or one by one
    for count, recipe in zip(steps, recipes, strict=True):
        assert recipe.steps_per_epoch % count == 0


def test_images_are_changed_otherwise_in_each_batch_and_alike_when_resumed():
    recipe = Recipe(batch_size=300, train_size=1000, seed=5)

    def seeds(first_epoch: int, count: int) -> list[tuple[int, ...]]:
        stream = shuffled_batches(
            np.zeros((1000, 1, 1), np.uint8),
            np.zeros(1000, np.uint8),
            recipe,
            first_epoch,
            augment=lambda images, labels, seed: seed,
        )
        return [tuple(seed) for seed, _ in itertools.islice(stream.as_numpy_iterator(), count)]

    two_epochs = seeds(0, 8)
    assert len(set(two_epochs)) == 8
    assert seeds(1, 4) == two_epochs[4:]


def test_a_network_that_diverges_before_a_stop_is_not_kept(small_recipe: Recipe, mnist: Dataset):
    recipe = dataclasses.replace(small_recipe, hidden_units=())
    broken = dataclasses.replace(mnist, train_images=mnist.train_images[:3000] * np.float32(np.nan))
    with pytest.raises(TrainingError, match="smaller learning rate"):
        train(recipe, broken, should_stop=lambda: True)


def test_without_the_drawn_digits_a_training_is_a_sentence(mnist: Dataset, monkeypatch, tmp_path):
    load = drawn_digits.load_drawn_digits
    monkeypatch.setattr(drawn_digits, "load_drawn_digits", lambda: load(tmp_path / "drawn_digits.npz"))
    drawn_digits.drawn_fields.cache_clear()
    recipe = Recipe(hidden_units=(16,), epochs=1, train_size=1000, batch_size=100, handwriting=True)
    with pytest.raises(DataError, match=r"^The data file drawn_digits\.npz is missing\. Restore .*`\.$"):
        train(recipe, mnist)
