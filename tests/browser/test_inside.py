"""Inside, by mouse and by keyboard."""

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import element, open_page, wait_until_drawn


def mark(page: Page, layer: str, words: str) -> Locator:
    """The square or bar of a panel that takes clicks."""
    return element(page, f"inside_panel_{layer}").locator(f"svg.marks path[aria-label^='{words}:']")


def test_a_click_on_a_unit_or_a_digit_chooses_it_and_so_does_the_keyboard(tab: Page):
    open_page(tab, "/inside?model=article")
    wait_until_drawn(tab)
    heading = tab.locator("h2").first
    for _ in range(2):  # Also when it was chosen before.
        mark(tab, "hidden_1", "Unit 17").click()
        expect(heading).to_have_text("Unit 17 of hidden_1")
        wait_until_drawn(tab)
        mark(tab, "digit", "Digit 3").click()
        expect(heading).to_have_text("Digit 3")
        wait_until_drawn(tab)
    tab.get_by_text("Show the weights of all units of the first layer").click()
    wall = element(tab, "inside_wall").locator("svg.marks path[aria-label^='5:']")
    wall.click()
    expect(heading).to_have_text("Unit 5 of hidden_1")
    unit = element(tab, "inside_unit").get_by_role("spinbutton")
    unit.fill("8")
    unit.press("Enter")
    expect(heading).to_have_text("Unit 8 of hidden_1")


def test_the_browser_plays_a_training_as_a_film(tab: Page):
    if urlsplit(tab.url).path != "/inside":
        open_page(tab, "/inside?model=article")
    wait_until_drawn(tab)
    tab.get_by_text("Watch the training as a film").click()
    film = element(tab, "inside_film_chart")
    slider = film.get_by_role("slider", name="Epoch")
    expect(slider).to_have_value("10")
    play = film.get_by_label("Play")
    play.check()
    expect(slider).to_have_value("1")
    play.uncheck()
    slider.fill("4")
    expect(film.locator("svg.marks image, canvas.marks").first).to_be_visible()
    expect(slider).to_have_value("4")
