"""Links opened in a browser that has never been here; `tests/pages/test_links.py` has more of them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.actions import open_page


def test_a_link_restores_a_page_in_a_fresh_browser_and_a_refresh_loses_nothing(page: Page):
    page.goto("/explore?explore_class=3%20%C2%B7%20Three&explore_index=7")
    expect(page.get_by_role("spinbutton", name="Image index")).to_have_value("7")
    expect(page.get_by_text("explore_class=3")).to_be_attached()
    page.reload()
    expect(page.get_by_role("spinbutton", name="Image index")).to_have_value("7")
    page.goto("/inside?inside_view=Why&image=5&embed=true")
    expect(page.get_by_role("radio", name="Why")).to_be_checked()
    expect(page.get_by_text("Test image 5", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Next error").click()
    expect(page).to_have_url(re.compile("inside_index=8"))
    page.reload()
    expect(page.get_by_text("Test image 8", exact=False).first).to_be_visible()


def test_a_lessons_link_to_the_page_that_one_is_on_changes_page_and_address(page: Page):
    open_page(page, "/explore?lesson=From%20pixel%20to%20prediction&step=3&explore_index=7")
    page.get_by_role("link", name="Open 64 sevens").click()
    expect(page).to_have_url(re.compile("explore_side=8"))
    expect(page.get_by_role("radio", name="8×8")).to_be_checked()
    expect(page.get_by_role("spinbutton", name="Image index")).to_have_value("0")
