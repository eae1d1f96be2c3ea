"""What a server does that nobody has visited: before all other tests, which share it."""

import time

import psutil
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from tests.browser.actions import open_page
from tests.browser.test_0_early_visit import STARTING

# TensorFlow takes more than this, and all else less.
WITH_TENSORFLOW = 500 * 2**20


def test_after_the_first_page_tensorflow_is_loaded_without_anybody_asking(page: Page, server: Server):
    open_page(page, "/")
    expect(page.get_by_text(STARTING)).to_have_count(0)
    process = psutil.Process(server.process.pid)
    deadline = time.monotonic() + 60
    while process.memory_info().rss < WITH_TENSORFLOW and time.monotonic() < deadline:
        time.sleep(0.2)
    assert process.memory_info().rss > WITH_TENSORFLOW
