"""Every page in a real browser: first visit, tab titles, old and wrong addresses."""

import re

from playwright.sync_api import Page, expect

from tests.browser.actions import element, open_page, selected, wait_until_idle

NAVIGATION = ["Home", "Explore", "Train", "Evaluate", "Predict", "Inside", "Fine-tune", "Class", "Runs"]
NAME = "Digit Lab"


def test_each_page_has_its_own_tab_title_and_back_takes_one_press(page: Page):
    open_page(page, "/")
    seen = []
    for name in NAVIGATION:
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("link", name=name, exact=True).first).to_have_attribute(
            "aria-current", "page"
        )
        wait_until_idle(page)
        heading = page.locator("h1").inner_text()
        expect(page).to_have_title(NAME if name == "Home" else f"{heading} · {NAME}")
        seen.append((heading, page.url))
    assert len({heading for heading, _ in seen}) == len(NAVIGATION)
    for heading, url in reversed(seen[:-1]):
        page.go_back()
        expect(page).to_have_url(url)
        expect(page.locator("h1")).to_have_text(heading)


def test_bookmarks_from_before_still_work(page: Page, run: str):
    """The address of a renamed page, of a run, of a model, and of a view that had another name."""
    open_page(page, "/teach")
    expect(page).to_have_title(re.compile("Fine-tune", re.IGNORECASE))
    open_page(page, f"/train?run={run}")
    expect(page.get_by_text("Started by Ann")).to_be_visible()
    open_page(page, f"/runs?run={run}")
    expect(element(page, "run_card")).to_contain_text("Ann tries")
    open_page(page, "/evaluate?model=softmax&view=Score")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("no hidden layer", re.IGNORECASE))
    expect(element(page, "test_accuracy")).to_be_visible()
    expect(page.get_by_text("There is no view of this name")).to_have_count(0)


def test_unknown_page_says_so_and_shows_home(page: Page):
    page.goto("/no-such-page")
    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Digit Lab")


def test_unknown_model_says_so_and_shows_another(page: Page):
    open_page(page, "/evaluate?model=no-such-model")
    expect(page.get_by_text("The model that you asked for is no longer on this server")).to_be_visible()
    expect(element(page, "test_accuracy")).to_be_visible()


def test_back_button_returns_to_the_model_before(page: Page):
    open_page(page, "/evaluate?model=softmax")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("no hidden layer", re.IGNORECASE))
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.locator("h1")).to_have_text("Digit Lab")
    page.go_back()
    expect(page).to_have_url(re.compile("/evaluate"))
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("no hidden layer", re.IGNORECASE))
