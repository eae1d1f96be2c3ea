"""A class in real browsers: a teacher's screen, and a student's finger on a phone."""

from playwright.sync_api import Page, expect

from tests.browser.actions import ZERO, click, draw_with_finger, element, open_page


def test_a_student_draws_on_a_phone_and_the_teacher_sees_it(page: Page, phone: Page):
    open_page(page, "/class")
    click(page, "class_open")
    address = page.locator("code").filter(has_text="room=").inner_text()
    open_page(phone, f"/class?{address.partition('?')[2]}")
    click(phone, "class_enter_now")
    expect(phone.get_by_role("heading", name="Draw a 0")).to_be_visible()
    draw_with_finger(phone, ZERO)
    expect(phone.get_by_alt_text("Your drawing in MNIST's form")).to_be_visible()
    click(phone, "class_save")
    expect(phone.get_by_role("heading", name="Draw a 1")).to_be_visible()
    expect(phone.get_by_text("1 of 30 drawings")).to_be_visible()
    expect(element(page, "class_progress")).to_contain_text("Saved a drawing: 1")
