import threading

import pytest

from core.recipe import PRESETS
from core.runs import RunState
from tests.pages.conftest import train_until_finished, words
from ui import resources


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def tiny(app, round_number: int = 0):
    """The smallest training that the form allows."""
    app.select_slider(key=f"recipe_{round_number}_train_size").set_value(100)
    return app.slider(key=f"recipe_{round_number}_epochs").set_value(1)


def test_every_preset_fills_the_form(open_page):
    app = open_page("2_train")
    for number, (name, recipe) in enumerate(PRESETS.items()):
        if number:
            app.selectbox(key="train_preset").select(name).run()
        assert not app.exception
        assert metrics(app)["Parameters"] == f"{recipe.parameters:,}"
        assert app.button(key="train_reset").disabled, "the form shows the preset itself"
        app.button(key="train_start").click().run()
        resources.trainer().shutdown()
        assert resources.store().runs()[0].recipe == recipe


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


def test_a_training_and_its_result(open_page):
    app = open_page("2_train")
    tiny(app).run()
    train_until_finished(app)
    assert not app.exception
    (run,) = resources.store().runs()
    assert run.state is RunState.FINISHED
    shown = metrics(app)
    assert shown["Test images"] == f"{run.test_accuracy:.2%}"
    assert shown["Images it learned from"] == f"{run.train_accuracy:.2%}"
    assert shown["Epochs finished"] == "1 / 1"
    assert "hardly learned anything" in words(app)
    assert "300 sigmoid · adam 0.001 · epochs 1 · batch size 1,000 · images 100 · seed 0" in words(app)
    assert app.query_params["run"] == run.id

    # On to Evaluate, where the new network is at the top of the list.
    app.switch_page("pages/3_evaluate.py")
    app.query_params["model"] = run.id
    app.run()
    assert metrics(app)["Test images, read right"] == f"{run.test_accuracy:.2%}"


def test_what_the_form_shows_is_what_is_trained(open_page):
    """A change and the click on Start may reach the server together."""
    app = open_page("2_train")
    tiny(app)
    app.number_input(key="recipe_0_hidden_units_1").set_value(7)
    app.button(key="train_start").click().run()
    assert resources.store().runs()[0].recipe.hidden_units == (7,)


def test_a_watcher_keeps_the_result_and_a_refresh_too(open_page, browser):
    browser("ann")
    ann = open_page("2_train")
    tiny(ann).run()
    ann.button(key="train_start").click().run()
    browser("bob")
    bob = open_page("2_train")
    resources.trainer().join(60)
    bob.run()
    assert "Test images" in metrics(bob)
    bob.switch_page("pages/1_explore.py").run()
    bob.switch_page("pages/2_train.py").run()
    assert "Test images" in metrics(bob)
    assert bob.query_params["run"] == ann.query_params["run"]


def test_coming_back_shows_the_same_run(open_page):
    app = open_page("2_train")
    tiny(app).run()
    train_until_finished(app)
    app.switch_page("pages/0_home.py").run()
    app.switch_page("pages/2_train.py").run()
    assert "Run 1" in words(app)
    assert "Test images" in metrics(app)


def test_a_second_student_is_told_and_can_watch(open_page, browser):
    browser("ann")
    first = open_page("2_train")
    first.slider(key="recipe_0_epochs").set_value(50).run()
    first.button(key="train_start").click().run()
    run = resources.store().active()

    browser("bob")
    second = open_page("2_train")
    second.button(key="train_start").click().run()
    assert not second.exception
    assert "Somebody else is training" in second.toast[0].value
    assert "started by somebody else" in words(second)
    assert "train_stop" not in [button.key for button in second.button]

    # The link that Ann shares does not make Bob the owner.
    shared = open_page("2_train", **first.query_params)
    assert "train_stop" not in [button.key for button in shared.button]

    first.button(key="train_start").click().run()
    assert "Your training is still going on" in first.toast[0].value

    # A refresh or another tab is a new session of the same browser: it is still Ann's.
    browser("ann")
    refreshed = open_page("2_train")
    refreshed.button(key="train_stop").click().run()
    resources.trainer().join(60)
    assert resources.store().get(run.id).state is RunState.STOPPED
    refreshed = open_page("2_train", run=run.id)
    assert "Stopped early" in words(refreshed)


def test_who_has_trained_before_can_watch_another(open_page, browser):
    browser("ann")
    ann = open_page("2_train")
    tiny(ann).run()
    train_until_finished(ann)
    browser("bob")
    bob = open_page("2_train")
    bob.slider(key="recipe_0_epochs").set_value(50).run()
    bob.button(key="train_start").click().run()
    ann.run()
    assert "Run 1" in words(ann)
    ann.button(key="train_watch").click().run()
    assert "Run 2" in words(ann)
    assert "started by somebody else" in words(ann)


def test_a_run_that_was_dropped_gives_way_to_the_active_one(open_page):
    app = open_page("2_train")
    app.slider(key="recipe_0_epochs").set_value(50).run()
    app.button(key="train_start").click().run()
    other = open_page("2_train", run="dropped")
    assert not other.warning
    assert "Run 1" in words(other)


def test_a_failed_training_is_one_sentence(open_page, monkeypatch: pytest.MonkeyPatch):
    app = open_page("2_train")
    trainer = resources.trainer()

    def fail():
        raise MemoryError

    monkeypatch.setattr(trainer, "_load_data", fail)
    app = train_until_finished(app)
    assert not app.exception
    assert "ran out of memory" in app.error[0].value


def test_unknown_run_in_the_address(open_page):
    app = open_page("2_train", run="no-such-run")
    assert not app.exception
    assert "not on this server any more" in app.warning[0].value


def test_no_worker_is_left_behind(open_page):
    app = open_page("2_train")
    tiny(app).run()
    train_until_finished(app)
    assert "digit-lab-training" not in [thread.name for thread in threading.enumerate()]
