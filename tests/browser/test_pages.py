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
    # A bookmark of a page that had another name.
    assert [url.rpartition("/")[2] for heading, url in seen if "Fine-tune" in heading] == ["teach"]
    for heading, url in reversed(seen[:-1]):
        page.go_back()
        expect(page).to_have_url(url)
        expect(page.locator("h1")).to_have_text(heading)


def test_unknown_page_says_so_and_shows_home(page: Page):
    page.goto("/no-such-page")
    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Digit Lab")


def test_back_button_returns_to_the_model_before(page: Page):
    # The view had another name before.
    open_page(page, "/evaluate?model=softmax&view=Score")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("no hidden layer", re.IGNORECASE))
    expect(element(page, "test_accuracy")).to_be_visible()
    expect(page.get_by_text("There is no view of this name")).to_have_count(0)
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.locator("h1")).to_have_text("Digit Lab")
    page.go_back()
    expect(page).to_have_url(re.compile("/evaluate"))
    expect(selected(page, "evaluate_model")).to_have_value(re.compile("no hidden layer", re.IGNORECASE))
