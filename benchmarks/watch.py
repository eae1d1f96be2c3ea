"""Measure how soon a visitor sees the training that they have started, in a real browser.

    python -m benchmarks.watch [--quick]

On a warm server, *Start training* is clicked on the page Train with the article's recipe. Printed
are the seconds from the click to the first point of the curve and to the test accuracy, beside
what the training itself took by its own clock: its first epoch, in which TensorFlow builds the
network's graph, and all ten.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.compare import print_table, rounds
from benchmarks.server import Server
from core.store.runs import RunStore
from tests.browser.actions import click, open_page, wait_until_idle
from tests.browser.conftest import BROWSER_FLAGS, find_browser

STARTS = 10
# Notes when the numbers over the curve change, from the click on.
WATCH = """
() => {
  window.clicked = 0; window.point = 0; window.result = 0;
  const value = (label) => [...document.querySelectorAll(".st-key-train_numbers [data-testid=stMetric]")]
    .find((metric) => metric.innerText.startsWith(label))?.innerText.split("\\n").pop() ?? "";
  const look = () => {
    if (!window.clicked) return;
    const begun = value("Test accuracy") === "–";
    window.begun ||= begun;
    if (window.begun && !window.point && /^[1-9]/.test(value("Epoch"))) window.point = performance.now();
    if (window.begun && !window.result && value("Test accuracy").includes("%"))
      window.result = performance.now();
  };
  document.querySelector(".st-key-train_start button").addEventListener("click", () => {
    window.clicked = performance.now(); window.point = window.result = 0; window.begun = false;
  }, true);
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""


def start(page: Page) -> tuple[float, float]:
    """Click *Start training*; return the seconds until the first point and until the result."""
    wait_until_idle(page)
    page.evaluate(WATCH)
    click(page, "train_start")
    page.wait_for_function("window.result > 0")
    wait_until_idle(page)
    point, result = page.evaluate("[window.point - window.clicked, window.result - window.clicked]")
    return point / 1000, result / 1000


def main() -> None:
    """Start trainings one after another and print the figures."""
    starts = STARTS if rounds(__doc__) > 1 else 1
    first: dict[str, list[float]] = {"first epoch, trained": [], "first point, seen": []}
    whole: dict[str, list[float]] = {"all epochs, trained": [], "result, seen": []}
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "log.txt")
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
        try:
            page = browser.new_context(base_url=server.url).new_page()
            page.set_default_timeout(120_000)
            open_page(page, "/train")
            start(page)  # The first one warms the server up.
            store = RunStore(server.store)
            for _ in range(starts):
                point, result = start(page)
                (run,) = store.runs(limit=1)
                first["first epoch, trained"].append(store.history(run.id)[0].seconds)
                first["first point, seen"].append(point)
                whole["all epochs, trained"].append(run.seconds)
                whole["result, seen"].append(result)
            store.database.close()
        finally:
            browser.close()
            server.stop()
    print_table("From Start to the first point of the curve", first, "seconds")
    print_table("From Start to the result", whole, "seconds")


if __name__ == "__main__":
    main()
