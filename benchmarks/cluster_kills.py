"""Kill workers and the database again and again in the middle of a training, and count what is lost.

    python -m benchmarks.cluster_kills [--kills 10] [--epochs 60]

Two worker processes (``python -m core worker``) share a store in PostgreSQL. At random moments one of
them, both, or the database server with all its processes are killed (SIGKILL) and started again.
Every run must end with the history of a training that nobody interrupted, in float32.
"""

import argparse
import dataclasses
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.kills import measured, wait_until
from benchmarks.postgres import Postgres
from benchmarks.server import ROOT
from core.data import load_mnist
from core.history import Epoch
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


class Cluster:
    """A database server, its store, and worker processes on it."""

    def __init__(self, recipe: Recipe) -> None:
        self.postgres = Postgres()
        self.store = RunStore(self.postgres.empty())
        self.queue = RunQueue(self.store)
        self.recipe = recipe
        self.log = Path(tempfile.mkdtemp()) / "log.txt"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.ids: list[str] = []

    def fill(self) -> None:
        """Start workers, and a run, where there are none."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < WORKERS:
            environment = {**os.environ, ADDRESS_VARIABLE: self.store.database.address}
            with self.log.open("a") as log:
                command = [sys.executable, "-m", "core", "worker"]
                self.workers.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log))
        if not self.store.active():
            self.ids.append(self.queue.enqueue(self.recipe, OWNER, "Killed").id)

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
                worker.kill()
                worker.wait()

    def kill_all_workers(self) -> None:
        """Kill all workers."""
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def kill_database(self) -> None:
        """Kill the database server, and start it again."""
        self.postgres.kill()
        self.postgres.start()

    def stop(self) -> None:
        """End all processes."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)
        self.store.database.close()
        self.postgres.stop()


def kill(cluster: Cluster, name: str, moments: random.Random) -> tuple[float, bool, bool]:
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
        return kill(cluster, name, moments)
    time.sleep(moments.uniform(0, LONGEST_SECONDS))
    worker, seen = cluster.worker_of_run(), cluster.history()
    began = time.perf_counter()
    {"a worker": cluster.kill_worker, "all workers": cluster.kill_all_workers}.get(
        name, cluster.kill_database
    )()
    cluster.fill()
    wait_until(lambda: len(cluster.history()) > len(seen))
    seconds = time.perf_counter() - began
    lost = cluster.history()[: len(seen)] != seen
    return seconds, lost, name == "the database" and cluster.worker_of_run() not in (worker, "")


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
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    cluster = Cluster(dataclasses.replace(ARTICLE, epochs=arguments.epochs, precision="float32"))
    print("| killed | times | epochs lost | runs taken from a living worker | seconds until the next epoch |")
    print("|---|---|---|---|---|")
    try:
        for name in ("a worker", "all workers", "the database"):
            found = [kill(cluster, name, moments) for _ in range(arguments.kills)]
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
