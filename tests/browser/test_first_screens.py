"""The main thing of each page is on the first screen: nobody scrolls or clicks to find it."""

import itertools
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.first_screens import MAIN, SCREENS, Screen, Seen, head_height, look
from benchmarks.server import Server
from tests.browser.actions import open_page, overflow, wait_until_drawn

HEAD = 200
# How long charts may take to fit a window that has another size now.
FIT_SECONDS = 5
# So that each page is loaded once for each kind of browser.
SCREENS_BY_AGENT: list[Screen] = sorted(SCREENS, key=lambda screen: screen.user_agent or "")


@pytest.fixture(scope="module")
def visitors(browser: Browser, server: Server) -> Iterator[dict[str | None, Page]]:
    """One tab for each kind of browser: windows can be resized, but a phone says that it is one."""
    pages = {
        agent: browser.new_context(
            base_url=server.url, user_agent=agent, is_mobile=bool(agent), has_touch=bool(agent)
        ).new_page()
        for agent in {screen.user_agent for screen in SCREENS}
    }
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.mark.parametrize("path", MAIN)
def test_the_main_things_are_wholly_on_the_first_screen(visitors: dict[str | None, Page], path: str):
    cut_off = []
    for agent, screens in itertools.groupby(SCREENS_BY_AGENT, lambda screen: screen.user_agent):
        page = visitors[agent]
        for place, screen in enumerate(screens):
            page.set_viewport_size(screen.viewport)
            if place == 0:
                open_page(page, path)
            cut_off += [f"{screen.name}: {fault}" for fault in faults(page, path)]
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert not cut_off, "\n".join(cut_off)


def faults(page: Page, path: str) -> list[str]:
    """What is not on the first screen, once the page has come to rest."""
    deadline = time.monotonic() + FIT_SECONDS
    while True:
        wait_until_drawn(page)
        seen = [look(page, key) for key in MAIN[path]]
        found = [describe(thing) for thing in seen if not thing.whole]
        head = head_height(page, MAIN[path][0])
        if head > HEAD:
            found.append(f"the head takes {head:.0f} px")
        if overflow(page) > 0:
            found.append(f"{overflow(page)} px wider than the screen")
        if not found or time.monotonic() > deadline:
            return found
        page.wait_for_timeout(100)


def describe(thing: Seen) -> str:
    """Say how much of it can be seen."""
    return f"{thing.visible:.0f} of {thing.height:.0f} px of {thing.key}"
