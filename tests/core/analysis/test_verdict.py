import pytest

from core.analysis.verdict import training_verdict
from core.history import Epoch
from core.recipe import ARTICLE, Recipe


def curve(losses: list[float], accuracies: list[float]) -> list[Epoch]:
    return [
        Epoch(number, loss, accuracy, None, None, 1.0)
        for number, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), start=1)
    ]


SMOOTH = curve([1.2, 0.4, 0.3], [0.7, 0.9, 0.93])
RISING, FLAT = curve([2.2, 1.8], [0.5, 0.7]), curve([0.9, 0.9], [0.7, 0.7])


@pytest.mark.parametrize(
    ("recipe", "history"),
    [
        # Measured: Adam with these rates, the article network.
        (Recipe(learning_rate=1.0), curve([113.7, 35.8, 2.1], [0.13, 0.32, 0.71])),
        (Recipe(learning_rate=0.3), curve([26.8, 1.1, 0.5], [0.19, 0.75, 0.87])),
        (Recipe(learning_rate=0.01), curve([0.5, 0.4, 0.6], [0.85, 0.88, 0.8])),
        (Recipe(learning_rate=0.1), FLAT),
    ],
)
def test_a_learning_rate_that_is_too_large_is_named_before_anything_else(recipe, history):
    for accuracy in (0.16, 0.72):
        verdict = training_verdict(recipe, history, accuracy, accuracy - 0.02)
        assert "**learning rate**" in verdict
        assert "underfitting" not in verdict
        assert "hidden units" not in verdict


def test_a_large_learning_rate_that_works_is_no_fault():
    assert "learning rate" not in training_verdict(Recipe(learning_rate=0.1), SMOOTH, 0.95, 0.945)


@pytest.mark.parametrize(
    ("train_accuracy", "test_accuracy", "word"),
    [
        (0.9392, 0.9371, "generalizes"),
        # Half a percent of errors on training images, 2.7 times as many on test images.
        (0.995, 0.9865, "overfitting"),
        (0.999, 0.992, "overfitting"),
        (1.0, 0.85, "overfitting"),
        (0.97, 0.94, "overfitting"),
        # Four times as many, but so few that it may be chance.
        (0.999, 0.996, "generalizes"),
        (0.95, 0.955, "generalizes"),
        (0.85, 0.845, "underfitting"),
        (0.3, 0.29, "hardly learned anything"),
    ],
)
def test_what_two_accuracies_mean(train_accuracy: float, test_accuracy: float, word: str):
    said = training_verdict(ARTICLE, SMOOTH, train_accuracy, test_accuracy)
    words = ("generalizes", "overfitting", "underfitting", "hardly learned anything")
    assert [other for other in words if other in said] == [word]


def test_overfitting_says_how_many_times_as_many_errors():
    assert "(2.7 times as much)" in training_verdict(ARTICLE, SMOOTH, 0.995, 0.9865)


def test_advice_depends_on_whether_the_curve_still_rises():
    assert "more epochs" in training_verdict(ARTICLE, RISING, 0.7, 0.69)
    assert "more hidden units" in training_verdict(ARTICLE, FLAT, 0.7, 0.69)
    assert "more epochs" in training_verdict(ARTICLE, RISING[:1], 0.4, 0.4)
