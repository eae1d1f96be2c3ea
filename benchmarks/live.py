"""Measure how long Predict takes from the end of a stroke to its answer, in a real browser.

    python -m benchmarks.live [--quick]

Digits are drawn on the real canvas, on the page Predict and on a bare page that has the same
canvas and shows nothing but a counter. Printed are, for both: from the end of the stroke to
the change on the screen, and the processor time of the server for each stroke.
"""

import tempfile
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.compare import print_table, rounds
from benchmarks.server import Server
from tests.browser.actions import click, draw, element, open_page, wait_until_idle
from tests.browser.conftest import BROWSER_FLAGS, find_browser

STROKES = 40
BARE_APP = """
import streamlit as st
from streamlit_drawable_canvas import st_canvas

st.title("Bare canvas")

@st.fragment
def canvas():
    shown = st.container(key="prediction")
    drawn = st_canvas(width=280, height=280, background_color="#000000", stroke_color="#ffffff", key="canvas")
    shown.metric("Strokes", len((drawn.json_data or {}).get("objects", [])))

canvas()
"""
# Sets `changed` when what the page shows of a drawing is another text than before the stroke.
WATCH = """
() => {
  const shown = () => document.querySelector(".st-key-prediction")?.innerText ?? "";
  window.strokeEnd = 0; window.changed = 0;
  let before = shown();
  document.addEventListener("pointerdown", () => { before = shown(); window.changed = 0; }, true);
  document.addEventListener("pointerup", () => { window.strokeEnd = performance.now(); }, true);
  new MutationObserver(() => {
    if (window.strokeEnd && !window.changed && shown() !== before) window.changed = performance.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""


def measure(page: Page, server: Server, path: str, strokes: int, clear: bool) -> tuple[list[float], float]:
    """Milliseconds from the end of each stroke to the change, and those of the server per stroke."""
    open_page(page, path)
    expect(element(page, "prediction")).not_to_be_empty()
    process = psutil.Process(server.process.pid)
    rng = np.random.default_rng(0)
    times: list[float] = []
    busy = 0.0
    page.evaluate(WATCH)
    for count in range(strokes + 3):
        corners = 140 + rng.uniform(-90, 90, size=(4, 2))
        wait_until_idle(page)
        start = _busy(process)
        draw(page, [tuple(corner) for corner in corners])
        page.wait_for_function("window.changed > 0")
        wait_until_idle(page)
        if count >= 3:  # The first ones warm the server and the browser up.
            busy += _busy(process) - start
            times.append(page.evaluate("window.changed - window.strokeEnd"))
        if clear:
            click(page, "predict_canvas_clear")
            expect(element(page, "prediction")).to_contain_text("Draw a digit")
    return times, 1000 * busy / strokes


def _busy(process: psutil.Process) -> float:
    """Seconds of processor time that the server has taken, all threads together."""
    spent = process.cpu_times()
    return spent.user + spent.system


def main() -> None:
    """Measure both pages in turn and print the figures."""
    strokes = STROKES if rounds(__doc__) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder, sync_playwright() as playwright:
        script = Path(folder) / "bare.py"
        script.write_text(BARE_APP, encoding="utf-8")
        (Path(folder) / "bare").mkdir()
        servers = Server(Path(folder) / "bare" / "log.txt", script=script), Server(Path(folder) / "log.txt")
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
        answered: dict[str, list[float]] = {}
        worked: dict[str, list[float]] = {}
        try:
            for name, server, path in (("bare canvas", servers[0], "/"), ("Predict", servers[1], "/predict")):
                page = browser.new_context(base_url=server.url).new_page()
                page.set_default_timeout(60_000)
                answered[name], busy = measure(page, server, path, strokes, clear=name == "Predict")
                worked[name] = [busy]
        finally:
            browser.close()
            for server in servers:
                server.stop()
    print_table("From the end of a stroke to its answer", answered, "milliseconds", 0)
    print_table("Processor time of the server for a stroke, on average", worked, "milliseconds", 0)


if __name__ == "__main__":
    main()
