"""Inside: one image goes through a network, and every number on its way can be looked at."""

import re

import keras
import numpy as np
import pytest

from core.data import Dataset
from core.model import build_model, to_bytes
from core.recipe import Recipe
from tests.pages.conftest import forget_network, words
from tests.stored import finished_run
from ui import resources
from ui.drawing import Drawing

PAGE = "8_inside"
RECIPES = {
    "no hidden layer": Recipe(hidden_units=()),
    "deep": Recipe(conv_filters=(3, 4, 5), hidden_units=(9, 8, 7, 6), activation="tanh", dropout=0.2),
    "convolutions only": Recipe(conv_filters=(4,), hidden_units=(), activation="relu"),
}


def latex(app) -> str:
    return "\n".join(element.value for element in app.latex)


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.fixture
def trained(open_page):
    """Open the page for an untrained network of a recipe, kept as a run."""

    def open_for(recipe: Recipe, network: bytes | None = None):
        store = resources.store()
        run = finished_run(store, recipe, network=network or to_bytes(build_model(recipe)), epochs=1)
        return open_page(PAGE, model=run.id), run

    return open_for


def test_the_prediction_is_the_networks_own(open_page, mnist: Dataset, bundled_model):
    app = open_page(PAGE, image="5937")
    assert not app.exception
    probabilities = np.asarray(bundled_model("article")(mnist.test_images[5937:5938]))[0]
    assert f"predicted **{probabilities.argmax()}**, confidence {probabilities.max():.1%}" in words(app)
    assert f"true label **{mnist.test_labels[5937]}**" in words(app)


@pytest.mark.parametrize("name", RECIPES)
def test_every_layer_of_every_network_can_be_chosen(trained, name: str):
    app, _ = trained(RECIPES[name])
    for layer in app.selectbox(key="inside_layer").options:
        app.selectbox(key="inside_layer").select(layer).run()
        assert not app.exception, layer
        assert not app.error
        assert "z = " in latex(app)
        assert not re.search("nan|inf", latex(app).replace(r"\infty", ""))


def test_a_unit_shows_the_numbers_of_its_sum(open_page, mnist: Dataset, bundled_model):
    app = open_page(PAGE)
    app.number_input(key="inside_unit").set_value(17).run()
    kernel, bias, *_ = bundled_model("article").get_weights()
    z = float(mnist.test_images[0].reshape(784) / 255 @ kernel[:, 17] + bias[17])
    assert f"= {z:.3f}" in latex(app)
    assert f"= {1 / (1 + np.exp(-z)):.3f}" in latex(app)


def test_the_next_error_is_one_and_the_chosen_unit_stays(open_page, bundled_evaluation):
    app = open_page(PAGE)
    app.number_input(key="inside_unit").set_value(17).run()
    app.button(key="inside_next").click().run()
    first = int(np.sort(bundled_evaluation("article").errors)[0])
    assert app.number_input(key="inside_index").value == first
    assert app.number_input(key="inside_unit").value == 17
    app.number_input(key="inside_index").set_value(9999).run()
    app.button(key="inside_next").click().run()
    assert app.number_input(key="inside_index").value == first, "after the last one comes the first"


def test_one_step_lowers_the_loss_and_a_larger_rate_lowers_it_more(open_page):
    app = open_page(PAGE)
    small = metrics(app)
    app.select_slider(key="inside_rate").set_value(1.0).run()
    large = metrics(app)
    assert small["Loss before"] == large["Loss before"]
    assert float(large["Loss after"]) < float(small["Loss after"]) < float(small["Loss before"])


def test_a_higher_temperature_makes_the_network_less_confident(open_page):
    app = open_page(PAGE)
    before = app.dataframe[0].value["p"]
    app.slider(key="inside_temperature").set_value(5.0).run()
    after = app.dataframe[0].value["p"]
    assert after.max() < before.max()
    assert after.argmax() == before.argmax()
    assert after.sum() == pytest.approx(1)


def test_the_visitors_drawing_goes_through_the_network(open_page):
    app = open_page(PAGE)
    assert not [one for one in app.segmented_control if one.key == "inside_source"], "nothing drawn yet"
    path = [["M", 140, 50], *(["L", 140, y] for y in range(60, 240, 10))]
    stroke = {"type": "path", "path": path, "strokeWidth": 20, "stroke": "#ffffff"}
    app.session_state["predict_canvas_drawing"] = Drawing([stroke])
    app.run()
    app.segmented_control(key="inside_source").set_value("My drawing").run()
    assert not app.exception
    assert "Your drawing · predicted **1**" in words(app)
    app.segmented_control(key="inside_source").set_value("Test image").run()
    app.query_params["image"] = "drawing"
    assert "Your drawing · predicted **1**" in words(app.run()), "the link on Predict leads to the drawing"
    before = float(metrics(app)["Loss before"])
    app.selectbox(key="inside_label").select(8).run()
    assert float(metrics(app)["Loss before"]) > before


@pytest.mark.parametrize("name", ["article", "relu", "convolutional", "softmax"])
def test_all_units_of_the_first_layer_can_be_sorted_in_every_way(open_page, name: str):
    app = open_page(PAGE, model=name)
    app.toggle(key="inside_show_wall").set_value(True).run()
    sort = app.segmented_control(key="inside_sort")
    assert ("What it votes for" in sort.options) == (name == "article")
    for way in sort.options:
        app.segmented_control(key="inside_sort").set_value(way).run()
        assert not app.exception
    assert "Dead (never on): " in words(app)


def test_the_images_that_excite_a_digit_most_are_of_this_digit(open_page):
    app = open_page(PAGE)
    app.selectbox(key="inside_layer").select("digit").run()
    app.number_input(key="inside_unit").set_value(3).run()
    app.toggle(key="inside_show_exciting").set_value(True).run()
    assert not app.exception
    assert "most for the digit 3" in words(app)


def test_a_link_to_a_drawing_that_is_gone_is_one_sentence(open_page):
    app = open_page(PAGE, image="drawing")
    assert not app.exception
    assert [warning.value for warning in app.warning] == [
        "There is no drawing here. Draw a digit on Predict first."
    ]


@pytest.mark.parametrize("asked", ["10000", "-1", "seven"])
def test_no_such_test_image_is_one_sentence(open_page, asked: str):
    app = open_page(PAGE, image=asked)
    assert not app.exception
    assert [warning.value for warning in app.warning] == [
        "There is no such test image. They have the numbers 0 to 9,999."
    ]
    assert not app.number_input(key="inside_index").set_value(3).run().warning


def test_a_network_of_other_layers_is_one_sentence_and_the_rest_stays(trained, tmp_path):
    image = keras.Input((28, 28), name="image")
    x = keras.layers.LSTM(4, name="memory")(image)
    other = keras.Model(image, keras.layers.Dense(10, "softmax", name="digit")(x))
    other.save(tmp_path / "other.keras")
    app, _ = trained(Recipe(), (tmp_path / "other.keras").read_bytes())
    assert not app.exception
    assert "“memory” of this model (LSTM)" in app.error[0].value
    app.selectbox(key="inside_model").select("relu").run()
    assert not app.error


def test_a_run_deleted_while_one_looks_is_one_sentence(trained):
    app, run = trained(Recipe(hidden_units=(4,)))
    resources.store().delete(run.id, run.owner)
    forget_network(run.id)
    app.button(key="inside_next").click().run()
    assert not app.exception
    assert len(app.warning) + len(app.error) >= 1


def test_choosing_another_network_begins_at_one_of_its_units(open_page):
    app = open_page(PAGE)
    app.number_input(key="inside_unit").set_value(299).run()
    app.selectbox(key="inside_model").select("convolutional").run()
    assert not app.exception
    assert app.selectbox(key="inside_layer").value == "hidden_1"
    assert app.number_input(key="inside_unit").max == 63
    app.selectbox(key="inside_model").select("softmax").run()
    assert not app.exception
    assert app.selectbox(key="inside_layer").value == "digit"
