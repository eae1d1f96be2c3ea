"""A server that has only just been started: before all other tests, which share it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.actions import click, element, set_slider, wait_for_epoch

STARTING = "Loading TensorFlow"


def test_the_first_address_is_a_page_like_any_other_and_who_comes_too_early_loses_nothing(
    page: Page, other: Page
):
    """Streamlit runs a file in pages/ alone then, without streamlit_app.py and its identities."""
    page.goto("/train", wait_until="commit")
    other.goto("/predict", wait_until="commit")
    expect(other.get_by_text(STARTING)).to_be_visible()
    element(page, "train_data").locator("summary").click()
    set_slider(page, "recipe_0_train_size", "Home", 1)
    click(page, "train_start")
    expect(page.get_by_role("heading", name=re.compile("^Run 1: "))).to_be_visible()
    expect(other.get_by_text(STARTING)).to_have_count(0, timeout=90_000)
    expect(other.locator("canvas.upper-canvas")).to_be_visible()
    expect(element(other, "prediction")).to_contain_text("Draw a digit")
    wait_for_epoch(page, after=0)
    expect(page.get_by_role("link", name="Evaluate this model")).to_be_visible()
