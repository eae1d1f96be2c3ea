"""Inside, by mouse and by keyboard."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import element, open_page, wait_until_drawn


def mark(page: Page, layer: str, words: str) -> Locator:
    """The square or bar of a panel that takes clicks."""
    return element(page, f"inside_panel_{layer}").locator(f"svg.marks path[aria-label^='{words}:']")


def test_a_click_on_a_unit_or_a_digit_chooses_it_and_so_does_the_keyboard(page: Page):
    open_page(page, "/inside")
    wait_until_drawn(page)
    heading = page.locator("h2").first
    for _ in range(2):  # Also when it was chosen before.
        mark(page, "hidden_1", "Unit 17").click()
        expect(heading).to_have_text("Unit 17 of hidden_1")
        wait_until_drawn(page)
        mark(page, "digit", "Digit 3").click()
        expect(heading).to_have_text("Digit 3")
        wait_until_drawn(page)
    page.get_by_text("Show the weights of all units of the first layer").click()
    wall = element(page, "inside_wall").locator("svg.marks path[aria-label^='5:']")
    wall.click()
    expect(heading).to_have_text("Unit 5 of hidden_1")
    unit = element(page, "inside_unit").get_by_role("spinbutton")
    unit.fill("8")
    unit.press("Enter")
    expect(heading).to_have_text("Unit 8 of hidden_1")


def test_the_browser_plays_a_training_as_a_film(page: Page):
    open_page(page, "/inside?model=article")
    wait_until_drawn(page)
    page.get_by_text("Watch the training as a film").click()
    film = element(page, "inside_film_chart")
    slider = film.get_by_role("slider", name="Epoch")
    expect(slider).to_have_value("10")
    play = film.get_by_label("Play")
    play.check()
    expect(slider).to_have_value("1")
    play.uncheck()
    slider.fill("4")
    expect(film.locator("svg.marks image, canvas.marks").first).to_be_visible()
    expect(slider).to_have_value("4")
