"""Who a visitor is: by the browser's cookie, by a personal link that they accept, or by the address."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.recipe import Recipe
from core.store.database import StoreError
from tests.pages.actions import keys
from tests.pages.conftest import forget_server, words
from tests.stored import finished_run
from ui import resources, session

ANN, BEN = "a" * 16, "b" * 16


@pytest.fixture
def run() -> str:
    return finished_run(resources.store(), Recipe(epochs=1), ANN, "Ann tries", nickname="Ann").id


@pytest.fixture
def mine(open_page: Callable[..., AppTest], run: str) -> Callable[..., bool]:
    """Whether the next visitor may change Ann's run."""
    return lambda **query: "run_save" in keys(open_page("5_runs", run=run, **query))


def test_a_personal_link_asks_and_says_whose_it_is(open_page, browser, run: str):
    browser(BEN)
    app = open_page("0_home", me=ANN)
    assert "**This is a personal link of “Ann” with 1 run.**" in words(app)
    app.button(key="identity_stay").click().run()
    assert not app.exception
    assert "personal link" not in words(app)
    assert "me" not in app.query_params


def test_a_browser_that_has_accepted_a_link_keeps_it(open_page, browser, mine, run: str):
    browser(BEN)
    open_page("2_train", me=ANN).button(key="identity_use").click().run()
    forget_server()
    assert mine(), "also after the server was started again, and in another tab"
    app = open_page("5_runs", me=ANN)
    assert "identity_use" not in keys(app), "it is this visitor already"
    assert "me" not in app.query_params
    browser("c" * 16)
    assert not mine()

    browser(BEN)
    app.button(key="identity_stop").click().run()
    assert not mine()


def test_a_link_is_pasted_on_runs(open_page, browser, mine):
    browser(BEN)
    app = open_page("5_runs")
    app.text_input(key="identity_link").set_value("http://lab.example/runs?me=nobody").run()
    app.button(key="identity_paste").click().run()
    assert "This is not a personal link" in words(app)
    app.text_input(key="identity_link").set_value(f" http://lab.example/runs?run=1&me={ANN} ").run()
    app.button(key="identity_paste").click().run()
    assert not app.exception
    assert mine()


def test_without_a_cookie_the_address_says_who_one_is(open_page, mine, run: str):
    app = open_page("5_runs", run=run)
    assert "the address of this page says who you are" in words(app)
    own = app.query_params["me"]
    assert own != [ANN]
    assert "identity_stay" not in keys(app), "it is the visitor's own"
    app.switch_page("pages/1_explore.py").run()
    assert app.query_params["me"] == own

    assert mine(me=ANN), "as after a refresh"
    app = open_page("5_runs", run=run, me=ANN)
    assert "this is a personal link of “Ann” with 1 run" in words(app)
    app.button(key="identity_stay").click().run()
    assert "run_save" not in keys(app)
    assert app.query_params["me"] not in ([ANN], own)


@pytest.mark.parametrize("link", ["<script>", "", "A" * 16, "a" * 17])
def test_an_address_that_is_no_personal_link_is_not_asked_about(open_page, browser, link: str):
    browser(BEN)
    app = open_page("5_runs", me=link)
    assert not app.exception
    assert "identity_use" not in keys(app)
    assert "me" not in app.query_params


def test_a_store_that_cannot_be_used_changes_nobody(open_page, browser, monkeypatch, run: str):
    def refuse(*_: object) -> None:
        raise StoreError("The run store is read-only.")

    browser(BEN)
    app = open_page("1_explore", me=ANN)
    monkeypatch.setattr(session, "link_browser", refuse)
    app.button(key="identity_use").click().run()
    assert not app.exception
    assert app.toast[0].value == "The run store is read-only."
    assert "identity_use" in keys(app)


def test_an_open_tab_becomes_who_one_is_in_another_one(open_page, browser, run: str):
    browser(BEN)
    tab = open_page("5_runs", run=run)
    assert "run_save" not in keys(tab)
    open_page("2_train", me=ANN).button(key="identity_use").click().run()
    assert "run_save" in keys(tab.run())
    other = open_page("5_runs", run=run)
    other.text_input(key="my_nickname").set_value("Bea")
    other.button(key="my_nickname_save").click().run()
    open_page("2_train")
    assert session_nickname(tab.run()) == "Bea"


def session_nickname(app: AppTest) -> str:
    return app.session_state[session.NICKNAME]


def test_a_personal_link_makes_another_device_mine(open_page, browser):
    run = finished_run(resources.store(), Recipe(epochs=1), owner="0123456789abcdef")
    browser("fedcba9876543210")
    other = open_page("5_runs", me="0123456789abcdef", run=run.id)
    assert "run_save" not in keys(other), "a link that was sent to a class makes nobody another one"
    assert "0123456789abcdef" in other.query_params["me"], "a refresh asks again"
    other.button(key="identity_use").click().run()
    assert "run_save" in keys(other)
    assert "me" not in other.query_params, "nobody copies it out of the address bar"
