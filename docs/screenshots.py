"""Take the screenshots of the README from the running app: ``python -m docs.screenshots``."""

import re
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.server import Server
from tests.browser.actions import (
    click,
    draw,
    element,
    expect_reading,
    open_page,
    wait_until_drawn,
    wait_until_idle,
)
from tests.browser.conftest import BROWSER_FLAGS, find_browser

FOLDER = Path(__file__).resolve().parent
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCREENS = {"laptop": (1280, 800), "projector": (1920, 1080), "phone": (390, 844)}
# A three in one stroke, in pixels of the canvas.
THREE = [
    (90, 70),
    (130, 45),
    (180, 60),
    (185, 100),
    (135, 130),
    (190, 160),
    (185, 210),
    (130, 235),
    (85, 205),
]


def save(page: Page, name: str) -> None:
    """Save what is on the screen."""
    wait_until_idle(page)
    page.wait_for_timeout(1000)  # Charts fade in.
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Start the app, visit every page, and save its picture."""
    server = Server(Path(tempfile.mkdtemp()) / "log.txt")
    try:
        with sync_playwright() as playwright:
            path = find_browser(playwright)
            browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
            page = browser.new_page(base_url=server.url, viewport={"width": 1200, "height": 900})
            open_page(page, "/")
            save(page, "home")
            open_page(page, "/explore")
            save(page, "explore")
            open_page(page, "/train")
            click(page, "train_start")
            expect(element(page, "train_numbers")).to_contain_text(
                re.compile(r"Test accuracy\D*\d"), timeout=60_000
            )
            save(page, "train")
            open_page(page, "/evaluate?model=article")
            expect(element(page, "evaluate_matrix").locator("svg.marks")).to_be_visible()
            expect(element(page, "evaluate_cell")).to_contain_text("true 4 → predicted 9")
            save(page, "evaluate")
            for theme in THEMES:
                for name, (width, height) in SCREENS.items():
                    screen = browser.new_page(
                        base_url=server.url,
                        viewport={"width": width, "height": height},
                        color_scheme=theme,
                    )
                    open_page(screen, "/inside?model=article&image=247")
                    wait_until_drawn(screen)
                    save(screen, f"inside-{name}-{theme}")
                    screen.close()

            phone = browser.new_page(
                base_url=server.url, viewport={"width": 390, "height": 900}, color_scheme="dark"
            )
            open_page(phone, "/predict?model=drawings")
            draw(phone, THREE)
            expect_reading(phone, 3)
            save(phone, "predict-phone")
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
