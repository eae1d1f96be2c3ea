"""Two real web servers that train nothing, and a worker beside them, on one store in PostgreSQL.

The worker is in this process; one of its own is in `tests/core/jobs/test_worker_process.py`.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.server import Server
from benchmarks.session import Session
from core.jobs.scheduler import Scheduler
from core.store.run import RunState
from core.store.runs import RunStore
from tests.postgres import ON_POSTGRESQL
from ui.resources import WORKERS_VARIABLE


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def servers(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    monkeypatch.setenv(WORKERS_VARIABLE, "0")
    servers = [Server(tmp_path / f"{name}.txt", store=address) for name in ("one", "two")]
    yield servers
    for server in servers:
        server.stop()


@ON_POSTGRESQL
def test_a_visitor_may_land_on_either_server(servers: list[Server], store: RunStore):
    one, two = servers
    ann = Session(one.url, "train", "epochs=100&train_size=10000")
    ann.click("train_start")
    (run,) = store.active()
    assert ann.metrics["Starts in about"] == "–", "nobody is there to train it"

    # The same visitor's browser on the other server; and somebody else.
    ann_there = Session(two.url, "train", cookie=ann.cookie)
    bob = Session(two.url, "train", f"run={run.id}")
    assert ann_there.metrics["Position in queue"] == bob.metrics["Position in queue"] == "1 / 1"
    assert ann_there.has("train_stop")
    assert not bob.has("train_stop"), "only she may cancel it"
    ann_there.click("train_start")
    assert [other.id for other in store.active()] == [run.id], "one waits for each visitor, on all servers"

    worker = Scheduler(store)
    wait_until(lambda: store.get(run.id).epochs_done)
    ann_there.rerun()
    ann_there.click("train_stop")
    wait_until(lambda: not store.get(run.id).state.active)
    assert store.get(run.id).state is RunState.STOPPED
    for session in (ann, bob):
        wait_until(lambda session=session: session.metrics["Test accuracy"] != "–")
    for session in (ann, ann_there, bob):
        assert session.errors == []
        session.close()
    worker.shutdown()

    if sys.platform == "linux":
        for server in servers:
            libraries = Path(f"/proc/{server.process.pid}/maps").read_text()
            assert "tensorflow" not in libraries, "it is loaded only to answer"
