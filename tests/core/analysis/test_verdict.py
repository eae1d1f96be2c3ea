import pytest

from core.analysis.verdict import divergence_verdict, training_hint, training_verdict
from core.history import DivergenceError, Epoch
from core.recipe import ARTICLE, Recipe
from core.steering.control import RateChange


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


def validated(losses: list[float], val_losses: list[float]) -> list[Epoch]:
    return [
        Epoch(number, loss, 0.95, val_loss, 0.9, 1.0)
        for number, (loss, val_loss) in enumerate(zip(losses, val_losses, strict=True), start=1)
    ]


def test_a_rise_that_goes_on_asks_for_more_epochs_and_one_that_has_ended_does_not():
    rising, ended = curve([0.3, 0.2], [0.92, 0.94]), curve([0.2, 0.2], [0.94, 0.9405])
    assert "more epochs" in training_verdict(ARTICLE, rising, 0.945, 0.94)
    assert "more epochs" not in training_verdict(ARTICLE, ended, 0.945, 0.94)


def test_a_validation_loss_that_rises_is_overfitting_while_it_runs_and_afterwards():
    rises = validated([0.3, 0.2, 0.1, 0.05, 0.02], [0.3, 0.25, 0.26, 0.27, 0.3])
    assert "lowest after epoch 2" in training_hint(ARTICLE, rises)
    assert training_hint(ARTICLE, rises[:4]) == "", "two epochs may be chance"
    assert "lowest after epoch 2: fewer epochs would do" in training_verdict(ARTICLE, rises, 0.99, 0.92)


def test_a_healthy_training_gets_no_hint():
    assert training_hint(ARTICLE, ()) == ""
    assert training_hint(ARTICLE, SMOOTH) == ""
    assert training_hint(ARTICLE, validated([0.5, 0.3, 0.2], [0.5, 0.4, 0.35])) == ""


@pytest.mark.parametrize(
    ("recipe", "word"),
    [
        (Recipe(hidden_units=(100,) * 4), "vanishing gradients"),
        (Recipe(optimizer="sgd", learning_rate=0.001), "ten times as much"),
        (Recipe(), "another learning rate"),
    ],
)
def test_a_network_that_still_guesses_is_told_what_to_change(recipe: Recipe, word: str):
    assert word in training_hint(recipe, curve([2.4, 2.3], [0.1, 0.11]))


def test_a_jump_is_put_down_to_the_learning_rate_that_the_run_had_then():
    jump = curve([0.5, 9.0], [0.85, 0.5])
    changes = [RateChange(60, 100.0), RateChange(120, 1.0)]
    assert "of 0.1 is too large" in training_hint(ARTICLE, jump, changes)
    assert "of 0.1 is too large" in training_verdict(ARTICLE, jump, 0.5, 0.5, changes)


@pytest.mark.parametrize(
    ("recipe", "reason", "rate", "sentence"),
    [
        (Recipe(learning_rate=1.0), "nan", 1.0, "Set the learning rate to 0.1."),
        (Recipe(learning_rate=1.0, activation="relu"), "flat", 1.0, "dead"),
        (Recipe(learning_rate=1.0), "flat", 1.0, "saturated"),
        (Recipe(hidden_units=(9,) * 4, learning_rate=0.0001), "flat", 0.0001, "fewer hidden layers"),
        (Recipe(hidden_units=(1,) * 4, activation="relu"), "born flat", 0.001, "another random seed"),
    ],
)
def test_a_training_that_diverged_names_the_setting_to_change(recipe, reason, rate, sentence):
    said = divergence_verdict(recipe, DivergenceError(reason, 3, rate))
    assert "epoch 3" in said
    assert sentence in said


@pytest.mark.parametrize(
    ("recipe", "accuracies", "reason"),
    [
        (Recipe(label_noise=0.4), (0.58, 0.92), "40% of its training labels were made wrong"),
        (Recipe(label_noise=0.1, noise_pair=(3, 5)), (0.93, 0.9), "10% of its training labels of two digits"),
        (Recipe(left_out=(9,)), (0.955, 0.865), "It has never seen a 9"),
        (Recipe(writers="employees"), (0.95, 0.91), "half of the test images are by students"),
    ],
)
def test_what_the_choice_of_data_does_is_not_called_overfitting(recipe, accuracies, reason: str):
    said = training_verdict(recipe, SMOOTH, *accuracies)
    assert reason in said
    assert "overfitting" not in said
    assert "underfitting" not in said


def test_a_jump_from_which_it_has_recovered_is_said_with_the_rate_of_that_epoch():
    history = curve([0.4, 0.3, 7.4, 0.6, 0.3], [0.88, 0.91, 0.58, 0.85, 0.92])
    changes = (RateChange(2 * ARTICLE.steps_per_epoch, 100.0),)
    said = training_verdict(ARTICLE, history, 0.93, 0.925, changes)
    assert "In epoch 3 the loss jumped to 7.4: the **learning rate** of 0.1 was too large" in said
    assert "more epochs help" not in said
    assert "learning rate" not in training_verdict(ARTICLE, curve([0.01, 0.03], [0.99, 0.99]), 0.99, 0.989)
