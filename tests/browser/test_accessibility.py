"""Pages that everybody can use: axe finds no violation of WCAG 2.1 A and AA, light or dark."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import Server
from tests.browser.actions import element, open_page, wait_until_drawn

PAGES = ("/", "/explore", "/train", "/teach", "/runs")
# Pages of several views, with the key of the widget that chooses one.
VIEWS = {"/evaluate": "view", "/predict": "predict_source"}
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    # A best practice and not a rule of WCAG, but it is how one finds one's way without sight.
    "rules": {"heading-order": {"enabled": True}},
    "resultTypes": ["violations"],
}
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 22, 29)"}


@pytest.fixture(scope="module")
def visitor(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_violation(visitor: Page, path: str):
    open_page(visitor, path)
    assert violations(visitor) == []


@pytest.mark.parametrize("path", ["/train", "/runs"])
def test_a_run_has_no_violation(visitor: Page, run: str, path: str):
    open_page(visitor, f"{path}?run={run}")
    assert violations(visitor) == []


@pytest.mark.parametrize("path", VIEWS)
def test_no_view_has_a_violation(visitor: Page, path: str):
    open_page(visitor, path)
    choices = element(visitor, VIEWS[path]).get_by_role("radio")
    expect(choices.first).to_be_visible()
    assert choices.count() >= 4
    for choice in choices.all():
        choice.click()
        assert violations(visitor) == [], choice.inner_text()


def violations(page: Page) -> list[str]:
    """Return what axe finds in the light and in the dark theme, with the rule and the element."""
    if not page.evaluate("window.axe !== undefined"):
        page.evaluate(Axe().axe_script)
    found = []
    for theme, background in BACKGROUNDS.items():
        page.emulate_media(color_scheme=theme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
        wait_until_drawn(page)
        results = page.evaluate("options => axe.run(document, options)", OPTIONS)
        found += [
            f"{theme}: {violation['id']}: {node['html']}: {node['failureSummary']}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]
    return found
