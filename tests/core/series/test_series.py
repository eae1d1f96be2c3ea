import dataclasses

import numpy as np
import pytest

from core.hyperparameters.validation import RecipeError
from core.recipe import Recipe
from core.series.experiments import EXPERIMENTS
from core.series.series import Result, Results, Series, points
from core.series.sweep import HYPERPARAMETERS, Sweep, choices, first_values
from core.test_sets.confusion import TestConfusion

BASE = Recipe(epochs=1, train_size=1000)


def counts(students: float, employees: float, answer: int = 4) -> TestConfusion:
    """Of a hundred images of each digit, so many of each group read correctly, the rest as one answer."""
    matrices = {}
    for group, share in (("students", students), ("employees", employees)):
        matrix = np.diag(np.full(10, round(100 * share)))
        matrix[:, answer] += 100 - round(100 * share)
        matrices[group] = matrix
    return TestConfusion(matrices)


def all_alike(series: Series, result: Result) -> dict[str, Result]:
    return {recipe.to_json(): result for recipe in series.recipes}


def test_a_sweep_has_a_run_for_each_value_and_seed_all_values_first():
    sweep = Sweep(BASE, "batch_size", (500, 100), seeds=3)
    assert [(recipe.batch_size, recipe.seed) for recipe in sweep.series.recipes] == [
        (100, 0),
        (500, 0),
        (100, 1),
        (500, 1),
        (100, 2),
        (500, 2),
    ]


def test_a_sweep_is_read_back_as_it_was_written():
    for field, parameter in HYPERPARAMETERS.items():
        sweep = Sweep(BASE, field, parameter.choices[:2], seeds=3)
        assert Sweep.from_json(sweep.to_json()) == sweep


def test_the_width_of_every_hidden_layer_is_swept_and_a_network_without_one_gets_one():
    two_layers = Sweep(dataclasses.replace(BASE, hidden_units=(30, 20)), "hidden_units", (8, 16))
    assert [recipe.hidden_units for recipe in two_layers.series.recipes] == [(8, 8), (16, 16)]
    none = Sweep(dataclasses.replace(BASE, hidden_units=()), "hidden_units", (8, 16))
    assert none.series.recipes[0].hidden_units == (8,)


def test_the_value_of_the_form_is_among_the_choices():
    own = dataclasses.replace(BASE, learning_rate=0.002)
    assert 0.002 in choices("learning_rate", own)
    assert 0.002 in first_values("learning_rate", own)


@pytest.mark.parametrize(
    ("field", "values", "sentence"),
    [
        ("dropout", (0.2,), "Choose from 2 to 6 values"),
        ("epochs", (1, 2, 3, 4, 5, 6, 7), "Choose from 2 to 6 values"),
        ("batch_size", (1, 100), "Batch size 1: "),
    ],
)
def test_a_sweep_that_cannot_be_trained_says_which_value_it_is(field: str, values: tuple, sentence: str):
    with pytest.raises(RecipeError, match=sentence):
        Sweep(Recipe(), field, values)


def test_the_best_value_is_that_with_the_highest_mean_over_its_seeds():
    series = Sweep(BASE, "batch_size", (100, 500), seeds=3).series
    accuracies = {(100, 0): 0.90, (100, 1): 0.92, (500, 0): 0.93, (500, 1): 0.81}
    results: Results = {
        recipe.to_json(): Result(1.0, accuracies[recipe.batch_size, recipe.seed])
        for recipe in series.recipes
        if recipe.seed < 2
    }
    small, large = points(series, results)
    assert (small.mean, small.low, small.high, small.count, small.is_best) == (
        pytest.approx(0.91),
        0.90,
        0.92,
        2,
        True,
    )
    assert not large.is_best


def test_a_validation_split_decides_which_value_is_the_best():
    series = Sweep(dataclasses.replace(BASE, validation_share=0.1), "batch_size", (100, 500)).series
    first, second = (recipe.to_json() for recipe in series.recipes)
    measured = points(series, {first: Result(1, 0.95, 0.90), second: Result(1, 0.93, 0.92)})
    assert {point.arm for point in measured if point.is_best} == {"500"}


def test_without_results_there_are_no_points():
    assert points(Sweep(BASE, "batch_size", (100, 500)).series, {}) == ()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_finds_one_of_its_guesses(name: str):
    experiment = EXPERIMENTS[name]
    for accuracy in (0.3, 0.7, 0.85, 0.95):
        result = Result(accuracy, accuracy, accuracy, counts(accuracy, accuracy))
        finding = experiment.find(experiment.series, all_alike(experiment.series, result))
        assert finding.answer in experiment.guesses
        assert "nan" not in finding.sentence


def test_nists_mistake_compares_the_errors_on_students_digits():
    experiment = EXPERIMENTS["nist"]
    shares = {"employees": 0.90, "students": 0.96, "everyone": 0.94}
    results = {
        recipe.to_json(): Result(1, 0.9, None, counts(shares[recipe.writers], 0.99))
        for recipe in experiment.series.recipes
    }
    finding = experiment.find(experiment.series, results)
    assert finding.answer == "About 1.5 times as many"
    # One in ten of the wrong answers is right by chance.
    assert "misreads 9.0% of the students' test digits" in finding.sentence
    assert "1.7 times as many errors" in finding.sentence


def test_the_unseen_digit_is_answered_with_the_most_frequent_one():
    experiment = EXPERIMENTS["unseen"]
    result = Result(1, 0.9, None, counts(0.4, 0.4, answer=7))
    finding = experiment.find(experiment.series, all_alike(experiment.series, result))
    assert finding.answer == "7"
    assert "answers 7 to 60% of the 9s" in finding.sentence
