"""A store in a database that does not answer: each page says so, and shows what needs no store."""

import pytest

from core.store.user_messages import ADDRESS_VARIABLE, AWAY
from tests.pages.conftest import words


@pytest.fixture
def away(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, "postgresql+psycopg://digits:geheim@127.0.0.1:1/runs")


@pytest.mark.parametrize("page", ["2_train", "5_runs", "6_teach"])
def test_visitors_are_told_in_one_sentence(away, open_page, page: str):
    app = open_page(page)
    assert not app.exception
    assert words(app).count(AWAY) == 1
    assert "geheim" not in words(app)


def test_start_says_why_nothing_begins(away, open_page):
    app = open_page("2_train")
    app.button(key="train_start").click().run()
    assert not app.exception
    assert app.toast[0].value == AWAY


@pytest.mark.parametrize("page", ["", "1_explore", "3_evaluate"])
def test_pages_that_need_no_run_go_on(away, open_page, page: str):
    app = open_page(page)
    assert not app.exception
    assert app.title[0].value
