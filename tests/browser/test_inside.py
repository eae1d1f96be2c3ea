"""Inside, by mouse and by keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.actions import element, open_page, wait_until_drawn


def test_a_click_on_a_unit_or_a_digit_chooses_it_and_so_does_the_keyboard(page: Page):
    open_page(page, "/inside")
    wait_until_drawn(page)
    heading = page.locator("h2").first
    units = element(page, "inside_panel_hidden_1").get_by_role("graphics-symbol")
    units.nth(17).click()
    expect(heading).to_have_text("Unit 17 of hidden_1")
    digits = element(page, "inside_panel_digit").get_by_role("graphics-symbol")
    digits.nth(3).click()
    expect(heading).to_have_text("Digit 3")
    units.nth(17).click()
    expect(heading).to_have_text("Unit 17 of hidden_1")
    unit = element(page, "inside_unit").get_by_role("spinbutton")
    unit.fill("18")
    unit.press("Enter")
    expect(heading).to_have_text("Unit 18 of hidden_1")
