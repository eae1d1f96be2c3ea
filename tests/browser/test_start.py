"""A server that has only just been started."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import Server
from tests.browser.actions import element, open_page

STARTING = "Loading TensorFlow"
# TensorFlow takes more than this, and all else less.
WITH_TENSORFLOW = 500 * 2**20


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "log.txt")
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture
def visitor(browser: Browser, new_server: Server) -> Iterator[Page]:
    page = browser.new_page(base_url=new_server.url)
    yield page
    page.close()


def test_whoever_comes_too_early_sees_that_tensorflow_is_loading(visitor: Page):
    visitor.goto("/predict")
    expect(visitor.get_by_text(STARTING)).to_be_visible()
    expect(visitor.locator("canvas.upper-canvas")).to_be_visible()
    expect(visitor.get_by_text(STARTING)).to_have_count(0)
    expect(element(visitor, "prediction")).to_contain_text("Draw a digit")


def test_after_the_first_page_tensorflow_is_loaded_without_anybody_asking(visitor: Page, new_server: Server):
    open_page(visitor, "/")
    expect(visitor.get_by_text(STARTING)).to_have_count(0)
    server = psutil.Process(new_server.process.pid)
    deadline = time.monotonic() + 60
    while server.memory_info().rss < WITH_TENSORFLOW and time.monotonic() < deadline:
        time.sleep(0.2)
    assert server.memory_info().rss > WITH_TENSORFLOW
