"""The form of Train: presets, limits, and what it keeps."""

from core.data import DataError
from core.export.keras_script import keras_script
from core.presets import PRESETS
from core.recipe import Recipe
from tests.pages.actions import keys, metrics, tiny
from tests.pages.conftest import words
from tests.stored import finished_run
from ui import data_form, resources


def test_every_preset_fills_the_form(open_page):
    app = open_page("2_train")
    resources.scheduler().shutdown()  # The runs only wait.
    for number, (name, recipe) in enumerate(PRESETS.items()):
        if number:
            app.selectbox(key="train_preset").select(name).run()
        assert not app.exception
        assert metrics(app)["Parameters"] == f"{recipe.parameters:,}"
        assert app.button(key="train_reset").disabled, "the form shows the preset itself"
        app.button(key="train_start").click().run()
        (run,) = resources.store().active()
        assert run.recipe == recipe
        resources.queue().stop(run.id, run.owner)


def test_parameters_are_counted_live_and_the_preset_can_be_restored(open_page):
    app = open_page("2_train")
    app.slider(key="recipe_0_hidden_layers").set_value(2).run()
    assert metrics(app)["Parameters"] == f"{785 * 300 + 301 * 100 + 101 * 10:,}"
    app.number_input(key="recipe_0_hidden_units_2").set_value(10).run()
    assert metrics(app)["Parameters"] == f"{785 * 300 + 301 * 10 + 11 * 10:,}"
    app.button(key="train_reset").click().run()
    assert metrics(app)["Parameters"] == "238,510"


def test_settings_survive_a_visit_to_another_page(open_page):
    app = open_page("2_train")
    app.slider(key="recipe_0_hidden_layers").set_value(0).run()
    app.switch_page("pages/1_explore.py").run()
    app.switch_page("pages/2_train.py").run()
    assert metrics(app)["Parameters"] == "7,850"


def test_an_impossible_recipe_is_one_sentence_and_cannot_be_started(open_page):
    app = open_page("2_train")
    app.select_slider(key="recipe_0_batch_size").set_value(1).run()
    assert not app.exception
    assert "update the weights more than 100,000 times" in app.warning[0].value
    assert app.button(key="train_start").disabled
    app.select_slider(key="recipe_0_batch_size").set_value(1000).run()
    assert not app.warning
    assert not app.button(key="train_start").disabled


def test_a_split_by_writer_that_leaves_too_few_images_is_refused_before_the_start(open_page):
    app = open_page("2_train")
    tiny(app)
    app.slider(key="recipe_0_validation_share").set_value(0.5).run()
    assert not app.exception
    assert app.warning[0].value.startswith("Only ")
    assert "Choose a larger training set size" in app.warning[0].value
    assert app.button(key="train_start").disabled
    app.slider(key="recipe_0_validation_share").set_value(0.0).run()
    assert not app.button(key="train_start").disabled


def test_a_run_of_before_keeps_its_split_by_images(open_page):
    old = Recipe(epochs=1, train_size=1000, validation_share=0.2)
    run = finished_run(resources.store(), old, name="Old", accuracy=0.5)
    app = open_page("2_train", run=run.id)
    app.button(key="train_use").click().run()
    assert not app.toggle(key="recipe_1_validation_by").value
    assert "The last images are held out" in words(app)


def test_what_the_form_shows_is_what_is_trained(open_page):
    """A change and the click on Start may reach the server together."""
    app = open_page("2_train")
    resources.scheduler().shutdown()  # The run only waits.
    app.number_input(key="recipe_0_hidden_units_1").set_value(7)
    app.button(key="train_start").click().run()
    assert resources.store().runs()[0].recipe.hidden_units == (7,)


def test_a_nickname_that_is_too_long_is_shortened_and_says_so(open_page):
    app = open_page("2_train")
    resources.scheduler().shutdown()  # The run only waits.
    app.text_input(key="nickname").set_value("Ada Lovelace, Countess of Byron").run()
    assert "at most 20 characters" in app.warning[0].value
    assert "“Ada Lovelace, Counte”" in app.warning[0].value
    app.button(key="train_start").click().run()
    assert resources.store().runs()[0].nickname == "Ada Lovelace, Counte"


def test_own_settings_are_kept_after_a_refresh_and_after_a_restart(open_page, browser):
    browser("ann")
    app = open_page("2_train")
    app.number_input(key="recipe_0_hidden_units_1").set_value(7).run()
    refreshed = open_page("2_train")
    assert refreshed.number_input(key="recipe_0_hidden_units_1").value == 7
    assert refreshed.selectbox(key="train_preset").value == "own"
    refreshed.selectbox(key="train_preset").select("relu").run()
    assert not refreshed.exception
    assert "own" not in refreshed.selectbox(key="train_preset").options
    assert open_page("2_train").selectbox(key="train_preset").value == "relu"

    # A server that has just begun knows the runs only.
    finished_run(resources.store(), Recipe(epochs=3), owner="ann")
    resources.drafts().clear()
    assert open_page("2_train").slider(key="recipe_0_epochs").value == 3
    browser("bob")
    assert open_page("2_train").slider(key="recipe_0_epochs").value == 10


def test_the_settings_of_a_run_fill_the_form(open_page, store):
    run = finished_run(store, Recipe(hidden_units=(32, 16), optimizer="sgd", epochs=3), owner="ann")
    app = open_page("2_train", run=run.id)
    assert metrics(app)["Parameters"] == "238,510", "the form is not that of somebody else's run"
    app.button(key="train_use").click().run()
    assert not app.exception
    assert metrics(app)["Parameters"] == f"{run.recipe.parameters:,}"
    assert app.selectbox(key="train_preset").value == "own"
    assert app.expander(key="train_settings").label.endswith(run.recipe.settings)
    assert "train_use" not in keys(app)
    resources.scheduler().shutdown()  # The run only waits.
    app.button(key="train_start").click().run()
    assert resources.store().runs()[0].recipe == run.recipe
    app = open_page("2_train", run="relu")
    app.button(key="train_use").click().run()
    assert app.selectbox(key="train_preset").value == "relu"


def test_the_code_is_that_of_the_recipe_in_the_form(open_page):
    app = open_page("2_train")
    app.number_input(key="recipe_0_hidden_units_1").set_value(7)
    app.toggle(key="show_code_train").set_value(True).run()
    assert app.code[-1].value == keras_script(Recipe(hidden_units=(7,))).strip()


def test_beginners_see_five_settings_and_the_rest_is_folded(open_page):
    app = open_page("2_train")
    folded = [
        widget.label
        for key in ("train_data", "train_more")
        for kind in ("slider", "select_slider", "toggle", "number_input", "button_group")
        for widget in app.expander(key=key).get(kind)
    ]
    folded.append(app.number_input(key="train_guess").label)
    shown = [widget.label for kind in (app.slider, app.select_slider, app.number_input) for widget in kind]
    assert [label for label in shown if label not in folded] == [
        "Hidden layers",
        "Epochs",
        "Batch size",
        "Learning rate",
        "Units in hidden layer 1 (neurons)",
    ]
    assert {"Validation split", "Random seed", "Dropout rate", "Convolutional layers"} <= {*folded}
    assert "Loss: sparse categorical cross-entropy" in words(app)


def test_without_the_data_the_page_stays_and_the_worker_says_what_is_missing(open_page, monkeypatch):
    def missing() -> None:
        raise DataError("The file is missing.")

    monkeypatch.setattr(data_form, "load_mnist", missing)
    data_form.refusal.clear()
    app = open_page("2_train")
    assert not app.exception
    assert not app.button(key="train_start").disabled
    data_form.refusal.clear()
