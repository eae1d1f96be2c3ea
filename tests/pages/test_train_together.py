"""Train as several people share it: who waits, who looks on, and whose run it is."""

import re
import sqlite3
import threading

import pytest

from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.run import RunState
from tests.pages.actions import keys, metrics, newest, progress, tiny
from tests.pages.conftest import wait_for_state, wait_until_trained, words
from tests.stored import finished_run
from ui import resources
from ui.train import panel


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
