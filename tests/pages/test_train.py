"""A training on the page of Train, from its start to its result."""

import dataclasses
import time

import pytest
from sqlalchemy import delete

from core.data import load_mnist
from core.export.keras_script import keras_script
from core.recipe import Recipe
from core.steering.control import Control
from core.store.database import StoreError
from core.store.queries import update_run
from core.store.run import RunState
from core.store.tables import FILES
from tests.pages.actions import keys, metrics, newest, progress, tiny
from tests.pages.conftest import TIMEOUT, train_until_finished, wait_until_trained, words
from tests.stored import finished_run
from ui import resources
from ui.train.head import progress as progress_of


def test_a_guess_stands_beside_the_result_of_its_run(open_page):
    app = open_page("2_train")
    tiny(app)
    app.number_input(key="train_guess").set_value(95.5)
    train_until_finished(app)
    assert not app.exception
    (shown,) = [metric for metric in app.metric if metric.label == "Test accuracy"]
    assert shown.delta == "Your guess: 95.5%"
    assert "You guessed 95.5%. The test accuracy is" in words(app)
    assert app.number_input(key="train_guess").value is None, "the next run gets a guess of its own"
    session_of_another = open_page("2_train", run=resources.store().runs()[0].id)
    assert "You guessed" not in words(session_of_another)


def test_a_training_and_its_result(open_page):
    app = open_page("2_train")
    tiny(app).run()
    train_until_finished(app)
    assert not app.exception
    (run,) = resources.store().runs()
    assert run.state is RunState.FINISHED
    shown = metrics(app)
    assert shown["Test accuracy"] == f"{run.test_accuracy:.2%}"
    assert shown["Training accuracy"] == f"{run.train_accuracy:.2%}"
    assert shown["Validation accuracy"] == "–"
    assert shown["Epochs finished"] == "1 / 1"
    assert [metric.value for metric in app.metric].count(shown["Test accuracy"]) == 1
    assert "hardly learned anything" in words(app)
    assert run.recipe.settings in words(app)
    assert "run" not in app.query_params, "a page writes nothing into its address by itself"
    assert "train_use" not in keys(app), "they are in the form already"

    # On to Evaluate, where the new network is at the top of the list.
    app.switch_page("pages/3_evaluate.py")
    app.query_params["model"] = run.id
    app.run()
    assert metrics(app)["Test accuracy"] == f"{run.test_accuracy:.2%}"


def test_the_data_can_be_chosen_and_is_trained_and_shown(open_page):
    app = open_page("2_train")
    tiny(app)
    app.select_slider(key="recipe_0_train_size").set_value(1000)
    app.slider(key="recipe_0_validation_share").set_value(0.2)
    app.segmented_control(key="recipe_0_writers").set_value("students")
    app.toggle(key="recipe_0_balanced").set_value(True)
    app.pills(key="recipe_0_left_out").set_value([9])
    app.slider(key="recipe_0_label_noise").set_value(0.1).run()
    assert "nobody's digits are on both sides" in words(app), "a new run splits by writer"
    app.pills(key="recipe_0_noise_pair").set_value([3, 9]).run()
    assert app.warning[0].value.startswith("A digit that is left out cannot be mixed up")
    app.pills(key="recipe_0_noise_pair").set_value([3, 5]).run()
    train_until_finished(app)
    assert not app.exception
    (run,) = resources.store().runs()
    assert run.state is RunState.FINISHED
    assert run.recipe.settings.endswith(
        "validation split 20% by writer · only students' digits · equally many of each digit · without 9 · "
        "10% wrong labels among the 3s and 5s"
    )
    assert run.recipe.settings in words(app)
    assert "- without 9" in keras_script(run.recipe)


def test_train_further(open_page):
    app = open_page("2_train")
    tiny(app).run()
    train_until_finished(app)
    parent = resources.store().runs()[0]
    app.number_input(key=f"train_more_{parent.id}").set_value(2).run()
    app.button(key="train_extend").click().run()
    assert not app.exception
    wait_until_trained()
    app.run()
    child = resources.store().runs()[0]
    assert (child.parent, child.epochs_done) == (parent.id, 3)
    assert metrics(app)["Epochs finished"] == "3 / 3"
    assert app.session_state["run"] == child.id


def test_an_interrupted_run_is_resumed_with_a_click(open_page, monkeypatch: pytest.MonkeyPatch):
    app = open_page("2_train")
    tiny(app).run()

    def fail():
        raise StoreError("The disk of this server is full.")

    monkeypatch.setattr(resources.scheduler(), "_load_data", fail)
    app = train_until_finished(app)
    assert not app.exception
    assert "The disk of this server is full." in words(app)
    monkeypatch.undo()
    monkeypatch.setattr(resources.scheduler(), "_load_data", load_mnist)
    app.button(key="train_resume").click().run()
    wait_until_trained()
    app.run()
    assert resources.store().runs()[0].state is RunState.FINISHED
    assert metrics(app)["Test accuracy"] != "–"


def test_a_failed_training_is_one_sentence(open_page, monkeypatch: pytest.MonkeyPatch):
    app = open_page("2_train")

    def fail():
        raise MemoryError

    monkeypatch.setattr(resources.scheduler(), "_load_data", fail)
    app = train_until_finished(app)
    assert not app.exception
    assert "ran out of memory" in app.error[0].value


def test_the_last_epoch_is_not_counted_beyond_the_end(open_page, store):
    """While the network is evaluated, all epochs are done and the run is not finished yet."""
    run = finished_run(store, Recipe(epochs=1), owner="ann")
    evaluating = dataclasses.replace(run, state=RunState.RUNNING, progress=0.99, test_accuracy=None)
    _, text = progress_of(evaluating)
    assert text == "Evaluating on the test set…"
    _, text = progress_of(dataclasses.replace(evaluating, recipe=Recipe(epochs=2), progress=0.6))
    assert text.startswith("Epoch 2 of 2")


def wait_until(app, condition) -> None:
    """Look at the page again until it shows something."""
    deadline = time.monotonic() + TIMEOUT
    while not condition(app.run()):
        assert not app.exception
        assert time.monotonic() < deadline, words(app)


def test_a_run_in_slow_motion_shows_a_batch_and_says_that_it_was_steered(open_page, browser):
    browser("ann")
    app = open_page("2_train")
    tiny(app)
    app.select_slider(key="recipe_0_batch_size").set_value(32)
    app.toggle(key="train_slow_start").set_value(True)
    app.button(key="train_start").click().run()
    wait_until(app, lambda app: "before the first batch" in progress(app))
    with resources.store().database.writing() as connection:
        connection.execute(delete(FILES).where(FILES.c.kind == "moment"))
    assert "train_next_batch" in keys(app.run()), "there is always a way out of a pause"
    app.segmented_control(key=f"train_rate_{newest()}_1").set_value(10.0).run()
    assert app.segmented_control(key=f"train_rate_{newest()}_10").value == 10.0
    app.button(key="train_next_batch").click().run()
    wait_until(app, lambda app: "after batch 1 of 4" in progress(app))
    assert "Loss on this batch" in words(app)
    browser("bob")
    bob = open_page("2_train", run=newest())
    assert "Loss on this batch" in words(bob), "a class may watch"
    assert "train_next_batch" not in keys(bob)
    assert "train_steer" not in keys(bob)
    browser("ann")
    app.button(key="train_go_on").click().run()
    wait_until_trained()
    app.run()
    assert not app.exception
    assert "Steered while it was trained: learning rate 0.01 from epoch 1, batch 1." in words(app)
    assert resources.store().runs()[0].state is RunState.FINISHED
    assert "train_slow_motion" not in [block.proto.id for block in app.get("container")]
    with resources.store().database.writing() as connection:
        update_run(connection, newest(), control=Control(pause_ended="Others wait.").to_json())
    assert "Others wait." in words(app.run())
    browser("bob")
    assert "Others wait." not in words(bob.run()), "it was not his pause"


def test_a_training_that_diverges_says_which_setting_to_change(open_page):
    app = open_page("2_train")
    app.select_slider(key="recipe_0_train_size").set_value(1000)
    app.select_slider(key="recipe_0_batch_size").set_value(8)
    app.slider(key="recipe_0_hidden_layers").set_value(2)
    app.select_slider(key="recipe_0_learning_rate").set_value(1.0).run()
    train_until_finished(app)
    assert "the loss no longer changes" in app.error[0].value
    assert "Set it to 0.1." in app.error[0].value
