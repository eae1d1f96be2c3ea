import dataclasses

import numpy as np
import pytest

from core.analysis.exploration import class_counts
from core.data import Dataset, is_student
from core.hyperparameters.data_choice import GROUP_COUNTS
from core.recipe import ARTICLE, Recipe
from core.sampling import SelectionError, select, take

BY_WRITER = Recipe(validation_share=0.1, validation_by="writers")


def test_the_article_recipe_gets_the_very_arrays_of_the_dataset(mnist: Dataset):
    """No other image, order, label or copy: the training is bit by bit the one before."""
    selection = select(ARTICLE, mnist)
    for array in (mnist.train_images, mnist.train_labels):
        chosen = take(array, selection.fit)
        assert np.shares_memory(chosen, array)
        assert chosen.shape == array.shape
        assert chosen.ctypes.data == array.ctypes.data
    assert np.shares_memory(selection.fit_labels, mnist.train_labels)
    assert (len(selection.validation), len(selection.unused), selection.planted.any()) == (0, 0, False)


def test_a_split_by_images_takes_the_last_ones_as_before(mnist: Dataset):
    selection = select(Recipe(train_size=3000, validation_share=0.2), mnist)
    np.testing.assert_array_equal(selection.fit, np.arange(2400))
    np.testing.assert_array_equal(selection.validation, np.arange(2400, 3000))


def test_nobody_is_on_both_sides_of_a_split_by_writer(mnist: Dataset):
    selection = select(BY_WRITER, mnist)
    sides = [mnist.train_writers[part] for part in (selection.fit, selection.validation)]
    assert not set(sides[0]) & set(sides[1])
    assert len(selection.validation) == 6000
    assert 53_700 < len(selection.fit) < 54_000, "the leftovers of one writer of each group are unused"
    assert len(selection.fit) + 6000 + len(selection.unused) == 60_000
    assert is_student(sides[1]).mean() == pytest.approx(29_050 / 60_000, abs=0.001)
    again, other = (select(dataclasses.replace(BY_WRITER, seed=seed), mnist) for seed in (0, 1))
    np.testing.assert_array_equal(again.validation, selection.validation)
    assert set(mnist.train_writers[other.validation]) != set(sides[1])


def test_the_table_of_groups_is_that_of_the_data(mnist: Dataset):
    student = is_student(mnist.train_writers)
    for group, mask in (("employees", ~student), ("students", student)):
        assert tuple(class_counts(mnist.train_labels[mask])) == GROUP_COUNTS[group]


@pytest.mark.parametrize(
    "choice",
    [
        {"writers": "students"},
        {"writers": "employees", "balanced": True, "train_size": 20_000},
        {"balanced": True, "left_out": (0, 9)},
        {"left_out": (9,), "train_size": 1000, "validation_share": 0.3},
    ],
)
def test_a_recipe_counts_what_it_gets(choice: dict, mnist: Dataset):
    recipe = Recipe(**choice)
    selection = select(recipe, mnist)
    assert (len(selection.fit), len(selection.validation)) == (recipe.fit_size, recipe.validation_size)
    counts = class_counts(selection.fit_labels)
    assert not counts[list(recipe.left_out)].any()
    if recipe.balanced:
        assert len(set(counts[list(recipe.digits)])) == 1
    if recipe.writers != "everyone":
        assert set(is_student(mnist.train_writers[selection.fit])) == {recipe.writers == "students"}


@pytest.mark.parametrize("pair", [(), (3, 5)])
def test_an_exact_share_of_the_labels_is_wrong(pair: tuple[int, ...], mnist: Dataset):
    recipe = Recipe(label_noise=0.1, noise_pair=pair, left_out=(9,), validation_share=0.1)
    selection = select(recipe, mnist)
    true = mnist.train_labels[selection.fit]
    np.testing.assert_array_equal(selection.fit_labels != true, selection.planted)
    pool = np.isin(true, pair) if pair else np.ones(len(true), dtype=bool)
    assert selection.planted.sum() == round(0.1 * pool.sum())
    assert not selection.planted[~pool].any()
    assert set(selection.fit_labels) == set(range(9)), "no label is a digit that is left out"
    assert set(selection.fit_labels[selection.planted]) == set(pair or range(9))


def test_without_writers_the_sentence_says_what_to_choose(mnist: Dataset):
    unknown = dataclasses.replace(mnist, train_writers=None)
    for recipe in (BY_WRITER, Recipe(writers="students")):
        with pytest.raises(SelectionError, match="Choose everyone's digits, and a validation split"):
            select(recipe, unknown)
    assert len(select(ARTICLE, unknown).fit) == 60_000


def test_too_few_images_are_refused_with_a_sentence(mnist: Dataset):
    few = dataclasses.replace(BY_WRITER, train_size=100, validation_share=0.5)
    one_writer = dataclasses.replace(mnist, train_writers=np.full(60_000, 7, np.uint16))
    with pytest.raises(SelectionError, match="Only 0 images are left to train on"):
        select(few, one_writer)
