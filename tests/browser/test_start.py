"""A server that has only just been started, and one that ends."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import Server
from core.jobs.scheduler import Scheduler
from core.store.runs import RunStore
from tests.browser.actions import click, element, newest_run, set_slider, wait_for_epoch

STARTING = "Loading TensorFlow"


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "log.txt")
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture
def new_visitor(browser: Browser, new_server: Server) -> Iterator[Page]:
    page = browser.new_page(base_url=new_server.url)
    yield page
    page.close()


def test_the_first_address_is_a_page_like_any_other_and_a_run_survives_the_end_of_its_server(
    browser: Browser, new_visitor: Page, new_server: Server, monkeypatch: pytest.MonkeyPatch
):
    """Streamlit runs a file in pages/ alone then, without streamlit_app.py and its identities."""
    early = browser.new_page(base_url=new_server.url)
    new_visitor.goto("/train", wait_until="commit")
    early.goto("/predict", wait_until="commit")
    # Whoever comes too early is told so, and loses nothing.
    expect(early.get_by_text(STARTING)).to_be_visible()
    set_slider(new_visitor, "recipe_0_epochs", "End", 1)
    element(new_visitor, "train_data").locator("summary").click()
    set_slider(new_visitor, "recipe_0_train_size", "ArrowLeft", 2)
    click(new_visitor, "train_start")
    expect(new_visitor.get_by_role("heading", name=re.compile("^Run 1: "))).to_be_visible()
    expect(early.get_by_text(STARTING)).to_have_count(0, timeout=90_000)
    expect(early.locator("canvas.upper-canvas")).to_be_visible()
    expect(element(early, "prediction")).to_contain_text("Draw a digit")
    wait_for_epoch(new_visitor, after=0)
    run = newest_run(new_server)

    # Killed in the middle: the next server goes on. Of that, what trains is enough, in this process.
    new_server.process.kill()
    new_server.process.wait()
    early.close()
    monkeypatch.setattr("core.jobs.scheduler.STALE_SECONDS", 2.0)
    store = RunStore(new_server.store)
    before = store.history(run)
    scheduler = Scheduler(store)
    try:
        while len(store.history(run)) < len(before) + 2:
            assert store.get(run).state.active
            time.sleep(0.05)
        assert store.history(run)[: len(before)] == before
    finally:
        scheduler.shutdown()
        store.database.close()
