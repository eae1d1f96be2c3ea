"""Measure the start of a server: from ``streamlit run`` to a painted page in a real browser.

    python -m benchmarks.start [--quick]

Home of Digit Lab, with a new run store, against an app that only says hello, and against
one that imports Keras at its top, as a newcomer would write it. The browser is open before.
"Painted" is: the heading is on the screen; "whole" is: all pictures are, too. Predict, which
needs TensorFlow, is ready when one can draw.
"""

import functools
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.compare import in_turn, print_table, rounds
from benchmarks.server import Server
from tests.browser.actions import wait_until_idle
from tests.browser.conftest import BROWSER_FLAGS, find_browser

HELLO = 'import streamlit as st\nst.title("Hello")\n'
WITH_KERAS = "import keras\n" + HELLO
PICTURES_LOADED = "[...document.images].every(image => image.complete && image.naturalWidth)"


def seconds_to(browser: Browser, path: str, script: str | None, ready: str) -> float:
    """Seconds from the start of a server to what is waited for: ``painted``, ``whole`` or ``canvas``."""
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as name:
        folder = Path(name)
        (folder / "app.py").write_text(script or "", encoding="utf-8")
        start = time.perf_counter()
        server = Server(folder / "log.txt", script=folder / "app.py" if script else "streamlit_app.py")
        page = browser.new_page(base_url=server.url)
        try:
            page.goto(path)
            WAITS[ready](page)
            return time.perf_counter() - start
        finally:
            page.close()
            server.stop()


def painted(page: Page) -> None:
    """Wait for the heading."""
    expect(page.locator("h1")).to_be_visible(timeout=60_000)


def whole(page: Page) -> None:
    """Wait for the end of the script, and for all pictures."""
    painted(page)
    wait_until_idle(page)
    page.wait_for_function(PICTURES_LOADED)


def canvas(page: Page) -> None:
    """Wait for the canvas of Predict."""
    expect(page.locator("canvas.upper-canvas")).to_be_visible(timeout=60_000)


WAITS = {"painted": painted, "whole": whole, "canvas": canvas}


def main() -> None:
    """Measure all sides in turn and print the figures."""
    count = rounds(__doc__)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
        measure = functools.partial(seconds_to, browser)
        seconds_to(browser, "/", None, "whole")  # Python's and the browser's files are read from the disk.
        sides = {
            "hello, painted": lambda: measure("/", HELLO, "painted"),
            "hello with Keras, painted": lambda: measure("/", WITH_KERAS, "painted"),
            "Digit Lab, Home painted": lambda: measure("/", None, "painted"),
            "Digit Lab, Home whole": lambda: measure("/", None, "whole"),
            "Digit Lab, Explore whole": lambda: measure("/explore", None, "whole"),
            "Digit Lab, Predict ready": lambda: measure("/predict", None, "canvas"),
        }
        print_table("From `streamlit run` to the page", in_turn(sides, count), "seconds")
        browser.close()


if __name__ == "__main__":
    main()
