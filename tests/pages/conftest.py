"""Every page as `AppTest` runs it: the whole app without a browser."""

import functools
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner, require_widgets_deltas

from core.classroom.teaching import open_classroom
from core.data import DataError, Dataset, load_mnist
from core.store.bundled import BUNDLED_FOLDER
from core.store.run import RunState
from core.store.runs import RunStore
from tests.pages.people import ANN, BOB, TEACHER, database, finished
from ui import resources, session, test_part

ROOT = Path(__file__).resolve().parents[2]
APP = str(ROOT / "streamlit_app.py")
TIMEOUT = 60
# What differs between two servers; the bundled models, and what is measured of them, do not.
OF_A_SERVER = (
    resources.scheduler,
    resources.own_workers,
    resources.cluster,
    resources.whole_store,
    test_part.sealed_for,
    resources.estimates,
    resources.silent_runs,
    resources.drafts,
    resources.people,
    resources.key_guard,
)


@pytest.fixture(scope="session", autouse=True)
def as_fast_as_a_server() -> Iterator[None]:
    """`AppTest` does at each page what a server does once, or does not do."""
    with pytest.MonkeyPatch.context() as patch:
        # Look for components in all installed packages.
        found_once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found_once)
        # Make a stand-in for the server.
        patch.setattr(app_test, "MagicMock", functools.cache(app_test.MagicMock))
        # Compile the scripts.
        scripts = ScriptCache()
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", lambda: scripts)
        # Ask a thousand times a second whether the page is made.
        patch.setattr(local_script_runner, "require_widgets_deltas", wait_for_script)
        yield


def wait_for_script(runner: LocalScriptRunner, timeout: float) -> None:
    """Wait for the thread of a page; if it takes too long, `AppTest` fails as it always does."""
    if runner._script_thread:
        runner._script_thread.join(timeout)
    if not runner.script_stopped():
        require_widgets_deltas(runner, timeout=0)


def forget_server() -> None:
    for cached in OF_A_SERVER:
        cached.clear()


@pytest.fixture(autouse=True)
def fresh_server() -> Iterator[None]:
    """Each test has a server of its own: no runs of the test before."""
    forget_server()
    yield
    resources.scheduler().shutdown()
    resources.whole_store().database.close()
    forget_server()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    def open_page(name: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(APP, default_timeout=TIMEOUT)
        if name:
            # Without a visit to Home before, as by a link.
            app.switch_page(f"pages/{name}.py")
        app.query_params.update(query)
        return app.run()

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
        monkeypatch.setattr(resources, "whole_store", lambda: store)

    return use


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let a training wait for this event: so long it is running, and takes no time of the processor."""
    go = threading.Event()
    over = False

    def load() -> Dataset:
        assert go.wait(TIMEOUT)
        if over:
            raise DataError("The test is over.")
        return load_mnist()

    monkeypatch.setattr(resources.scheduler(), "_load_data", load)
    yield go
    over = True
    go.set()


@pytest.fixture
def runs(store: RunStore) -> dict[str, str]:
    """Three finished runs of two people, by how accurate they are."""
    return {
        "low": finished(store, ANN, "Ann tries", 0.91),
        "high": finished(store, BOB, "Bob tries", 0.97, activation="relu"),
        "middle": finished(store, ANN, "Ann again", 0.93, hidden_units=()),
    }


@pytest.fixture
def code() -> str:
    """The code of a class."""
    return open_classroom(database(), TEACHER)[0].code


def add_bundled(folder: Path, name: str, network: bytes, checksum: str | None = None) -> None:
    """Put a network among the bundled ones of a folder, with the card of the softmax regression.

    Under a name of its own: what is kept of the others, here as on a server, is not of this one.
    """
    card = json.loads((BUNDLED_FOLDER / "softmax.json").read_text(encoding="utf-8"))
    card |= {"id": name, "name": name, "sha256": checksum or hashlib.sha256(network).hexdigest()}
    (folder / f"{name}.json").write_text(json.dumps(card), encoding="utf-8")
    (folder / f"{name}.keras").write_bytes(network)


def forget_network(run_id: str) -> None:
    """Let this server know nothing of the network of a run any more, as after a restart."""
    # They can be imported once a page has been opened: the canvas registers itself with a server.
    from ui.inside import show, time_machine

    resources._model.clear(run_id)
    show.network.clear(run_id)
    time_machine._networks.clear()


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


def wait_for_state(run_id: str, state: RunState) -> None:
    deadline = time.monotonic() + TIMEOUT
    while resources.store().get(run_id).state is not state:
        assert time.monotonic() < deadline, resources.store().get(run_id)
        time.sleep(0.02)


def words(app: AppTest) -> str:
    """All text of the page."""
    texts = [app.title, app.header, app.subheader, app.markdown, app.caption]
    elements = [*texts, app.info, app.warning, app.error]
    return "\n".join(str(element.value) for group in elements for element in group)
