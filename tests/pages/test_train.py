import dataclasses
import re
import sqlite3
import threading
import time

import pytest
from sqlalchemy import delete

from core.data import DataError, load_mnist
from core.export.keras_script import keras_script
from core.jobs.queue import RunQueue
from core.presets import PRESETS
from core.recipe import Recipe
from core.steering.control import Control
from core.store.database import StoreError
from core.store.queries import update_run
from core.store.run import RunState
from core.store.tables import FILES
from tests.pages.conftest import TIMEOUT, train_until_finished, wait_for_state, wait_until_trained, words
from tests.stored import finished_run
from ui import data_form, resources
from ui.train import panel
from ui.train.head import progress as progress_of
from ui.words import clock


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def tiny(app, round_number: int = 0):
    """The smallest training that the form allows."""
    app.select_slider(key=f"recipe_{round_number}_train_size").set_value(100)
    return app.slider(key=f"recipe_{round_number}_epochs").set_value(1)


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


def test_who_leaves_and_comes_back_sees_the_same_run(open_page, browser):
    browser("ann")
    ann = open_page("2_train")
    tiny(ann).run()
    ann.button(key="train_start").click().run()
    browser("bob")
    bob = open_page("2_train")
    wait_until_trained()
    bob.run()
    assert metrics(bob)["Test accuracy"] != "–", "who only looks on keeps the result, too"
    for app in (ann, bob):
        app.switch_page("pages/1_explore.py").run()
        app.switch_page("pages/2_train.py").run()
        assert "Run 1" in words(app)
        assert metrics(app)["Test accuracy"] != "–"
    assert bob.session_state["run"] == ann.session_state["run"]


def progress(app) -> str:
    """What stands beside the progress bar."""
    return " ".join(bar.proto.text for bar in app.get("progress"))


def keys(app) -> list[str]:
    return [button.key for button in app.button]


def newest() -> str:
    return resources.store().runs(limit=1)[0].id


def start(open_page, browser, name: str):
    """Somebody starts a training."""
    browser(name)
    app = open_page("2_train")
    app.text_input(key="nickname").set_value(name).run()
    app.button(key="train_start").click().run()
    assert not app.exception
    return app


def test_a_second_student_waits_in_line_and_may_cancel(open_page, browser, held_back, monkeypatch):
    announced: list[str] = []
    monkeypatch.setattr(panel, "announce", lambda text, key: announced.append(text))
    ann = start(open_page, browser, "ann")
    wait_for_state(newest(), RunState.RUNNING)
    assert announced[-1] in ("Training queued.", "Training started.")
    bob = start(open_page, browser, "bob")
    assert announced[-1] == "Training queued."
    second = newest()
    cem = start(open_page, browser, "cem")
    assert "Queued: it starts automatically" in progress(bob)
    assert metrics(ann)["Epochs finished"] == "0 / 10"
    assert metrics(bob)["Position in queue"] == "1 / 1"
    assert metrics(cem)["Position in queue"] == "2 / 2"
    assert re.fullmatch(r"\d+ s", metrics(bob)["Starts in about"])
    assert bob.button(key="train_stop").label == "Cancel"

    # At most one waiting run for each: the second one is refused, and nothing is lost.
    bob.button(key="train_start").click().run()
    assert "You already have a queued run" in bob.toast[0].value
    assert len(resources.store().active()) == 3

    bob.button(key="train_stop").click().run()
    assert not bob.exception
    assert second not in [run.id for run in resources.store().runs()]
    cem.run()
    assert metrics(cem)["Position in queue"] == "1 / 1"


def test_only_the_owner_stops(open_page, browser, held_back):
    start(open_page, browser, "ann")
    run_id = newest()
    wait_for_state(run_id, RunState.RUNNING)

    # The link that Ann shares shows Bob her run, and does not make him its owner.
    browser("bob")
    shared = open_page("2_train", run=run_id)
    assert "Started by ann" in progress(shared)
    assert "train_stop" not in keys(shared)

    # A refresh or another tab is a new session of the same browser: it is still Ann's.
    browser("ann")
    refreshed = open_page("2_train")
    refreshed.button(key="train_stop").click().run()
    held_back.set()
    wait_until_trained()
    assert resources.store().get(run_id).state is RunState.STOPPED
    refreshed = open_page("2_train", run=run_id)
    assert "Stopped early" in words(refreshed)
    assert refreshed.text_input(key="nickname").value == "ann", "who has trained before is known"
    browser("bob")
    assert "Started by ann. You can look, but not change it." in words(open_page("2_train", run=run_id))


def test_a_personal_link_makes_another_device_mine(open_page, browser):
    run = finished_run(resources.store(), Recipe(epochs=1), owner="0123456789abcdef")
    browser("fedcba9876543210")
    other = open_page("5_runs", me="0123456789abcdef", run=run.id)
    assert "run_save" not in keys(other), "a link that was sent to a class makes nobody another one"
    assert "0123456789abcdef" in other.query_params["me"], "a refresh asks again"
    other.button(key="identity_use").click().run()
    assert "run_save" in keys(other)
    assert "me" not in other.query_params, "nobody copies it out of the address bar"


def test_whoever_comes_by_sees_what_is_trained(open_page, browser, held_back):
    ann = start(open_page, browser, "ann")
    browser("bob")
    bob = open_page("2_train")
    assert "Run 1" in words(bob)
    assert bob.session_state["run"] == ann.session_state["run"]


def test_settings_stay_open_when_somebody_else_s_training_begins(open_page, browser, held_back):
    browser("bob")
    bob = open_page("2_train")
    browser("ann")
    start(open_page, browser, "ann")
    browser("bob")
    bob.slider(key="recipe_0_epochs").set_value(3).run()
    assert "Run 1" not in words(bob)
    assert not [one for one in bob.expander if one.proto.label.startswith("Settings of the next run")]
    bob.switch_page("pages/1_explore.py").run()
    bob.switch_page("pages/2_train.py").run()
    assert "Run 1" in words(bob)


def test_a_run_that_was_deleted_gives_way_to_another(open_page, browser):
    finished_run(resources.store(), Recipe(epochs=1), owner="ann")
    browser("ann")
    other = open_page("2_train", run="deleted")
    assert not other.exception
    assert "no longer on this server" in other.warning[0].value
    assert "Run 1" in words(other)


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


def test_unknown_run_in_the_address(open_page):
    app = open_page("2_train", run="no-such-run")
    assert not app.exception
    assert "no longer on this server" in app.warning[0].value


def test_an_interrupted_run_goes_on_when_anybody_opens_any_page(open_page, store):
    run = RunQueue(store).enqueue(Recipe(epochs=1, train_size=100), "ann", "Left by the server before")
    app = open_page("0_home")
    assert not app.exception
    wait_until_trained()
    assert store.get(run.id).state is RunState.FINISHED


def test_the_last_epoch_is_not_counted_beyond_the_end(open_page, store):
    """While the network is evaluated, all epochs are done and the run is not finished yet."""
    run = finished_run(store, Recipe(epochs=1), owner="ann")
    evaluating = dataclasses.replace(run, state=RunState.RUNNING, progress=0.99, test_accuracy=None)
    _, text = progress_of(evaluating)
    assert text == "Evaluating on the test set…"
    _, text = progress_of(dataclasses.replace(evaluating, recipe=Recipe(epochs=2), progress=0.6))
    assert text.startswith("Epoch 2 of 2")


def test_times_are_said_as_one_says_them():
    assert [clock(seconds) for seconds in (0.2, 8.4, 59.7, 125, 300)] == [
        "0 s",
        "8 s",
        "1 min",
        "2 min 5 s",
        "5 min",
    ]


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


def test_while_the_store_is_locked_a_watching_tab_says_so(
    open_page, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    resources.scheduler().shutdown()
    queue = RunQueue(resources.store())
    run = queue.enqueue(Recipe(), "ann", "Run")
    lease = queue.lease("worker")
    app = open_page("2_train", run=run.id)
    assert "locked" not in words(app)
    monkeypatch.setattr("core.store.database.NOTICE_SECONDS", 0.0)
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    heartbeat = threading.Thread(target=lease.heartbeat, args=(0.5,))
    heartbeat.start()
    while not resources.store().database.notice:
        assert heartbeat.is_alive()
    app.run()
    assert not app.exception
    assert "The run store is locked by another program." in app.warning[0].value
    assert "What you see here may be out of date." in app.warning[0].value
    other.execute("ROLLBACK")
    other.close()
    heartbeat.join()
    assert "locked" not in words(app.run())


def test_without_the_data_the_page_stays_and_the_worker_says_what_is_missing(open_page, monkeypatch):
    def missing() -> None:
        raise DataError("The file is missing.")

    monkeypatch.setattr(data_form, "load_mnist", missing)
    data_form.refusal.clear()
    app = open_page("2_train")
    assert not app.exception
    assert not app.button(key="train_start").disabled
    data_form.refusal.clear()


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
