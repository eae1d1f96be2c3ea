"""Every page and view: its main things on the first screen, and nothing that shuts anybody out."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from benchmarks.first_screens import MAIN, SCREENS, Screen, Seen, head_height, look
from tests.browser.actions import element, follow_link, open_page, overflow, wait_until_drawn, wait_until_idle

HEAD = 200
VIEW = "?view="
# How often a page is looked at while its charts find their size.
LOOKS = 100
# The narrowest first: the window grows.
DESKTOP_SCREENS = sorted((screen for screen in SCREENS if not screen.user_agent), key=lambda one: one.width)
RULES = {
    "light": {
        "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
        # A best practice and not a rule of WCAG, but it is how one finds one's way without sight.
        "rules": {"heading-order": {"enabled": True}},
    },
    # Nothing else differs between the themes.
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}},
}
# What axe finds is told by the element itself: to look for a selector of each takes a fifth of its time.
OPTIONS = {"resultTypes": ["violations"], "selectors": False, "elementRef": False, "preload": False}
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 22, 29)"}
MAIN_PICTURES = {"/": 8, "/explore": 8, "/train": 1, "/evaluate": 12, "/predict": 1}
VIEW_PICTURES = {"Errors": 12, "Robustness": 1, "Label errors": 15}


@pytest.fixture(scope="module", params=MAIN)
def place(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def desktop(tab: Page, place: str) -> Page:
    tab.set_viewport_size(DESKTOP_SCREENS[0].viewport)
    return visit(tab, place)


@pytest.fixture(scope="module")
def phone(phone_tab: Page, place: str) -> Page:
    return visit(phone_tab, place)


def visit(page: Page, place: str) -> Page:
    """Go to a page or a view as a visitor does who is here already: nothing is loaded again."""
    path, _, view = place.partition(VIEW)
    if not page.url.startswith("http"):
        open_page(page, place)
    elif view and urlsplit(page.url).path == path:
        element(page, "view").get_by_role("radio", name=view, exact=True).click()
    else:
        follow_link(page, place)
    for key in MAIN.get(place, ()):
        element(page, key).first.wait_for()
    wait_until_idle(page)
    return page


@pytest.mark.parametrize("screen", DESKTOP_SCREENS, ids=lambda screen: screen.name)
def test_the_main_things_are_wholly_on_the_first_screen(desktop: Page, place: str, screen: Screen):
    desktop.set_viewport_size(screen.viewport)
    assert faults(desktop, place) == []


def test_the_main_things_are_wholly_on_the_first_screen_of_a_phone(phone: Page, place: str):
    assert faults(phone, place) == []


def test_no_violation_of_wcag(desktop: Page, place: str):
    assert violations(desktop) == []


def test_every_picture_has_a_text(desktop: Page, place: str):
    pictures = desktop.locator("[data-testid=stMain] img")
    path, _, view = place.partition(VIEW)
    count = VIEW_PICTURES.get(view) if view else MAIN_PICTURES.get(path)
    if count is not None:
        expect(pictures).to_have_count(count)
    assert all(picture.get_attribute("alt") for picture in pictures.all())


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/train?run={run}", "Started by Ann"),
        ("/runs?run={run}", "Ann tries"),
        ("/operator", "This server has no key for operators"),
    ],
)
def test_no_violation_in_a_run_and_on_pages_outside_the_navigation(
    tab: Page, run: str, path: str, shown: str
):
    visit(tab, path.format(run=run))
    expect(tab.get_by_test_id("stMain")).to_contain_text(shown)
    assert violations(tab) == []


def test_no_violation_in_any_source_of_predict(tab: Page):
    visit(tab, "/predict")
    sources = element(tab, "predict_source").get_by_role("radio")
    expect(sources).to_have_count(4)
    for source in sources.all()[1:]:
        source.click()
        assert violations(tab) == [], source.inner_text()


def faults(page: Page, place: str) -> list[str]:
    """Say what is not on the first screen, once the page has come to rest."""
    keys, found = MAIN[place], []
    for key in keys:
        element(page, key).first.wait_for()
    for _ in range(LOOKS):
        wait_until_drawn(page)
        found = [describe(thing) for key in keys if not (thing := look(page, key)).whole]
        # The head of the page is the same for all its views; each has headings and widgets of its own.
        head = head_height(page, keys[0])
        if head > HEAD and VIEW not in place:
            found.append(f"the head takes {head:.0f} px")
        if (excess := overflow(page)) > 0:
            found.append(f"{excess} px wider than the screen")
        if page.locator("[data-testid=stException]").count():
            found.append("an exception")
        if not found:
            break
        page.evaluate("new Promise(requestAnimationFrame)")
    return found


def describe(thing: Seen) -> str:
    """Say how much of it can be seen."""
    return f"{thing.visible:.0f} of {thing.height:.0f} px of {thing.key}"


_HAS_BACKGROUND = """color =>
    getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor === color
"""

# Vega names the marks of a chart by its data, which Streamlit brings a moment after the chart.
_HAS_DATA = """() => !document.querySelector(".role-mark[role=graphics-symbol]:empty")"""


def violations(page: Page) -> list[str]:
    """Return what axe finds in the light and in the dark theme, with the rule and the element."""
    # The screen that a page is looked at last.
    page.set_viewport_size(DESKTOP_SCREENS[-1].viewport)
    if not page.evaluate("window.axe !== undefined"):
        page.evaluate(Axe().axe_script)
    found = []
    # First the one that the page has: another one draws all of it again.
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for theme in ("dark", "light") if is_dark else ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(_HAS_BACKGROUND, arg=BACKGROUNDS[theme])
        wait_until_drawn(page)
        page.wait_for_function(_HAS_DATA)
        results = page.evaluate("options => axe.run(document, options)", RULES[theme] | OPTIONS)
        found += [
            f"{theme}: {violation['id']}: {node['html']}: {node['failureSummary']}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]
    return found
