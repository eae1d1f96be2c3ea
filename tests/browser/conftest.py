"""A running server and a real browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from benchmarks.server import Server
from core.recipe import Recipe
from core.store.runs import RunStore
from tests.stored import finished_run

PHONE: ViewportSize = {"width": 390, "height": 844}
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# A page that trains on two busy cores may take its time.
expect.set_options(timeout=30_000)


def find_browser(playwright: Playwright) -> str:
    """Chromium named by ``DIGIT_LAB_BROWSER``, the system's, or Playwright's, which may be absent."""
    names = ("chromium", "chromium-browser", "google-chrome")
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


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.url, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def run(server: Server) -> Iterator[str]:
    """The id of a finished run, which everybody sees."""
    store = RunStore(server.store)
    run = finished_run(store, Recipe(epochs=3), "0123456789abcdef", "Ann tries", nickname="Ann")
    yield run.id
    store.delete(run.id, run.owner)
    store.database.close()
