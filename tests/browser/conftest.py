"""A running server and a real browser."""

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from benchmarks.server import Server
from core.recipe import Recipe
from core.store.runs import RunStore
from tests.stored import finished_run

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)
PHONE: dict[str, Any] = {
    "user_agent": PHONE_AGENT,
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# A server that trains leaves the other core to the browser.
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
# A page that trains on two busy cores may take its time.
expect.set_options(timeout=30_000)


def find_browser(playwright: Playwright) -> str:
    """Chromium named by ``DIGIT_LAB_BROWSER``, the system's, or Playwright's, which may be absent.

    The one without a window comes first: a page costs it half of the time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("DIGIT_LAB_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    return found or playwright.chromium.executable_path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server") / "log.txt")
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser; none is a failure, not a skip."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if not Path(path).exists():
            pytest.fail("No browser was found. Run `make browser`, which installs one.")
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(browser: Browser, server: Server) -> Callable[[str], BrowserContext]:
    """Browsers by their name, kept: what one has loaded of Streamlit it does not load again."""

    @functools.cache
    def visitor(name: str) -> BrowserContext:
        kind = PHONE if name == "phone" else DESKTOP
        return browser.new_context(base_url=server.url, reduced_motion="reduce", **kind)

    return visitor


@pytest.fixture(scope="module")
def tab(visitor: Callable[[str], BrowserContext]) -> Iterator[Page]:
    """A tab for all tests of a file that can go on where the one before has left it."""
    for context in new_visit(visitor("desktop")):
        yield context.pages[0]


@pytest.fixture(scope="module")
def phone_tab(visitor: Callable[[str], BrowserContext]) -> Iterator[Page]:
    for context in new_visit(visitor("phone")):
        yield context.pages[0]


@pytest.fixture
def context(visitor: Callable[[str], BrowserContext]) -> Iterator[BrowserContext]:
    """The browser of somebody who has never been here."""
    yield from new_visit(visitor("desktop"))


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.pages[0]


@pytest.fixture
def other(visitor: Callable[[str], BrowserContext]) -> Iterator[Page]:
    """A page of somebody else."""
    for context in new_visit(visitor("other")):
        yield context.pages[0]


@pytest.fixture
def phone(visitor: Callable[[str], BrowserContext]) -> Iterator[Page]:
    for context in new_visit(visitor("phone")):
        yield context.pages[0]


def new_visit(context: BrowserContext) -> Iterator[BrowserContext]:
    """Forget who was here. The tab is kept: another one would compile all of Streamlit again, for seconds."""
    page = context.pages[0] if context.pages else context.new_page()
    context.clear_cookies()
    page.set_viewport_size((PHONE if page.evaluate("navigator.maxTouchPoints") else DESKTOP)["viewport"])
    page.emulate_media(color_scheme="light")
    yield context
    for other in context.pages[1:]:
        other.close()
    page.goto("about:blank")
    context.clear_cookies()


@pytest.fixture(scope="module")
def run(server: Server) -> Iterator[str]:
    """The id of a finished run, which everybody sees."""
    store = RunStore(server.store)
    run = finished_run(store, Recipe(epochs=3), "0123456789abcdef", "Ann tries", nickname="Ann")
    yield run.id
    store.delete(run.id, run.owner)
    store.database.close()
