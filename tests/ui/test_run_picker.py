"""How lists call the models that one can choose."""

import dataclasses

from core.recipe import ARTICLE
from core.store.run import Run, RunState
from ui.run_picker import differing_settings, model_labels

RUN = Run("a", "Article network", ARTICLE, RunState.FINISHED, number=1, owner="ann", test_accuracy=0.937)


def test_a_name_that_only_one_has_stands_alone():
    other = dataclasses.replace(RUN, id="b", number=2, name="Mine", nickname="Grace")
    assert model_labels([RUN, other]) == {
        "a": "Run 1: Article network · 93.7%",
        "b": "Run 2: Mine · 93.7%",
    }


def test_models_of_one_name_are_told_apart_by_what_differs_and_by_nickname():
    other = dataclasses.replace(
        RUN,
        id="b",
        number=2,
        nickname="Grace",
        recipe=dataclasses.replace(ARTICLE, seed=1, activation="tanh"),
        test_accuracy=None,
    )
    labels = model_labels([RUN, other])
    layers, tanh = (recipe.settings.split(" · ")[0] for recipe in (ARTICLE, other.recipe))
    assert labels["a"] == f"Run 1: Article network · {layers} · seed 0 · 93.7%"
    assert labels["b"] == f"Run 2: Article network · {tanh} · seed 1 · Grace"


def test_what_differs_is_not_what_only_some_share():
    recipes = [ARTICLE, dataclasses.replace(ARTICLE, seed=1), dataclasses.replace(ARTICLE, batch_size=100)]
    runs = [dataclasses.replace(RUN, id=str(place), recipe=recipe) for place, recipe in enumerate(recipes)]
    settings = differing_settings(runs)
    assert settings["1"].split(" · ") == ["batch size 1,000", "seed 1"]
    assert settings["2"].split(" · ") == ["batch size 100", "seed 0"]


def test_two_runs_of_one_recipe_are_told_apart_by_their_numbers():
    other = dataclasses.replace(RUN, id="b", number=2)
    assert sorted(model_labels([RUN, other]).values()) == [
        "Run 1: Article network · 93.7%",
        "Run 2: Article network · 93.7%",
    ]
