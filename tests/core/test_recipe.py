import dataclasses
import json

import numpy as np
import pytest

from core.hyperparameters.validation import LIMITS, RecipeError
from core.presets import PRESET_INFO, PRESETS
from core.recipe import ARTICLE, Recipe


def test_the_article_recipe():
    assert dataclasses.asdict(ARTICLE) == {
        "hidden_units": (300,),
        "activation": "sigmoid",
        "optimizer": "adam",
        "learning_rate": 0.001,
        "epochs": 10,
        "batch_size": 1000,
        "dropout": 0.0,
        "validation_share": 0.0,
        "train_size": 60_000,
        "seed": 0,
        "conv_filters": (),
        "augmentation": False,
        "handwriting": False,
        "decay": False,
        "precision": "auto",
        "writers": "everyone",
        "balanced": False,
        "left_out": (),
        "label_noise": 0.0,
        "noise_pair": (),
        "validation_by": "images",
    }
    assert ARTICLE.parameters == 238_510
    assert ARTICLE.steps_per_epoch == 60


@pytest.mark.parametrize("name", ["epochs", "batch_size", "train_size", "seed"])
def test_whole_numbers_have_limits(name: str):
    limit = LIMITS[name]
    room = {"batch_size": 10_000, "epochs": 1}
    for value in (limit.low, limit.high):
        if name == "batch_size" and value == 1:
            room["train_size"] = 100
        assert getattr(Recipe(**(room | {name: int(value)})), name) == value
    for value in (limit.low - 1, limit.high + 1, 1.5, float("nan"), float("inf"), "3", None, True):
        with pytest.raises(RecipeError, match="must be a whole number from"):
            Recipe(**{name: value})


@pytest.mark.parametrize("name", ["learning_rate", "dropout", "validation_share", "label_noise"])
def test_numbers_have_limits(name: str):
    limit = LIMITS[name]
    for value in (limit.low, limit.high):
        assert getattr(Recipe(**{name: value}), name) == value
    for value in (limit.low - 1e-6, limit.high + 1e-6, float("nan"), float("-inf"), "0.1", None, False):
        with pytest.raises(RecipeError, match="must be from"):
            Recipe(**{name: value})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"hidden_units": (10,) * 5}, "Choose from 0 to 4 hidden layers."),
        ({"hidden_units": 300}, "Choose from 0 to 4 hidden layers."),
        ({"hidden_units": (0,)}, "Each hidden layer needs 1 to 1,024 units."),
        ({"hidden_units": (1025,)}, "Each hidden layer needs 1 to 1,024 units."),
        ({"conv_filters": (8,) * 4}, "Choose from 0 to 3 convolutional layers."),
        ({"conv_filters": (65,)}, "Each convolutional layer needs 1 to 64 filters."),
        ({"activation": "step"}, "The activation must be one of: sigmoid, tanh, relu."),
        ({"optimizer": ["adam"]}, "The optimizer must be one of: adam, rmsprop, sgd."),
        ({"augmentation": "yes"}, "Data augmentation must be either true or false."),
        ({"handwriting": 1}, "Handwriting augmentation must be either true or false."),
        ({"decay": None}, "Learning-rate decay must be either true or false."),
        ({"activation": np.array(["relu"])}, "The activation must be one of"),
        ({"epochs": 10**400}, "Epochs must be a whole number from 1 to 100."),
        ({"writers": "teachers"}, "The writers must be one of: everyone, employees, students."),
        ({"balanced": 1}, "Equally many images of each digit must be either true or false."),
        ({"left_out": (10,)}, "The digits left out must be from 0 to 9."),
        ({"left_out": 9}, "The digits left out must be from 0 to 9."),
        ({"left_out": tuple(range(9))}, "Leave out at most 8 digits"),
        ({"label_noise": 0.1, "noise_pair": (3,)}, "Choose two digits to mix up, or none"),
        ({"label_noise": 0.1, "noise_pair": (3, 9), "left_out": (9,)}, "cannot be mixed up"),
        ({"validation_by": "people"}, "The validation split must be by one of: images, writers."),
        ({"batch_size": 1, "epochs": 50}, "update the weights more than 100,000 times"),
        ({"hidden_units": (1024,) * 4, "epochs": 50}, "would take too long on a shared server"),
        ({"conv_filters": (64, 64, 64), "batch_size": 100}, "would take too long on a shared server"),
        (
            {"conv_filters": (64, 64, 64), "train_size": 10_000, "batch_size": 5000, "epochs": 1},
            "needs more memory than a small server has",
        ),
    ],
)
def test_impossible_recipes_are_refused_with_a_sentence(settings: dict, sentence: str):
    with pytest.raises(RecipeError, match=sentence.replace("(", r"\(")):
        Recipe(**settings)


def test_values_from_numpy_and_lists_are_taken_up_as_plain_ones():
    recipe = Recipe(hidden_units=[np.int64(20), 10], epochs=np.int32(3), learning_rate=np.float32(0.5))
    assert recipe == Recipe(hidden_units=(20, 10), epochs=3, learning_rate=0.5)
    assert json.loads(recipe.to_json())["hidden_units"] == [20, 10]


@pytest.mark.parametrize("name", PRESETS)
def test_json_round_trip(name: str):
    assert Recipe.from_json(PRESETS[name].to_json()) == PRESETS[name]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not valid JSON"),
        ("[1]", "must be a JSON object"),
        ('{"epoch": 3}', "unknown settings: epoch"),
        ('{"epochs": "many"}', "Epochs must be a whole number from 1 to 100"),
        ('{"epochs": NaN}', "Epochs must be a whole number from 1 to 100"),
        ('{"hidden_units": {"a": 1}}', "Choose from 0 to 4 hidden layers"),
    ],
)
def test_foreign_json_is_refused_with_a_sentence(text: str, sentence: str):
    with pytest.raises(RecipeError, match=sentence):
        Recipe.from_json(text)


def test_deeply_nested_json_is_refused_with_a_sentence():
    with pytest.raises(RecipeError, match="not valid JSON"):
        Recipe.from_json("[" * 100_000)


def test_work_of_the_article_recipe():
    """784 × 300 + 300 × 10 multiply-adds forward, twice that on the way back."""
    assert ARTICLE.cost_per_image == 3 * (784 * 300 + 300 * 10)


def test_other_hands_are_counted_as_work():
    assert Recipe(handwriting=True).cost_per_image == ARTICLE.cost_per_image + 4_000_000


def test_settings_say_what_is_switched_on():
    assert ARTICLE.settings == (
        "Dense 300 sigmoid · Adam, learning rate 0.001 · 10 epochs · batch size 1,000 · 60,000 images · "
        "seed 0"
    )
    everything = Recipe(
        conv_filters=(4, 8),
        hidden_units=(64,),
        activation="relu",
        optimizer="sgd",
        epochs=1,
        validation_share=0.1,
        dropout=0.2,
        augmentation=True,
        handwriting=True,
        decay=True,
        precision="float32",
    )
    assert everything.settings == (
        "Conv 4, 8 + Dense 64 ReLU · SGD, learning rate 0.001 · 1 epoch · batch size 1,000 · 54,000 images · "
        "seed 0 · validation split 10% · dropout 0.2 · augmentation · handwriting augmentation · "
        "learning-rate decay · float32"
    )
    assert PRESETS["softmax"].words == "No hidden layer"


def test_sizes():
    recipe = Recipe(train_size=1000, validation_share=0.15, batch_size=100)
    assert (recipe.validation_size, recipe.fit_size, recipe.steps_per_epoch) == (150, 850, 9)


def test_every_preset_has_a_lesson():
    assert PRESETS.keys() == PRESET_INFO.keys()
    assert PRESETS["article"] is ARTICLE
    assert PRESETS["softmax"].hidden_units == ()
    assert PRESETS["relu"].dropout > 0
    assert PRESETS["augmented"].augmentation
    assert PRESETS["convolutional"].conv_filters
    assert PRESETS["drawings"].handwriting
    assert PRESETS["drawings"].decay


def test_a_recipe_of_before_there_were_other_hands_is_still_read():
    old = {
        key: value
        for key, value in json.loads(ARTICLE.to_json()).items()
        if key not in ("handwriting", "decay")
    }
    assert Recipe.from_json(json.dumps(old)) == ARTICLE


def test_a_recipe_of_before_one_could_choose_the_data_is_the_same_text():
    """The store finds other seeds of a recipe by its text."""
    assert "writers" not in ARTICLE.to_json()
    old = Recipe.from_json('{"validation_share": 0.1}')
    assert old.validation_by == "images"
    chosen = Recipe(writers="students", left_out=[9, 4], label_noise=0.1, validation_share=0.1)
    assert chosen.left_out == (4, 9)
    assert Recipe.from_json(chosen.to_json()) == chosen


def test_choices_without_effect_make_no_other_recipe():
    assert Recipe(validation_by="writers", noise_pair=(3, 5)) == ARTICLE
    assert Recipe(noise_pair=(3,)) == ARTICLE, "half a pair left over from wrong labels that are off again"
    assert Recipe(noise_pair=(3, 9), left_out=(9,)) == Recipe(left_out=(9,))


def test_the_choice_of_the_data_is_in_the_settings_and_counted():
    recipe = Recipe(
        writers="employees",
        balanced=True,
        left_out=(9,),
        label_noise=0.1,
        noise_pair=(3, 5),
        validation_share=0.1,
        validation_by="writers",
    )
    assert recipe.settings.endswith(
        "validation split 10% by writer · only employees' digits · equally many of each digit · without 9 · "
        "10% wrong labels among the 3s and 5s"
    )
    assert (recipe.images, recipe.validation_size) == (9 * 2675, 2408)
