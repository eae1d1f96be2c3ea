import numpy as np
import pytest

from core.fine_tuning import rehearsal
from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.presets import PRESETS
from core.recipe import Recipe
from core.sampling import select


@pytest.fixture(scope="module")
def drawings(mnist) -> Drawings:
    return Drawings(mnist.test_images[:41], mnist.test_labels[:41])


@pytest.mark.parametrize("count", [6, 75, 225])
def test_the_recipe_counts_what_the_mixture_holds(mnist, count: int):
    drawings = Drawings(mnist.test_images[:count], mnist.test_labels[:count])
    recipe = rehearsal.fine_tuning_recipe(PRESETS["softmax"], count)
    mixture = rehearsal.rehearsal_dataset(mnist, drawings, seed=3)
    assert len(mixture.train_images) == len(mixture.train_labels) == recipe.train_size
    new = mixture.train_images[rehearsal.REHEARSAL_IMAGES :]
    assert 0.01 < len(new) / recipe.train_size < 0.35
    assert set(map(bytes, new)) == set(map(bytes, drawings.images))
    assert mixture.test_images is mnist.test_images


def test_rehearsed_images_keep_their_labels_and_are_drawn_by_the_seed(mnist, drawings: Drawings):
    first, same, other = (rehearsal.rehearsal_dataset(mnist, drawings, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.train_images, same.train_images)
    assert not np.array_equal(first.train_images, other.train_images)
    labels = dict(zip(map(bytes, mnist.train_images), mnist.train_labels, strict=True))
    for image, label in zip(first.train_images[:500], first.train_labels[:500], strict=True):
        assert labels[bytes(image)] == label


@pytest.mark.parametrize(
    "parent", [*PRESETS.values(), Recipe(optimizer="sgd", learning_rate=1.0, validation_share=0.5)]
)
def test_any_network_can_be_fine_tuned(parent: Recipe):
    recipe = rehearsal.fine_tuning_recipe(parent, 75)
    assert (recipe.hidden_units, recipe.conv_filters) == (parent.hidden_units, parent.conv_filters)
    assert recipe.fit_size == recipe.train_size
    assert recipe.augmentation is not recipe.handwriting, "its images are deformed in one way, not two"


def test_only_images_that_the_network_had_learned_from_are_rehearsed_with_its_labels(mnist, drawings):
    chosen = Recipe(writers="students", left_out=(4,), train_size=3000, label_noise=0.2)
    selection = select(chosen, mnist)
    rehearsed = rehearsal.rehearsed_recipe(chosen, None)
    count = rehearsal.REHEARSAL_IMAGES
    mixed = rehearsal.rehearsal_dataset(mnist, drawings, 0, rehearsed=rehearsed)
    shown = zip(map(bytes, mixed.train_images[:count]), mixed.train_labels[:count].tolist(), strict=True)
    learned = zip(map(bytes, mnist.train_images[selection.fit]), selection.fit_labels.tolist(), strict=True)
    assert set(shown) == set(learned), "all of them, some repeatedly, and no others"
    assert len(mixed.train_images) == rehearsal.fine_tuning_recipe(chosen, len(drawings)).train_size


def test_what_a_network_has_learned_from_is_kept_through_two_fine_tunings():
    chosen = Recipe(left_out=(4,))
    first = FineTuning(20, 5, rehearsed=rehearsal.rehearsed_recipe(chosen, None))
    tuned = rehearsal.fine_tuning_recipe(chosen, 20)
    assert rehearsal.rehearsed_recipe(tuned, FineTuning.from_json(first.to_json())) == chosen
    everything = FineTuning(20, 5, rehearsed=rehearsal.rehearsed_recipe(Recipe(), None))
    assert everything.rehearsed is None
    assert "rehearsed" not in everything.to_json(), "an older version reads it, too"
