"""What visitors write is shown as they wrote it: no link, icon, emoji, dash, formula or markup."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from core.presets import PRESETS
from core.store.bundled import BUNDLED_FOLDER
from core.store.run import Run
from core.store.runs import RunStore
from tests.browser.actions import element, open_page
from tests.stored import finished_run

NAME = "- www.evil.example -- :material/home: :smile: $x^2$ <b>b</b> &copy;"
NICKNAME = "a@evil.example -> :streamlit:"
NOTE = "1. http://evil.example :red[x]"
MADE_OF_TEXT = "a, b, strong, em, del, code, li, img, .katex, [role=img], [data-testid=stIconMaterial]"
# Word joiners keep the patterns apart that the browser would look for.
INVISIBLE = "\u2060"


@pytest.fixture(scope="module")
def hostile_run(server: Server) -> Iterator[Run]:
    store = RunStore(server.store)
    network = (BUNDLED_FOLDER / "softmax.keras").read_bytes()
    run = finished_run(store, PRESETS["softmax"], "e" * 16, NAME, nickname=NICKNAME, network=network)
    store.annotate(run.id, "e" * 16, NOTE)
    yield run
    store.delete(run.id, run.owner)
    store.database.close()


def assert_shows(page: Page, selector: str, text: str) -> None:
    shown = page.locator(selector).first
    expect(shown).to_be_visible()
    assert text in shown.inner_text().replace(INVISIBLE, "")
    assert shown.locator(MADE_OF_TEXT).count() == 0, shown.inner_html()


def test_text_of_visitors_is_shown_as_text(page: Page, hostile_run: Run):
    open_page(page, f"/runs?run={hostile_run.id}")
    assert_shows(page, ".st-key-run_card h2", hostile_run.label)
    expect(element(page, "run_card").get_by_text(NOTE, exact=True)).to_be_visible()

    open_page(page, f"/train?run={hostile_run.id}")
    assert_shows(page, ".st-key-train_run h2", hostile_run.label)
    assert_shows(page, ".st-key-train_progress", f"Started by {NICKNAME}. You can look")
