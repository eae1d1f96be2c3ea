"""Training as a visitor sees it, in a real browser."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.actions import click, element, open_page, selected, set_slider


def finished_epochs(page: Page) -> int:
    text = page.get_by_text(re.compile(r"^\d+ / \d+$")).first.inner_text()
    return int(text.split("/")[0])


def test_epochs_appear_one_after_another_and_survive_a_refresh(page: Page, context: BrowserContext):
    open_page(page, "/train")
    set_slider(page, "recipe_0_epochs", "End", 1)
    click(page, "train_start")
    expect(page.get_by_text(re.compile(r"Epoch \d+ of 100"))).to_be_visible()

    page.wait_for_function("/[1-9]\\d* \\/ 100/.test(document.body.innerText)")
    seen = {finished_epochs(page)}
    for _ in range(40):
        page.wait_for_timeout(250)
        seen.add(finished_epochs(page))
        if len(seen) > 3:
            break
    assert len(seen) > 3, f"epochs came all at once: {seen}"
    assert max(seen) < 100

    # The page stays usable meanwhile, also for somebody else, who is told and cannot stop it.
    other = context.browser.new_context(base_url=page.url.split("/train")[0]).new_page()
    open_page(other, "/train")
    expect(other.get_by_text("This training was started by somebody else")).to_be_visible()
    expect(element(other, "train_stop")).to_have_count(0)
    click(other, "train_start")
    expect(other.get_by_text("Somebody else is training on this server")).to_be_visible()
    other.context.close()

    # A refresh in the middle shows the same run, and it is still mine to stop; so it is
    # after a refresh on another page, and in another tab.
    page.reload()
    expect(element(page, "train_stop")).to_be_visible()
    open_page(page, "/explore")
    page.get_by_role("link", name="Train", exact=True).click()
    expect(element(page, "train_stop")).to_be_visible()
    tab = context.new_page()
    open_page(tab, "/train")
    expect(element(tab, "train_stop")).to_be_visible()
    tab.close()
    click(page, "train_stop")
    expect(page.get_by_text("Stopped early")).to_be_visible()
    expect(element(page, "train_result")).to_contain_text("Test images")

    # On to Evaluate, with the network that has just been trained.
    page.get_by_role("link", name="See where it fails").click()
    expect(page.locator("h1")).to_have_text("Evaluate a network")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile(r"Run \d+: "))


def test_a_double_click_starts_one_training(page: Page):
    open_page(page, "/train")
    set_slider(page, "recipe_0_train_size", "Home", 1)
    element(page, "train_start").get_by_role("button").dblclick()
    expect(element(page, "train_result")).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    name = page.get_by_role("heading", name=re.compile(r"^Run \d+")).inner_text()
    number = int(re.search(r"\d+", name).group())

    # The next training has the next number: the second click did not start one.
    click(page, "train_start")
    expect(page.get_by_role("heading", name=re.compile(rf"^Run {number + 1}:"))).to_be_visible()
    expect(element(page, "train_result")).to_be_visible()


def test_leaving_the_page_and_coming_back_shows_the_run(page: Page):
    open_page(page, "/train")
    set_slider(page, "recipe_0_train_size", "Home", 1)
    click(page, "train_start")
    expect(page.get_by_role("heading", name=re.compile(r"^Run \d+"))).to_be_visible()
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator("h1")).to_have_text("Explore the digits")
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Run \d+"))).to_be_visible()
    expect(element(page, "train_result")).to_be_visible()
