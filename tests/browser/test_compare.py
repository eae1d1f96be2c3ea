"""Two runs ticked in the table of runs, as one does with a mouse."""

import re

from playwright.sync_api import Page, expect

from tests.browser.actions import element, open_page

# Where Streamlit draws the box of a row, in pixels from the corner of the table.
_BOX, _HEAD, _ROW = 18, 35, 35


def test_two_ticked_runs_are_compared_side_by_side(page: Page, run: str):
    open_page(page, "/runs")
    element(page, "runs_compare").get_by_text("Compare").click()
    expect(element(page, "comparison")).to_contain_text("Tick two to 6 runs")
    table = element(page, "runs_list").locator(".dvn-scroller")
    for row, address in enumerate((f"compare={run}", f"compare={run}(,|%2C)")):
        table.click(position={"x": _BOX, "y": _HEAD + (row + 0.5) * _ROW})
        expect(page).to_have_url(re.compile(address))
    comparison = element(page, "comparison")
    expect(comparison).to_contain_text("Ann tries")
    expect(comparison.locator("svg.marks").first).to_be_visible()
    expect(comparison.get_by_test_id("data-grid-canvas").first).to_be_visible()
