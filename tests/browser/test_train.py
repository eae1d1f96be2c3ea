"""Training as a visitor sees it, in a real browser."""

import re

from playwright.sync_api import Locator, Page, expect

from benchmarks.server import Server
from tests.browser.actions import (
    click,
    element,
    open_page,
    runs_of,
    selected,
    set_slider,
    wait_for_epoch,
    wait_until_drawn,
    wait_until_idle,
)


def open_settings(page: Page) -> None:
    """Unfold the settings, also if a run is shown in their place, and those of the data."""
    wait_until_drawn(page)
    for key in ("train_settings", "train_data"):
        # Without a run the settings are no expander. A click gets lost where the page draws it once more.
        details = element(page, key).locator("details").first
        while details.count() and details.get_attribute("open") is None:
            details.locator("summary").first.click()
            wait_until_idle(page)


def make_long(page: Page) -> None:
    """Choose a training that goes on until somebody stops it."""
    open_settings(page)
    set_slider(page, "recipe_0_epochs", "End", 1)
    set_slider(page, "recipe_0_train_size", "ArrowLeft", 1)


def make_tiny(page: Page) -> None:
    """Choose the smallest training set that the form allows."""
    open_settings(page)
    set_slider(page, "recipe_0_train_size", "Home", 1)


def evaluate_link(page: Page) -> Locator:
    """What leads on when a training has ended."""
    return page.get_by_role("link", name="Evaluate this model")


def test_epochs_appear_one_after_another_and_survive_a_refresh(page: Page, other: Page):
    warnings: list[str] = []
    page.on("console", lambda said: warnings.append(said.text) if said.type == "warning" else None)
    open_page(page, "/train")
    make_long(page)
    click(page, "train_start")
    expect(page.get_by_text(re.compile(r"Epoch \d+ of 100"))).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Training started.")).to_be_attached()
    before = {key: element(page, key).bounding_box() for key in ("train_numbers", "train_chart")}

    seen = [0]
    while len(seen) < 4:
        seen.append(wait_for_epoch(page, after=seen[-1]))
    assert seen[-1] < 100, f"epochs came all at once: {seen}"

    # The page stays usable meanwhile, also for somebody else.
    open_page(other, "/train")
    expect(other.get_by_text("Started by someone else. You can look")).to_be_visible()
    expect(element(other, "train_stop")).to_have_count(0)

    # A refresh in the middle shows the same run, and it is still mine to stop.
    page.reload()
    expect(element(page, "train_stop")).to_be_visible()
    click(page, "train_stop")
    expect(page.get_by_text("Stopped early; the model so far is saved.")).to_be_visible()
    expect(element(page, "train_numbers")).to_contain_text(re.compile(r"Test accuracy\s*[\d.]+%"))
    expect(page.get_by_role("status").get_by_text("Training stopped early.")).to_be_attached()
    after = {key: element(page, key).bounding_box() for key in before}
    assert after == before, "nothing has moved"
    assert not [warning for warning in warnings if "extent" in warning]

    # On to Evaluate, with the network that has just been trained.
    page.get_by_role("link", name="Evaluate this model").click()
    expect(page.locator("h1")).to_have_text("Evaluate a network")
    expect(selected(page, "evaluate_model")).to_have_value(re.compile(r"Run \d+: "))


def test_a_waiting_run_begins_by_itself_and_is_found_among_all_runs(page: Page, other: Page, server: Server):
    open_page(page, "/train")
    make_long(page)
    # It pauses after its first epoch, so that it takes no processor from what others do.
    element(page, "train_slow_start").locator("label").click()
    click(page, "train_start")
    click(page, "train_next_epoch")
    # From here on others see it; had they come before, the form would fold as soon as they do.
    wait_for_epoch(page, after=0)

    open_page(other, "/train")
    expect(element(other, "train_settings")).to_be_visible()
    make_tiny(other)
    element(other, "nickname").get_by_role("textbox").fill("Grace")
    element(other, "nickname").get_by_role("textbox").press("Enter")
    wait_until_idle(other)
    click(other, "train_start")
    expect(element(other, "train_numbers")).to_contain_text("Position in queue")
    name = other.get_by_role("heading", name=re.compile(r"^Run \d+")).inner_text()
    click(page, "train_stop")
    expect(evaluate_link(page)).to_be_visible()
    expect(evaluate_link(other)).to_be_visible()

    # Everybody finds it by its address; only Grace may change it.
    address = f"run={runs_of(server)[0].id}"
    open_page(page, f"/train?{address}")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("Started by Grace. You can look, but not change it.")).to_be_visible()
    for visitor, controls in ((page, 0), (other, 1)):
        visitor.get_by_role("link", name="Runs", exact=True).click()
        expect(visitor.locator("h1")).to_have_text("Training runs")
        expect(visitor.locator("[data-testid=stDataFrame]")).to_be_visible()
        wait_until_idle(visitor)
        open_page(visitor, f"/runs?{address}")
        expect(element(visitor, "run_card")).to_contain_text(name)
        expect(element(visitor, "run_save")).to_have_count(controls)

    element(other, "run_card").get_by_label("Name").fill("Grace's first")
    click(other, "run_save")
    expect(element(other, "run_card")).to_contain_text("Grace's first")
    element(other, "run_delete").get_by_role("button").first.click()
    click(other, "run_delete_for_good")
    expect(element(other, "run_card")).to_have_count(0)


def test_a_double_click_starts_one_training_which_is_there_again_after_another_page_and_among_all_runs(
    page: Page, server: Server
):
    before = runs_of(server)
    open_page(page, "/train")
    make_tiny(page)
    element(page, "train_start").get_by_role("button").dblclick()
    heading = page.get_by_role("heading", name=re.compile(r"^Run \d+"))
    expect(heading).to_be_visible()
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator("h1")).to_have_text("Explore the digits")
    page.get_by_role("link", name="Train", exact=True).click()
    expect(heading).to_be_visible()
    expect(evaluate_link(page)).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert len(runs_of(server)) == len(before) + 1

    name = heading.inner_text()
    page.get_by_role("link", name="Runs", exact=True).click()
    table = page.locator("[data-testid=stDataFrame]")
    expect(table).to_be_visible()
    wait_until_drawn(page)
    box = table.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 35 + 17)
    expect(element(page, "run_card")).to_contain_text(name)
    page.get_by_role("link", name="Learning curve").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_start_is_reached_with_three_presses_of_tab(page: Page):
    open_page(page, "/train")
    wait_until_drawn(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start training")).to_be_focused()


def test_the_settings_stay_open_while_one_changes_them(page: Page):
    open_page(page, "/train?run=relu")
    settings = element(page, "train_settings")
    expect(settings.locator("summary").first).to_contain_text("Dense 300 sigmoid")
    settings.locator("summary").first.click()
    set_slider(page, "recipe_0_hidden_layers", "ArrowRight", 1)
    expect(settings.locator("summary").first).to_contain_text("Dense 300, 100 sigmoid")
    expect(element(page, "recipe_0_hidden_layers")).to_be_visible()

    # The settings of the run that one looks at, one click away.
    click(page, "train_use")
    expect(settings.locator("summary").first).to_contain_text("Dense 256, 128 ReLU")
    expect(element(page, "train_use")).to_have_count(0)
    expect(selected(page, "train_preset")).to_have_value("ReLU network with dropout")
    page.reload()
    expect(selected(page, "train_preset")).to_have_value("ReLU network with dropout")
