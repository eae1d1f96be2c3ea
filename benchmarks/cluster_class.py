"""Measure a class on two web servers and three workers, which share one store in PostgreSQL.

    python -m benchmarks.cluster_class [--sessions 30] [--within 30]

The students of `benchmarks.classroom`, every other one on the other server, press Start. The web
servers train nothing. Printed are the times to the first and the last result, the memory of all
processes at their peak, and how many times each run was taken by a worker.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import psutil

from benchmarks.classroom import press_together, start_and_wait
from benchmarks.kills import wait_until
from benchmarks.memory import MEGABYTE, Peak
from benchmarks.postgres import Postgres
from benchmarks.server import ROOT, Server
from benchmarks.session import Session
from core.jobs.registry import count_workers
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE

SERVERS = 2
WORKERS = 3


def start_worker(address: str, log: Path) -> subprocess.Popen[bytes]:
    """Start a worker process on a store."""
    environment = {**os.environ, ADDRESS_VARIABLE: address}
    with log.open("w") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "core", "worker"], cwd=ROOT, env=environment, stderr=output
        )


def measure(servers: list[Server], store: RunStore, count: int, within: float) -> None:
    """Print what the class finds."""
    alone = Session(servers[0].url, "train")
    single = start_and_wait(alone)
    alone.close()
    sessions = [Session(servers[number % len(servers)].url, "train") for number in range(count)]
    results = press_together(sessions, within)
    for session in sessions:
        session.close()
    errors = [error for session in sessions for error in session.errors]
    print(f"{len(results)} of {count} sessions have a result, errors: {len(errors)}")
    print(f"  a single run {single:6.1f} s")
    if results:
        print(f"  first result {results[0]:6.1f} s")
        print(
            f"  last result  {results[-1]:6.1f} s, {results[-1] / single / count:.2f} × {count} single runs"
        )
    runs = store.runs()
    owners = {run.owner for run in runs}
    states = Counter(run.state for run in runs)
    print(f"  runs {len(runs)}, finished {states[RunState.FINISHED]}, owners {len(owners)}")
    for error in sorted(set(errors)):
        print(f"  error: {error}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--within", type=float, default=30.0, help="seconds in which all press Start")
    arguments = parser.parse_args()
    folder, postgres = Path(tempfile.mkdtemp()), Postgres()
    os.environ["DIGIT_LAB_WORKERS"] = "0"
    store = RunStore(postgres.empty())
    logs = [folder / f"worker {number}.txt" for number in range(WORKERS)]
    workers = [start_worker(store.database.address, log) for log in logs]
    servers = [Server(folder / f"{number}.txt", store=store.database.address) for number in range(SERVERS)]
    try:
        wait_until(lambda: count_workers(store) == WORKERS)
        peaks = {f"web server {n}": Peak(psutil.Process(one.process.pid)) for n, one in enumerate(servers, 1)}
        peaks |= {f"worker {n}": Peak(psutil.Process(one.pid)) for n, one in enumerate(workers, 1)}
        measure(servers, store, arguments.sessions, arguments.within)
        for name, peak in peaks.items():
            print(f"  peak memory of {name} {peak.stop() / MEGABYTE:.0f} MB")
    finally:
        for server in servers:
            server.stop()
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(60)
        store.database.close()
        postgres.stop()
    taken = Counter(run for log in logs for run in re.findall(r"Run (\w+) is taken\.", log.read_text()))
    print(f"  runs that were taken more than once: {sum(times > 1 for times in taken.values())}")
    by_worker = [len(re.findall(r"is taken\.", log.read_text())) for log in logs]
    print(f"  runs by worker: {', '.join(map(str, by_worker))}")


if __name__ == "__main__":
    main()
