"""A link opened in a fresh browser restores the page; one with a wrong value says so."""

import dataclasses

import pytest

from core.lessons.recipe_address import recipe_parts
from core.presets import PRESETS
from core.recipe import Recipe
from tests.pages.conftest import words

NOT_HERE = "not here"


def link_of(app) -> str:
    return next(code.value for code in app.code if "?" in code.value or code.value.endswith("train"))


def test_explore_is_restored_and_its_link_leaves_defaults_out(open_page):
    app = open_page("1_explore", explore_class="3 · Three", explore_index="7")
    assert not app.exception
    assert app.selectbox(key="explore_class").value == 3
    assert app.number_input(key="explore_index").value == 7
    assert link_of(app).endswith("/explore?explore_class=3%20%C2%B7%20Three&explore_index=7")
    assert NOT_HERE not in words(app)


def test_a_link_with_a_default_undoes_what_was_chosen_at_an_earlier_visit(open_page):
    app = open_page("1_explore", explore_index="7")
    app.switch_page("pages/0_home.py").run()
    app.switch_page("pages/1_explore.py")
    app.query_params["explore_index"] = "0"
    assert app.run().number_input(key="explore_index").value == 0
    app.number_input(key="explore_index").set_value(5).run()
    assert app.number_input(key="explore_index").value == 5, "it is not undone again"


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("1_explore", {"explore_class": "11"}),
        ("4_predict", {"predict_source": "Telepathy"}),
        ("8_inside", {"inside_view": "Upside down"}),
        ("8_inside", {"inside_index": "10000"}),
        ("3_evaluate", {"cell": "4-12"}),
    ],
)
def test_a_wrong_value_gives_the_default_and_a_sentence(open_page, page, query):
    app = open_page(page, **query)
    assert not app.exception
    assert NOT_HERE in words(app)


def test_evaluate_predict_and_inside_are_restored(open_page):
    app = open_page("3_evaluate", model="relu", view="Baselines")
    assert link_of(app).endswith("/evaluate?view=Baselines&model=relu")
    app = open_page("3_evaluate", model="relu", cell="all-3", test_set="scikit-learn")
    assert "all labels → predicted 3" in words(app)
    assert link_of(app).endswith("/evaluate?test_set=scikit-learn&model=relu&cell=all-3")
    app.selectbox(key="evaluate_cell_digit").select(8).run()
    assert app.query_params["cell"] == "8-3"
    assert "true 8 → predicted 3" in words(app)
    app = open_page("4_predict", model="relu", predict_source="Test image", image="5")
    assert "Image 5 · label" in words(app)
    assert link_of(app).endswith("/predict?predict_source=Test%20image&model=relu&image=5")
    app = open_page("8_inside", model="relu", image="5", inside_view="Why")
    assert link_of(app).endswith("/inside?inside_view=Why&model=relu&image=5")


def test_a_link_to_settings_fills_the_form(open_page, browser):
    browser("ann")
    recipe = dataclasses.replace(PRESETS["relu"], epochs=7, seed=3, hidden_units=(50, 20), decay=True)
    app = open_page("2_train", **recipe_parts(recipe))
    assert not app.exception
    assert f"{recipe.parameters:,}" in [metric.value for metric in app.metric]
    assert app.session_state["recipe_base"] == recipe
    assert "epochs" not in app.query_params, "a refresh keeps what is changed from here on"
    assert "epochs=7" in link_of(app)
    assert "epochs=7" in link_of(open_page("2_train")), "after a refresh, too"
    app = open_page("2_train", preset="relu")
    assert app.session_state["recipe_base"] == PRESETS["relu"]


def test_impossible_settings_in_a_link_are_named_and_the_others_taken(open_page):
    app = open_page("2_train", epochs="1000", seed="3", preset="best", hidden_units="a")
    assert not app.exception
    assert "not possible: epochs, hidden_units, preset." in words(app)
    assert app.session_state["recipe_base"] == Recipe(seed=3)
