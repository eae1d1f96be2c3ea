"""What a visitor can change and delete of what this server keeps of them."""

import numpy as np

from core.recipe import Recipe
from core.store.drawings import DrawingStore
from core.store.owners import link_browser, linked_owner
from core.store.run import RunState
from tests.pages.actions import keys, tiny
from tests.pages.conftest import wait_for_state, wait_until_trained, words
from tests.pages.people import ANN, BOB
from tests.stored import finished_run
from ui import resources, session


def test_a_nickname_is_changed_and_taken_off_in_all_runs(open_page, browser):
    store = resources.store()
    for number in range(2):
        finished_run(store, Recipe(epochs=1), ANN, f"{number}", nickname="Bad word")
    other = finished_run(store, Recipe(epochs=1), BOB, nickname="Bob")
    browser(ANN)
    app = open_page("5_runs")
    for said, kept in {"  Ann  K. ": "Ann K.", "": ""}.items():
        app.text_input(key="my_nickname").set_value(said)
        app.button(key="my_nickname_save").click().run()
        assert not app.exception
        assert [run.nickname for run in store.runs(ANN)] == [kept, kept]
        assert store.get(other.id).nickname == "Bob"
    app.text_input(key="my_nickname").set_value("n" * 21)
    app.button(key="my_nickname_save").click().run()
    assert "A nickname can have at most 20 characters." in app.error[0].value
    app.switch_page("pages/2_train.py").run()
    assert app.text_input(key="nickname").value == "", "the next run has none, either"


def test_all_that_is_mine_is_deleted_also_what_is_in_training(open_page, browser, held_back):
    store = resources.store()
    others = finished_run(store, Recipe(epochs=1), BOB)
    finished_run(store, Recipe(epochs=1), ANN)
    link_browser(store.database, "tablet", ANN)
    browser("tablet")
    app = open_page("2_train")
    tiny(app)
    app.button(key="train_start").click().run()
    training = app.session_state["run"]
    wait_for_state(training, RunState.RUNNING)
    DrawingStore(store.database, ANN).save(np.ones((28, 28), np.uint8), 1)

    app.switch_page("pages/5_runs.py").run()
    assert "keeps 2 runs of yours" in words(app)
    assert "1 drawing, and 0 drawings in classes" in words(app)
    app.button(key="my_data_delete_for_good").click().run()
    assert not app.exception
    assert app.toast[0].value == "All your data was deleted."
    assert [run.id for run in store.runs()] == [others.id]
    assert len(DrawingStore(store.database, ANN)) == 0
    assert linked_owner(store.database, "tablet") is None
    assert "keeps 0 runs of yours" in words(app)
    held_back.set()
    wait_until_trained()
    assert [run.id for run in store.runs()] == [others.id], "the worker writes nothing any more"
    assert store.get(others.id).state is RunState.FINISHED
    assert "run_save" not in keys(app)


def test_a_nickname_is_forgotten_with_all_that_is_mine(open_page, browser):
    browser(ANN)
    finished_run(resources.store(), Recipe(epochs=1), ANN, nickname="Ann")
    tab = open_page("2_train")
    app = open_page("5_runs")
    app.text_input(key="my_nickname").set_value("Real name")
    app.button(key="my_nickname_save").click().run()
    assert tab.run().session_state[session.NICKNAME] == "Real name"
    app.button(key="my_data_delete_for_good").click().run()
    assert not app.exception
    assert session.NICKNAME not in app.session_state
    assert tab.run().session_state[session.NICKNAME] == "", "in another tab, too"
