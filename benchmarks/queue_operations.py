"""Measure what the queue bears: operations a second with more and more workers.

    python -m benchmarks.queue_operations [--seconds 5]

Each simulated worker is a thread with connections of its own that takes a run, says four times
that it is alive, saves two epochs with a state, finishes, and takes the next one; in between it does
nothing, where a real one would train. All the rest is real. First the files are of the article
network's size, then of a kilobyte: what the files cost.

Printed are, for each number of workers, finished runs and heartbeats a second, and how long a
heartbeat and a look of a page at its run take meanwhile.
"""

import argparse
import contextlib
import logging
import math
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.postgres import Postgres
from core.history import Checkpoint, Epoch
from core.jobs.lease import LeaseLost
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.recipe import Recipe
from core.store.database import StoreError
from core.store.runs import RunStore

WORKERS = (1, 10, 100)
# Bytes of the network, and of the state with the optimizer's moments.
FILES = {"article network": (960_000, 2_900_000), "1 KB": (1_000, 1_000)}
HEARTBEATS = 4
LOOK_SECONDS = 0.05


class Count:
    """What all threads have done; safe to use from several."""

    def __init__(self) -> None:
        self.finished = 0
        self.errors = 0
        self.heartbeats: list[float] = []
        self.looks: list[float] = []


def work(store: RunStore, name: str, files: str, end: threading.Event, count: Count) -> None:
    """Be a worker that trains nothing."""
    network, state = map(os.urandom, FILES[files])
    queue, recipe = RunQueue(store), Recipe(epochs=2)
    history = tuple(Epoch(number, 0.5, 0.9, None, None, 1.0) for number in (1, 2))
    while not end.is_set():
        try:
            with contextlib.suppress(RunRefused):  # Another worker has not taken the last one yet.
                queue.enqueue(recipe, f"owner of {name}", "Run")
            lease = queue.lease(name)
            if lease is None:
                continue
            for beat in range(HEARTBEATS):
                began = time.perf_counter()
                lease.heartbeat(beat / HEARTBEATS)
                count.heartbeats.append(time.perf_counter() - began)
            for number in (1, 2):
                lease.save(Checkpoint(history[:number], state))
            lease.finish(network, state, False, 0.9, 0.9, {})
            count.finished += 1
        except (StoreError, LeaseLost):
            count.errors += 1


def look(store: RunStore, end: threading.Event, count: Count) -> None:
    """Look at a run as the page of a visitor does."""
    while not end.wait(LOOK_SECONDS):
        began = time.perf_counter()
        try:
            for run in store.active()[:1]:
                store.history(run.id)
        except StoreError:
            count.errors += 1
        count.looks.append(time.perf_counter() - began)


def milliseconds(seconds: list[float]) -> str:
    """Return the median and the 95th percentile."""
    ranked = sorted(seconds) or [math.nan]
    high = ranked[math.ceil(0.95 * len(ranked)) - 1]
    return f"{1000 * statistics.median(ranked):.1f} / {1000 * high:.1f}"


def measure(address: str, workers: int, files: str, seconds: float) -> None:
    """Print a line of the table."""
    stores, end, count = [RunStore(address) for _ in range(workers + 1)], threading.Event(), Count()
    for store in stores:
        store.usage()
    threads = [
        threading.Thread(target=work, args=(store, f"worker {number}", files, end, count))
        for number, store in enumerate(stores[1:])
    ]
    threads.append(threading.Thread(target=look, args=(stores[0], end, count)))
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    end.wait(seconds)
    end.set()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    print(
        f"| {files} | {workers} | {count.finished / took:.1f} | {len(count.heartbeats) / took:.0f} | "
        f"{milliseconds(count.heartbeats)} | {milliseconds(count.looks)} | {count.errors} |",
        flush=True,
    )
    for store in stores:
        store.database.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each number of workers")
    arguments = parser.parse_args()
    logging.disable()  # Errors are counted.
    print(
        "| store | files | workers | finished runs/s | heartbeats/s | heartbeat, ms (median / 95%) "
        "| look, ms | errors |\n|---|---|---|---|---|---|---|---|"
    )
    postgres = Postgres()
    with tempfile.TemporaryDirectory() as folder:
        sqlite = f"sqlite:///{(Path(folder) / 'runs.db').as_posix()}"
        for name, address in {"SQLite": sqlite, "PostgreSQL": postgres.empty()}.items():
            for files in FILES:
                for workers in WORKERS:
                    print(f"| {name} ", end="")
                    measure(address, workers, files, arguments.seconds)
    postgres.stop()


if __name__ == "__main__":
    main()
