"""The main thing of each page is on the first screen: nobody scrolls or clicks to find it."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.first_screens import MAIN, SCREENS, Screen, Seen, head_height, look
from benchmarks.server import Server
from tests.browser.actions import element, open_page, overflow, wait_until_drawn

HEAD = 200
# Views of a page are chosen there, as a visitor does, and not loaded one by one.
VIEW = "?view="
# How long charts may take to find their size.
FIT_SECONDS = 5


@pytest.fixture(scope="module")
def visitors(browser: Browser, server: Server) -> Iterator[dict[Screen, Page]]:
    """A tab for each screen."""
    pages = {
        screen: browser.new_context(
            base_url=server.url,
            viewport=screen.viewport,
            user_agent=screen.user_agent,
            is_mobile=bool(screen.user_agent),
            has_touch=bool(screen.user_agent),
        ).new_page()
        for screen in SCREENS
    }
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.mark.parametrize("path", [path for path in MAIN if VIEW not in path])
def test_the_main_things_are_wholly_on_the_first_screen(visitors: dict[Screen, Page], path: str):
    found = []
    for screen, page in visitors.items():
        open_page(page, path)
        found += [f"{screen.name}: {fault}" for fault in faults(page, path)]
        for view in [other for other in MAIN if other.startswith(path + VIEW)]:
            element(page, "view").get_by_role(
                "radio", name=view.removeprefix(path + VIEW), exact=True
            ).click()
            found += [f"{view}: {screen.name}: {fault}" for fault in faults(page, view)]
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert not found, "\n".join(found)


def faults(page: Page, path: str) -> list[str]:
    """What is not on the first screen, once the page has come to rest."""
    for key in MAIN[path]:
        expect(element(page, key).first).to_be_attached()
    deadline = time.monotonic() + FIT_SECONDS
    while True:
        wait_until_drawn(page)
        seen = [look(page, key) for key in MAIN[path]]
        found = [describe(thing) for thing in seen if not thing.whole]
        # The head of the page is the same for all its views; each has headings and widgets of its own.
        head = head_height(page, MAIN[path][0])
        if head > HEAD and VIEW not in path:
            found.append(f"the head takes {head:.0f} px")
        if overflow(page) > 0:
            found.append(f"{overflow(page)} px wider than the screen")
        if not found or time.monotonic() > deadline:
            return found
        page.wait_for_timeout(100)


def describe(thing: Seen) -> str:
    """Say how much of it can be seen."""
    return f"{thing.visible:.0f} of {thing.height:.0f} px of {thing.key}"
