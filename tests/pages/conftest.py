"""Every page as `AppTest` runs it: the whole app without a browser."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.store.runs import RunStore
from ui import resources, session

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "streamlit_app.py")
TIMEOUT = 60


@pytest.fixture(autouse=True)
def fresh_server():
    """Each test has a server of its own: no runs of the test before."""
    st.cache_resource.clear()
    yield
    resources.scheduler().shutdown()
    resources.store().database.close()
    st.cache_resource.clear()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    def open_page(name: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(APP, default_timeout=TIMEOUT)
        app.query_params.update(query)
        app.run()
        if name:
            app.switch_page(f"pages/{name}.py")
            app.query_params.update(query)
            app.run()
        return app

    return open_page


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the sessions that are opened next be of this browser."""
    return lambda name: monkeypatch.setattr(session, "browser_id", lambda: name)


@pytest.fixture
def other_store(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Let the pages use the bundled models of another folder."""

    def use(folder: Path) -> None:
        store = RunStore(bundled_folder=folder)
        monkeypatch.setattr(resources, "store", lambda: store)

    return use


def train_until_finished(app: AppTest) -> AppTest:
    """Start the training on the page and wait until the page shows its result."""
    app.button(key="train_start").click().run()
    assert not app.exception
    wait_until_trained()
    return app.run()


def wait_until_trained() -> None:
    """Until nothing waits and nothing is trained."""
    deadline = time.monotonic() + TIMEOUT
    while resources.store().active():
        assert time.monotonic() < deadline, resources.store().active()
        time.sleep(0.02)


def words(app: AppTest) -> str:
    """All text of the page."""
    texts = [app.title, app.header, app.subheader, app.markdown, app.caption]
    elements = [*texts, app.info, app.warning, app.error]
    return "\n".join(str(element.value) for group in elements for element in group)
