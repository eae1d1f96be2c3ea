"""Measure how long Predict takes from the end of a stroke to its answer, in a real browser.

    python -m benchmarks.live [--strokes 40]

Digits are drawn on the real canvas, on the page Predict and on a bare page that has the same
canvas and shows nothing but a counter. Printed are, for both: from the end of the stroke to
the change on the screen, and the processor time of the server for each stroke.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.server import Server
from tests.browser.actions import click, draw, element, open_page, wait_until_idle
from tests.browser.conftest import BROWSER_FLAGS, find_browser

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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--strokes", type=int, default=40)
    strokes = parser.parse_args().strokes
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder, sync_playwright() as playwright:
        script = Path(folder) / "bare.py"
        script.write_text(BARE_APP, encoding="utf-8")
        (Path(folder) / "bare").mkdir()
        servers = Server(Path(folder) / "log.txt"), Server(Path(folder) / "bare" / "log.txt", script=script)
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
        try:
            print(f"{'milliseconds':14s}{'median':>9s}{'95 %':>9s}{'server, each stroke':>22s}")
            for name, server, path in (("bare canvas", servers[1], "/"), ("Predict", servers[0], "/predict")):
                page = browser.new_context(base_url=server.url).new_page()
                page.set_default_timeout(60_000)
                times, busy = measure(page, server, path, strokes, clear=name == "Predict")
                late = statistics.quantiles(times, n=20)[-1]
                print(f"{name:14s}{statistics.median(times):9.0f}{late:9.0f}{busy:22.0f}", flush=True)
        finally:
            browser.close()
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
