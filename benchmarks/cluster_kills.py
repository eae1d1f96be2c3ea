"""Kill what trains, and what it needs, again and again in mid-training, and count what is lost.

    python -m benchmarks.cluster_kills [--kills 10] [--epochs 60] [--with workers|dask]

Two worker processes (``python -m core worker``), or a Dask scheduler with two workers
(requirements-cluster.txt), share a store in PostgreSQL with a web server that trains nothing. At random
moments one of them, or the database server with all its processes, is killed (SIGKILL) and
started again. Every run must end with the history of a training that nobody interrupted, in float32.
"""

import argparse
import dataclasses
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.kills import measured, wait_until
from benchmarks.postgres import Postgres
from benchmarks.server import ROOT, Server
from benchmarks.session import Session
from core.data import load_mnist
from core.history import Epoch
from core.jobs.dask_cluster import CLUSTER_VARIABLE, SLOT
from core.jobs.heartbeat import heartbeats
from core.jobs.queue import RunQueue
from core.recipe import ARTICLE, Recipe
from core.store.database import StoreError
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE
from core.training import train

WORKERS = 2
# A kill comes so long after an epoch, at most.
LONGEST_SECONDS = 2.0
OWNER = "benchmark"
SERVER_VARIABLE = "DIGIT_LAB_WORKERS"


class Cluster:
    """A database server, its store, a web server that trains nothing, and workers.

    Parameters
    ----------
    recipe : Recipe
        Of all runs.
    dask : bool
        Whether the workers are Dask's.
    """

    def __init__(self, recipe: Recipe, dask: bool) -> None:
        self.postgres = Postgres()
        self.store = RunStore(self.postgres.empty())
        self.queue = RunQueue(self.store)
        self.recipe = recipe
        self.folder = Path(tempfile.mkdtemp())
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.server: Server | None = None
        self.ids: list[str] = []
        self.dask = f"tcp://127.0.0.1:{free_port()}" if dask else ""
        os.environ[SERVER_VARIABLE] = "0"
        os.environ[CLUSTER_VARIABLE] = self.dask

    def fill(self) -> None:
        """Start whatever is not there, and a run if there is none."""
        if self.dask and (self.scheduler is None or self.scheduler.poll() is not None):
            port = self.dask.rpartition(":")[2]
            self.scheduler = self.start(
                "distributed.cli.dask_scheduler", "--host=127.0.0.1", f"--port={port}"
            )
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < WORKERS:
            self.workers.append(self.start_worker())
        if self.server is None or self.server.process.poll() is not None:
            self.server = Server(self.folder / "server.txt", store=self.store.database.address)
            # Its first visitor wakes it.
            Session(self.server.url).close()
        if not self.store.active():
            self.ids.append(self.queue.enqueue(self.recipe, OWNER, "Killed").id)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker of the kind that is measured."""
        if not self.dask:
            return self.start("core", "worker")
        # Its nanny would start it again by itself; here all kinds are started again alike.
        options = ("--no-nanny", "--no-dashboard", "--nthreads=1", f"--resources={SLOT}=1")
        return self.start("distributed.cli.dask_worker", self.dask, *options)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a Python module as a process."""
        environment = {**os.environ, ADDRESS_VARIABLE: self.store.database.address}
        with (self.folder / "log.txt").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def history(self) -> tuple[Epoch, ...]:
        """Return the epochs of the newest run; none while the store is away."""
        try:
            return self.store.history(self.ids[-1])
        except StoreError:
            return ()

    def worker_of_run(self) -> str:
        """Return the id of the worker that trains, if there is one."""
        try:
            return next((beat.worker for beat in heartbeats(self.store)), "")
        except StoreError:
            return ""

    def kill_worker(self) -> None:
        """Kill the worker that trains."""
        pid = int(self.worker_of_run().split()[-2])
        for worker in self.workers:
            if worker.pid == pid:
                kill(worker)

    def kill_all_workers(self) -> None:
        """Kill all workers."""
        for worker in self.workers:
            kill(worker)

    def kill_scheduler(self) -> None:
        """Kill Dask's scheduler; its workers end by themselves."""
        if self.scheduler:
            kill(self.scheduler)
        for worker in self.workers:
            worker.wait(60)

    def kill_server(self) -> None:
        """Kill the web server."""
        if self.server:
            kill(self.server.process)

    def kill_database(self) -> None:
        """Kill the database server, and start it again."""
        self.postgres.kill()
        self.postgres.start()

    @property
    def kinds(self) -> dict[str, Callable[[], None]]:
        """What is killed, by its name in the table."""
        scheduler = {"the Dask scheduler": self.kill_scheduler} if self.dask else {}
        return {
            f"a {'Dask ' if self.dask else ''}worker": self.kill_worker,
            f"all {'Dask ' if self.dask else ''}workers": self.kill_all_workers,
            **scheduler,
            "the web server": self.kill_server,
            "the database": self.kill_database,
        }

    def stop(self) -> None:
        """End all processes."""
        if self.server:
            self.server.stop()
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)
        if self.scheduler:
            # After its workers: one that hears of both ends at the same moment never ends (Dask 2026.8).
            self.scheduler.terminate()
            self.scheduler.wait(60)
        self.store.database.close()
        self.postgres.stop()


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process (SIGKILL)."""
    process.kill()
    process.wait()


def measure(cluster: Cluster, name: str, moments: random.Random) -> tuple[float, bool, bool]:
    """Kill something in mid-training; return seconds until it went on, and what went wrong.

    Returns
    -------
    float
        Until the next epoch was finished.
    bool, bool
        Whether a finished epoch was lost, and whether a living worker lost its run.
    """
    cluster.fill()
    begun = len(cluster.history())
    # Not at its end: there is nothing to go on with.
    wait_until(lambda: begun < len(cluster.history()) < cluster.recipe.epochs - 10 or finished(cluster))
    if finished(cluster):
        return measure(cluster, name, moments)
    time.sleep(moments.uniform(0, LONGEST_SECONDS))
    worker, seen = cluster.worker_of_run(), cluster.history()
    began = time.perf_counter()
    cluster.kinds[name]()
    # An epoch may have been finished while it was being killed.
    kept = max(len(seen), len(cluster.history()))
    cluster.fill()
    wait_until(lambda: len(cluster.history()) > kept)
    seconds = time.perf_counter() - began
    lost = cluster.history()[: len(seen)] != seen
    lives = name in ("the database", "the web server")
    return seconds, lost, lives and cluster.worker_of_run() not in (worker, "")


def finished(cluster: Cluster) -> bool:
    """Whether the newest run has been trained."""
    try:
        return not cluster.store.get(cluster.ids[-1]).state.active
    except StoreError:
        return False


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10, help="of each kind")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--with", dest="kind", choices=("workers", "dask"), default="workers")
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    recipe = dataclasses.replace(ARTICLE, epochs=arguments.epochs, precision="float32")
    cluster = Cluster(recipe, arguments.kind == "dask")
    print("| killed | times | epochs lost | runs taken from a living worker | seconds until the next epoch |")
    print("|---|---|---|---|---|")
    try:
        for name in cluster.kinds:
            found = [measure(cluster, name, moments) for _ in range(arguments.kills)]
            seconds = [one[0] for one in found]
            lost, taken = sum(one[1] for one in found), sum(one[2] for one in found)
            print(
                f"| {name} | {len(found)} | {lost} | {taken} | {statistics.median(seconds):.1f} "
                f"({min(seconds):.1f} to {max(seconds):.1f}) |",
                flush=True,
            )
        wait_until(lambda: finished(cluster))
        histories = [measured(cluster.store.history(run_id)) for run_id in cluster.ids]
        states = {cluster.store.get(run_id).state for run_id in cluster.ids}
    finally:
        cluster.stop()
    whole = measured(train(cluster.recipe, load_mnist()).history)
    print(f"{len(histories)} runs, all finished: {states == {RunState.FINISHED}}")
    print(f"same history as a training without interruption: {all(one == whole for one in histories)}")


if __name__ == "__main__":
    main()
