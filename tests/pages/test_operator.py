"""The operators' page: closed to all without the key, outside the navigation, and in charge of the queue."""

import sys
import time

import pytest
import streamlit as st

from core.jobs.dask_cluster import CLUSTER_VARIABLE
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import MAX_COOKIELESS
from core.jobs.registry import register
from core.jobs.teacher_key import KEY_VARIABLE, MAX_WRONG
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore
from tests.pages.conftest import words
from tests.stored import finished_run
from ui import resources

KEY = "a long random text"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    return KEY


@pytest.fixture
def queued(store: RunStore) -> list[str]:
    """Runs that wait, with one of another server in training."""
    resources.scheduler().shutdown()
    queue = RunQueue(store)
    queue.enqueue(Recipe(), "ann", "In training")
    assert queue.lease("another server")
    return [queue.enqueue(Recipe(), owner, "Run", owner).id for owner in ("bob", "cem", "dan")]


def unlock(app, said: str):
    app.text_input(key="operator_key").set_value(said)
    return app.button(key="operator_unlock").click().run()


def keys(app) -> set[str]:
    return {button.key for button in app.button}


def test_without_a_key_the_page_says_how_to_set_one(open_page, queued):
    app = open_page("7_operator")
    assert not app.exception
    assert f"Set `{KEY_VARIABLE}` as an environment variable or in Streamlit's secrets" in words(app)
    assert [field.key for field in app.text_input if field.key.startswith("operator")] == []
    assert "operator_clear" not in keys(app)


def test_with_the_key_any_run_can_be_cancelled_and_the_queue_cleared(
    open_page, key, queued, browser, store: RunStore
):
    app = unlock(open_page("7_operator"), KEY)
    assert not app.exception
    assert "Now: 1 training, 3 queued." in words(app)
    app.multiselect(key="operator_runs").set_value([queued[1]]).run()
    app.button(key="operator_cancel").click().run()
    assert app.toast[0].value == "1 run cancelled."
    assert [run.id for run in store.active() if run.state is RunState.QUEUED] == [queued[0], queued[2]]
    app.button(key="operator_clear").click().run()
    assert not app.exception
    assert [run.state for run in store.active()] == [RunState.RUNNING]
    browser("bob")
    assert "it was deleted, or taken out of the queue" in words(open_page("2_train", run=queued[0]))


def test_worker_processes_are_listed(open_page, key, store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(resources.WORKERS_VARIABLE, "0")
    register(store, "laptop 12 3c4d")
    app = unlock(open_page("7_operator"), KEY)
    assert not app.exception
    assert "Worker processes: 1. This server trains nothing itself." in words(app)
    assert list(app.dataframe[0].value["Worker"]) == ["laptop 12 3c4d"]
    assert "0 of 600 MB" in words(app)
    assert "keras" in words(app)


def test_what_is_wrong_with_the_cluster_is_said(open_page, key, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(CLUSTER_VARIABLE, " tcp://127.0.0.1:1 ")
    monkeypatch.setitem(sys.modules, "distributed", None)
    app = unlock(open_page("7_operator"), KEY)
    resources.scheduler()
    while not resources.cluster().trouble:
        time.sleep(0.01)
    app.run()
    assert not app.exception
    assert "DIGIT_LAB_CLUSTER needs Dask, which is not installed" in app.warning[0].value
    assert "This server trains nothing itself." in words(app)


def test_a_wrong_key_shows_nothing_and_tries_are_limited(open_page, key, queued, browser):
    browser("eve")
    for _ in range(MAX_WRONG):
        app = unlock(open_page("7_operator"), "guess")
        assert app.error[0].value == "This is not the key."
        assert "operator_clear" not in keys(app)
    app = unlock(app, KEY)
    assert "Too many wrong keys" in app.error[0].value, "also not with the right one, and in another session"
    assert "queued" not in words(app)
    browser("teacher")
    assert "3 queued" in words(unlock(open_page("7_operator"), KEY))


def test_the_page_is_at_its_address_and_not_in_the_navigation(open_page, monkeypatch: pytest.MonkeyPatch):
    shown = {}
    navigation = st.navigation

    def remember(pages, **options):
        shown.update({page.url_path: page.visibility for page in pages})
        return navigation(pages, **options)

    monkeypatch.setattr(st, "navigation", remember)
    open_page()
    assert [path for path, visibility in shown.items() if visibility == "hidden"] == ["operator", "board"]


def test_visitors_without_a_cookie_do_not_keep_out_the_others(open_page, browser, store: RunStore):
    resources.scheduler().shutdown()  # The runs only wait.
    for number in range(MAX_COOKIELESS):
        RunQueue(store).enqueue(Recipe(), f"nobody {number}", "Run", has_cookie=False)
    app = open_page("2_train")
    app.button(key="train_start").click().run()
    assert "browsers keep no cookies are waiting" in app.toast[0].value
    browser("ann")
    app = open_page("2_train")
    app.button(key="train_start").click().run()
    assert not app.exception
    assert [run.owner for run in store.active()][1] == "ann", "behind one of them only"


def test_who_has_trained_before_is_not_slowed(open_page, store: RunStore):
    resources.scheduler().shutdown()
    app = open_page("2_train")
    owner = app.query_params["me"]
    owner = owner if isinstance(owner, str) else owner[0]
    finished_run(store, Recipe(epochs=1), owner)
    app.button(key="train_start").click().run()
    assert [run.cookieless for run in store.active()] == [False]


def test_a_nickname_is_no_formula_in_the_downloaded_table(open_page, key, store: RunStore):
    resources.scheduler().shutdown()
    RunQueue(store).enqueue(Recipe(), "eve", "Run", "=1+1")
    app = unlock(open_page("7_operator"), KEY)
    (shown,) = next(table.value["Student"] for table in app.dataframe if "Student" in table.value)
    assert not shown.startswith("=")
    assert shown.endswith("=1+1")
