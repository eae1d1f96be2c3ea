"""Training on a Dask cluster: real schedulers and workers, which are killed."""

import contextlib
import dataclasses
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.jobs import dask_cluster
from core.jobs.dask_cluster import LOCAL, SLOT, DaskCluster
from core.jobs.heartbeat import heartbeats
from core.jobs.registry import registered_workers
from core.jobs.scheduler import Scheduler
from core.jobs.steering import steer
from core.recipe import Recipe
from core.steering.control import Control
from core.store.run import RunState
from core.store.runs import RunStore
from tests.postgres import ON_POSTGRESQL

ROOT = Path(__file__).resolve().parents[3]


def wait_until(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a process of Dask as its command line does."""
    processes = []

    def start(name: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", "--no-dashboard", *options]
        with (tmp_path / f"{name}.txt").open("ab") as log:
            processes.append(subprocess.Popen(command, cwd=ROOT, stderr=log))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@ON_POSTGRESQL
def test_whoever_is_killed_no_epoch_is_lost_and_no_run_trained_twice(
    store: RunStore,
    start,
    small_recipe: Recipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr("core.jobs.scheduler.STALE_SECONDS", 4.0)
    caplog.set_level(logging.INFO, "core")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"

    def web_server() -> tuple[Scheduler, DaskCluster]:
        cluster = DaskCluster(address, store.database.address)
        return Scheduler(store, workers=0, cluster=cluster), cluster

    # The cluster comes late, and its workers later.
    server, cluster = web_server()
    wait_until(lambda: cluster.trouble == dask_cluster._AWAY.format(address))
    recipe = dataclasses.replace(small_recipe, epochs=6, dropout=0.2)
    # The first run must not be over before the second worker has loaded TensorFlow.
    pause = Control(hold_at=2 * recipe.steps_per_epoch + 1)
    ids = [server.queue.enqueue(recipe, owner, "Run", control=pause).id for owner in ("ann", "bob")]
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", port)
    wait_until(lambda: "has no worker that trains" in cluster.trouble)
    workers = [
        start("worker", address, "--no-nanny", "--nthreads", "1", "--resources", f"{SLOT}=1")
        for _ in range(2)
    ]
    wait_until(lambda: [store.get(run_id).epochs_done for run_id in ids] == [2, 2])
    assert len(registered_workers(store)) == 2
    assert cluster.trouble == ""

    # The web server is restarted, and leaves the runs where they are.
    trained_by = {beat.run_id: beat.worker for beat in heartbeats(store)}
    server.shutdown()
    server, cluster = web_server()
    wait_until(lambda: cluster._scheduler_id)
    assert {beat.run_id: beat.worker for beat in heartbeats(store)}.items() <= trained_by.items()

    # A worker is killed.
    killed = next(worker for worker in workers if str(worker.pid) in trained_by[ids[0]].split())
    killed.kill()
    survived = store.history(ids[0])
    for run_id, owner in zip(ids, ("ann", "bob"), strict=True):
        steer(store, run_id, owner, Control())
    wait_until(lambda: not store.active())
    assert [store.get(run_id).state for run_id in ids] == [RunState.FINISHED] * 2
    assert store.history(ids[0])[: len(survived)] == survived
    disturbed, undisturbed = (
        [(epoch.loss, epoch.accuracy) for epoch in store.history(run_id)] for run_id in ids
    )
    assert disturbed == undisturbed

    # Dask's scheduler is killed: its worker gives the run back at once, and ends.
    (left,) = (worker for worker in workers if worker is not killed)
    long = server.queue.enqueue(dataclasses.replace(recipe, epochs=100, train_size=60_000), "ann", "Long")
    wait_until(lambda: store.get(long.id).progress)
    scheduler.kill()
    assert left.wait(60) == 0
    assert store.get(long.id).state is RunState.QUEUED
    wait_until(lambda: cluster.trouble)
    server.shutdown()
    log = (tmp_path / "worker.txt").read_text()
    assert log.count(f"Run {ids[1]} is taken.") == 1
    assert re.search(rf'worker="[^"]+" run={long.id} Run {long.id} is back in the queue\.', log)
    everything = log + (tmp_path / "scheduler.txt").read_text() + caplog.text
    assert store.database.address not in everything, "a password would be in it"


def test_a_cluster_of_this_machine_ends_with_its_server(store: RunStore):
    # Other tests of this process may have a browser or a database.
    others = set(psutil.Process().children(recursive=True))
    cluster = DaskCluster(LOCAL, store.database.address)
    cluster.train(0)
    assert cluster.trouble == ""
    processes = [process for process in psutil.Process().children(recursive=True) if process not in others]
    assert len(processes) >= 2
    cluster.close()
    assert psutil.wait_procs(processes, 20)[1] == []


def test_a_worker_elsewhere_does_not_make_a_store_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """A file on the web server's machine is not there for others."""
    # Imported here: each process of the tests reads this file, and Dask takes it a second.
    from distributed import LocalCluster

    missing = tmp_path / "elsewhere.db"
    with LocalCluster(
        processes=False, n_workers=1, threads_per_worker=1, resources={SLOT: 1}, dashboard_address=None
    ) as workers:
        cluster = DaskCluster(workers.scheduler_address, f"sqlite:///{missing}")

        def sees_it() -> bool:
            cluster.train(1)
            return "a file of the web server's machine" in cluster.trouble

        wait_until(sees_it)
        assert sees_it()
        cluster.close()
    assert not missing.exists()
    told = [record for record in caplog.records if record.name == dask_cluster.__name__]
    assert [record.levelname for record in told].count("WARNING") == 1


def test_without_the_package_operators_are_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    cluster = DaskCluster("tcp://127.0.0.1:8786", "sqlite:///runs.db")
    for _ in range(3):
        cluster.train(1)
    assert "pip install -r requirements-cluster.txt" in cluster.trouble
    assert caplog.text.count("is not installed") == 1
    with contextlib.closing(cluster):
        assert cluster.dashboard == ""
