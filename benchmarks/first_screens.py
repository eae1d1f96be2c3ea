"""What of each page is on the first screen: ``python -m benchmarks.first_screens``.

Nothing is scrolled or clicked. For each page, the pixels of its main things that are visible, out
of those that they have, and the pixels of the page's head: title, choice of model, views.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from benchmarks.server import Server
from tests.browser.actions import open_page, wait_until_drawn
from tests.browser.conftest import BROWSER_FLAGS, PHONE_AGENT, find_browser

# The keys of the things without which a page would be empty to anyone who opens it.
MAIN = {
    "/": ["home_steps"],
    "/explore": ["explore_digits"],
    "/train": ["train_start", "train_chart"],
    "/train?run=article": ["train_start", "train_run", "train_numbers", "train_chart"],
    "/evaluate": ["test_accuracy", "confusion_matrix"],
    "/evaluate?view=Errors": ["mistakes_article_confidence_None_None_tiles"],
    "/evaluate?view=Calibration": ["evaluate_reliability"],
    "/evaluate?view=Robustness": ["evaluate_stress_curves"],
    "/evaluate?view=Label errors": ["dispute_947"],
    "/evaluate?view=Significance": ["evaluate_intervals"],
    "/evaluate?view=Baselines": ["evaluate_ladder"],
    "/predict": ["predict_canvas", "predict_canvas_undo", "predict_canvas_clear", "prediction"],
    "/inside": ["inside_overview"],
    "/class": ["class_join"],
    "/teach": ["teach_settings", "teach_start", "teach_examples"],
    "/runs": ["runs_list"],
}


@dataclass(frozen=True)
class Screen:
    """A screen that pages must fit.

    Attributes
    ----------
    name : str
    width, height : int
        CSS pixels.
    user_agent : str or None
        What the browser says of itself; None for a desktop browser.
    """

    name: str
    width: int
    height: int
    user_agent: str | None = None

    @property
    def viewport(self) -> ViewportSize:
        """As Playwright wants it."""
        return {"width": self.width, "height": self.height}


SCREENS = (
    Screen("laptop", 1280, 800),
    Screen("projector", 1920, 1080),
    Screen("phone", 390, 844, PHONE_AGENT),
    Screen("narrow window", 390, 844),
)


@dataclass(frozen=True)
class Seen:
    """Where an element is on the first screen.

    Attributes
    ----------
    key : str
    top, height : float
        CSS pixels from the top of the screen, and of the element.
    visible : float
        Pixels of its height that are on the screen; 0 if it is not on the page.
    """

    key: str
    top: float
    height: float
    visible: float

    @property
    def whole(self) -> bool:
        """Whether all of it is on the screen, but for less than a pixel."""
        return self.height > 0 and self.visible > self.height - 1


def look(page: Page, key: str) -> Seen:
    """Return where the element of this key is; a page that is scrolled counts as it is."""
    found = page.locator(f".st-key-{key}").first
    canvas = found.locator("canvas.upper-canvas")
    found = canvas if canvas.count() else found
    box = found.bounding_box() if found.count() else None
    size = page.viewport_size
    if box is None or size is None:
        return Seen(key, 0, 0, 0)
    top, bottom = box["y"], box["y"] + box["height"]
    visible = max(0.0, min(bottom, size["height"]) - max(top, 0.0))
    if box["x"] < 0 or box["x"] + box["width"] > size["width"] + 1:
        visible = 0.0
    return Seen(key, top, box["height"], visible)


def head_height(page: Page, first: str) -> float:
    """Return the pixels from the top of the page's head to the first main thing."""
    return look(page, first).top - look(page, "page_head").top


def main() -> None:
    """Start the app and print a table."""
    expect.set_options(timeout=60_000)
    server = Server(Path(tempfile.mkdtemp()) / "log.txt")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
            print("| page | screen | main thing | px visible | px high | head px |")
            print("|---|---|---|---|---|---|")
            whole = 0
            for path, keys in MAIN.items():
                for screen in SCREENS:
                    context = browser.new_context(
                        base_url=server.url, viewport=screen.viewport, user_agent=screen.user_agent
                    )
                    page = context.new_page()
                    open_page(page, path)
                    wait_until_drawn(page)
                    seen = [look(page, key) for key in keys]
                    whole += all(thing.whole for thing in seen)
                    for thing in seen:
                        print(
                            f"| {path} | {screen.name} | {thing.key} | {thing.visible:.0f} "
                            f"| {thing.height:.0f} | {head_height(page, keys[0]):.0f} |"
                        )
                    context.close()
            print(f"\nWhole on the first screen: {whole} of {len(MAIN) * len(SCREENS)}")
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
