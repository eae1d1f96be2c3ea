"""How long a view of Evaluate, Explore or Compare takes: ``python -m benchmarks.views [rounds]``.

From the click on the view's name until its pictures and charts are drawn. The first round comes
before anything of the view is cached; the median is of the rounds after it.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.server import Server
from tests.browser.actions import element, open_page, wait_until_drawn
from tests.browser.conftest import BROWSER_FLAGS, find_browser

ROUNDS = 6
# By page, and by the widget that chooses among them: each view with the key of what only it has.
VIEWS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("/evaluate", "view"): {
        "Errors": "evaluate_errors",
        "Writers": "evaluate_people_dots",
        "Calibration": "evaluate_reliability",
        "Robustness": "evaluate_stress_curves",
        "Label errors": "dispute_947",
        "Significance": "evaluate_intervals",
        "Baselines": "evaluate_ladder",
        "Results": "confusion_matrix",
    },
    ("/evaluate?test_set=scikit-learn", "view"): {
        "Errors": "evaluate_errors",
        "Calibration": "evaluate_reliability",
        "Robustness": "evaluate_stress_curves",
        "Significance": "evaluate_intervals",
        "Results": "confusion_matrix",
    },
    ("/explore", "explore_closer"): {
        "Near-duplicates": "explore_near_duplicates",
        "Next door's digits": "explore_next_door",
        "Unused pixels": "explore_unused",
        "Data augmentation": "explore_draw_again",
        "Typical and strange": "explore_typical_digit",
    },
    ("/explore", "explore_people"): {
        "Two people": "explore_first_writer",
        "Two groups": "explore_groups",
        "One person": "explore_sheet",
    },
    ("/runs?compare=article,softmax", "compare_view"): {
        "Results": "compare_mcnemar",
        "Disagreements": "compare_count",
        "Overview": "compare_verdict",
    },
}


def seconds_to_open(page: Page, control: str, view: str, key: str) -> float:
    """Return the seconds from the click on a view until it is drawn."""
    started = time.perf_counter()
    element(page, control).get_by_text(view, exact=True).first.click()
    element(page, key).first.wait_for()
    wait_until_drawn(page)
    return time.perf_counter() - started


def main() -> None:
    """Start the app and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    expect.set_options(timeout=60_000)
    server = Server(Path(tempfile.mkdtemp()) / "log.txt")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
            page = browser.new_page(base_url=server.url, viewport={"width": 1280, "height": 800})
            page.set_default_timeout(60_000)
            print("| page | view | first, s | median, s |")
            print("|---|---|---|---|")
            for (path, control), views in VIEWS.items():
                open_page(page, path)
                wait_until_drawn(page)
                taken = [
                    {view: seconds_to_open(page, control, view, key) for view, key in views.items()}
                    for _ in range(rounds)
                ]
                for view in views:
                    later = statistics.median(one[view] for one in taken[1:])
                    print(f"| {path} | {view} | {taken[0][view]:.2f} | {later:.2f} |", flush=True)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
