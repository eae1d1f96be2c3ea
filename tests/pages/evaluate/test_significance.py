"""The view Significance: two models on the same images, and seeds of one recipe."""

import dataclasses
import shutil

from core.analysis.significance import mcnemar
from core.recipe import ARTICLE
from core.store.bundled import BUNDLED_FOLDER
from core.store.run import RunState
from tests.pages.conftest import wait_for_state, wait_until_trained, words
from tests.pages.evaluate.views import copied, text
from ui import resources
from ui.evaluate import widgets


def test_two_models_on_the_same_images(open_page):
    app = open_page("3_evaluate", model="article", view="Significance")
    assert app.selectbox(key="evaluate_other").value == "relu"
    article, relu = (resources.test_evaluation(name) for name in ("article", "relu"))
    comparison = mcnemar(article.correct, relu.correct)
    assert f"**{comparison.discordant:,}** images" in text(app, "evaluate_mcnemar")
    assert "**The second model is better**: the difference is statistically significant (p < 0.05)." in text(
        app, "evaluate_mcnemar"
    )
    # No model is compared with itself.
    app.selectbox(key="evaluate_model").select("relu").run()
    assert app.selectbox(key="evaluate_other").value == "article"
    assert not app.exception


def test_networks_with_the_same_predictions(open_page):
    run = copied(ARTICLE, 0.9372)
    app = open_page("3_evaluate", model="article", view="Significance")
    app.selectbox(key="evaluate_other").select(run.id).run()
    assert "exactly the same images" in text(app, "evaluate_mcnemar")


def test_three_seeds_of_one_recipe(open_page, seen):
    recipe = dataclasses.replace(ARTICLE, learning_rate=0.002)
    for seed, accuracy in ((1, 0.93), (2, 0.94), (3, 0.95)):
        run = copied(dataclasses.replace(recipe, seed=seed), accuracy)
    app = open_page("3_evaluate", model=run.id, view="Significance")
    assert not app.exception
    assert text(app, "evaluate_seeds") == (
        "**3** seeds of this recipe have a mean test accuracy of **94.00%**, from 93.00% to 95.00%. "
        "The standard deviation is 1.00%."
    )
    lonely = seen("relu", "Significance")
    assert "Train it with other seeds" in words(lonely)


def test_seeds_are_found_behind_many_other_models(open_page, monkeypatch):
    monkeypatch.setattr(resources, "NEWEST_MODELS", 1)
    recipe = dataclasses.replace(ARTICLE, learning_rate=0.002)
    old = copied(dataclasses.replace(recipe, seed=10), 0.92)
    copied(ARTICLE, 0.93)
    new = copied(dataclasses.replace(recipe, seed=1), 0.94)
    assert old.id not in [run.id for run in resources.models()]
    app = open_page("3_evaluate", model=new.id, view="Significance")
    assert "**2** seeds of this recipe have a mean test accuracy of **93.00%**" in text(app, "evaluate_seeds")


def test_a_preset_trained_again_with_another_seed(open_page):
    copied(dataclasses.replace(ARTICLE, seed=1), 0.93)
    app = open_page("3_evaluate", model="article", view="Significance")
    assert "**2** seeds of this recipe" in text(app, "evaluate_seeds")


def test_more_seeds_with_one_click(open_page, held_back):
    recipe = dataclasses.replace(ARTICLE, epochs=1, train_size=100, seed=1)
    run = copied(recipe, 0.2)
    app = open_page("3_evaluate", model=run.id, view="Significance")
    # Somebody else is first: the seeds wait, and the page says where.
    slow = resources.queue().enqueue(dataclasses.replace(recipe, epochs=100), "bob", "Slow")
    wait_for_state(slow.id, RunState.RUNNING)
    app.button(key="evaluate_seeds_3").click().run()
    assert not app.exception
    assert "Seeds of this recipe in the queue: 2." in words(app)
    assert "Position in queue: **1**." in words(app)
    assert "evaluate_seeds_3" not in [button.key for button in app.button]
    resources.queue().stop(slow.id, "bob")
    held_back.set()
    wait_until_trained()
    app.run()
    assert "**3** seeds of this recipe" in text(app, "evaluate_seeds")
    seeds = [other.recipe.seed for other in resources.store().runs() if other.id != slow.id]
    assert sorted(seeds) == [0, 1, 2]
    assert "evaluate_seeds_5" in [button.key for button in app.button]


def test_the_only_model_on_the_server_has_nobody_to_compare_with(open_page, other_store, tmp_path):
    for kind in ("json", "keras"):
        shutil.copy(BUNDLED_FOLDER / f"softmax.{kind}", tmp_path)
    other_store(tmp_path)
    for view in ("Results", "Robustness"):
        app = open_page("3_evaluate", model="softmax", view=view)
        assert not app.exception
    app = open_page("3_evaluate", model="softmax", view="Significance")
    assert "no second model" in app.info[0].value


def test_two_runs_that_look_alike_have_two_curves(open_page):
    one, two = copied(ARTICLE, 0.93), copied(ARTICLE, 0.93)
    assert len(set(widgets.names(one, two))) == 2
