"""The time machine on Inside: back through the epochs of a training, or a sentence why not."""

import json

import pytest
from sqlalchemy import text

from core.history import Checkpoint, Epoch
from core.jobs.queue import RunQueue
from core.model import build_model, to_bytes, weights_by_layer
from core.recipe import Recipe
from core.snapshot import Snapshot, pack
from tests.pages.conftest import forget_network, words
from tests.stored import finished_run
from ui import resources

PAGE = "8_inside"
RECIPE = Recipe(hidden_units=(4,), epochs=2)
EPOCHS = (Epoch(1, 0.5, 0.9, None, None, 1.0), Epoch(2, 0.4, 0.9, None, None, 1.0))


def train(recipe: Recipe = RECIPE, end: bool = True):
    """A run with three snapshots, of untrained networks with different seeds."""
    store = resources.store()
    queue = RunQueue(store)
    queue.enqueue(recipe, "ann", "Run")
    lease = queue.lease("worker")
    assert lease
    models = [build_model(Recipe(hidden_units=(4,), seed=seed)) for seed in range(3)]
    snapshots = [Snapshot(epoch, pack(weights_by_layer(model))) for epoch, model in enumerate(models)]
    lease.save(Checkpoint(EPOCHS[:1], b"state", tuple(snapshots[:2])))
    lease.save(Checkpoint(EPOCHS, b"state", tuple(snapshots[2:])))
    if end:
        lease.finish(to_bytes(models[2]), b"state", False, 0.9, 0.9, {})
    return lease


def test_the_slider_moves_everything_on_the_page(open_page):
    app = open_page(PAGE, image="0")
    assert "predicted **7**, confidence 99.7%" in words(app)
    loss = next(metric.value for metric in app.metric if metric.label == "Loss before")
    app.select_slider(key="inside_epoch").set_value(0).run()
    assert not app.exception
    assert "predicted **7**" not in words(app), "the network is untrained"
    assert next(metric.value for metric in app.metric if metric.label == "Loss before") > loss
    app.toggle(key="inside_show_wall").set_value(True).run()
    app.select_slider(key="inside_epoch").set_value(1).run()
    assert not app.exception
    app.select_slider(key="inside_epoch").set_value(10).run()
    assert "predicted **7**, confidence 99.7%" in words(app)


def test_the_film_says_when_the_digit_was_learned(open_page):
    app = open_page(PAGE, image="0")
    app.toggle(key="inside_film").set_value(True).run()
    assert not app.exception
    assert "predicts **7** for test image 0 from **epoch 1** on" in words(app)
    assert "is of 10,000 test images" in words(app)
    app.segmented_control(key="inside_film_weights").set_value("all").run()
    assert not app.exception
    app.number_input(key="inside_index").set_value(247).run()
    assert "still gets test image 247 wrong: it is a **4**" in words(app)
    app.selectbox(key="inside_layer").select("digit").run()
    app.segmented_control(key="inside_film_weights").set_value("chosen").run()
    assert not app.exception


def test_a_run_of_ones_own_has_its_epochs(open_page):
    lease = train()
    app = open_page(PAGE, model=lease.run.id)
    slider = app.select_slider(key="inside_epoch")
    assert (slider.options, slider.value) == (["0, untrained", "1", "2"], 2)
    app.toggle(key="inside_film").set_value(True).run()
    assert not app.exception
    app.select_slider(key="inside_epoch").set_value(1).run()
    app.selectbox(key="inside_model").select("article").run()
    assert app.select_slider(key="inside_epoch").value == 10, "another network begins at its end"


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        (RECIPE, "no snapshots for the time machine"),
        (Recipe(hidden_units=(1000, 1000)), "too large for the time"),
    ],
    ids=["older run", "large"],
)
def test_a_run_without_snapshots_is_one_sentence(open_page, recipe: Recipe, sentence: str):
    run = finished_run(resources.store(), recipe, network=to_bytes(build_model(RECIPE)), epochs=1)
    app = open_page(PAGE, model=run.id)
    assert not app.exception
    assert words(app).count(sentence) == 1
    assert app.metric


def test_a_bundled_network_without_snapshots_names_the_one_with_them(open_page):
    assert "Choose the article network" in words(open_page(PAGE, model="softmax"))


def test_damaged_snapshots_are_one_sentence_and_the_rest_stays(open_page):
    lease = train()
    with lease.store.database.writing() as connection:
        connection.execute(text("UPDATE snapshots SET sha256 = 'x' WHERE epoch = 1"))
    app = open_page(PAGE, model=lease.run.id)
    assert not app.exception
    assert [warning.value for warning in app.warning] == [
        "The snapshots of this run are damaged, so there is no way back to its earlier epochs."
    ]
    assert app.metric


def test_a_run_deleted_while_one_looks_is_one_sentence(open_page):
    lease = train()
    app = open_page(PAGE, model=lease.run.id)
    app.toggle(key="inside_film").set_value(True).run()
    resources.store().delete(lease.run.id, "ann")
    forget_network(lease.run.id)
    app.button(key="inside_random").click().run()
    assert not app.exception
    assert len(app.warning) + len(app.error) == 1


def test_a_network_in_training_is_followed_live(open_page):
    lease = train(end=False)
    app = open_page(PAGE, image="0")
    assert not [one for one in app.toggle if one.key == "inside_live" and one.value]
    app.toggle(key="inside_live").set_value(True).run()
    assert not app.exception
    assert "after epoch 2 of 2" in words(app)
    curves = next(json.loads(chart.proto.spec) for chart in charts(app) if "Probability" in chart.proto.spec)
    assert curves["encoding"]["y"]["title"] == "Probability"
    lease.fail("Training diverged.")
    app.run()
    assert not app.exception
    assert not [one for one in app.toggle if one.key == "inside_live"]


def charts(app):
    return app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")
