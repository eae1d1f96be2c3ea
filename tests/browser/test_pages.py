"""Every page in a real browser: first visit, phone, wrong addresses."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import Server
from tests.browser.actions import click, open_page, overflow, selected

PAGES = {
    "/": "Digit Lab",
    "/explore": "Explore the digits",
    "/train": "Train a network",
    "/evaluate": "Evaluate a network",
    "/predict": "Draw a digit",
}


PICTURES = {"/": 4, "/explore": 3, "/train": 1, "/evaluate": 12, "/predict": 1}


@pytest.mark.parametrize("path", PAGES)
def test_page_on_a_phone_is_not_wider_than_the_screen(phone: Page, path: str):
    open_page(phone, path)
    expect(phone.locator("h1")).to_have_text(PAGES[path])
    expect(
        phone.get_by_text("Try this") if path != "/" else phone.get_by_text("Where you are")
    ).to_be_visible()
    expect(phone.locator("[data-testid=stException]")).to_have_count(0)
    assert overflow(phone) <= 0


@pytest.mark.parametrize("path", PAGES)
def test_every_picture_has_a_text(page: Page, path: str):
    open_page(page, path)
    expect(page.get_by_text("Try this") if path != "/" else page.get_by_text("Where you are")).to_be_visible()
    pictures = page.locator("[data-testid=stMain] img")
    expect(pictures).to_have_count(PICTURES[path])
    for picture in pictures.all():
        assert picture.get_attribute("alt")


def test_unknown_page_says_so_and_shows_home(page: Page):
    page.goto("/no-such-page")
    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Digit Lab")


def test_unknown_model_says_so_and_shows_another(page: Page):
    open_page(page, "/evaluate?model=no-such-model")
    expect(page.get_by_text("The model that you asked for is no longer on this server")).to_be_visible()
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()


def test_back_button_returns_to_the_model_before(page: Page):
    open_page(page, "/evaluate?model=softmax")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("No hidden layer"))
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.locator("h1")).to_have_text("Digit Lab")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Evaluate a network")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("No hidden layer"))


def test_first_address_asked_of_a_new_server_is_a_page_like_any_other(browser: Browser, tmp_path: Path):
    """Streamlit runs a file in pages/ alone then, without streamlit_app.py and its identities."""
    server = Server(tmp_path / "log.txt")
    try:
        page = browser.new_page(base_url=server.url)
        open_page(page, "/train")
        click(page, "train_start")
        expect(page.get_by_role("heading", name=re.compile("^Run 1: "))).to_be_visible()
        page.get_by_role("link", name="Predict", exact=True).click()
        expect(page.locator("h1")).to_have_text("Draw a digit")
        page.close()
    finally:
        server.stop()
