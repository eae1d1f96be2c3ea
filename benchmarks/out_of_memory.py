"""Let a worker process run out of memory in the middle of a training, in each of the ways that it can.

    python -m benchmarks.out_of_memory

A process without more address space (RLIMIT_AS) is what a library sees where memory is limited; SIGKILL
is what the kernel does where it is not. What was finished must be there afterwards, and the run must end
in a sentence or be trained to its end by another worker.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.kills import wait_until
from benchmarks.server import ROOT
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE

LIMITED, KILLED = "no address space", "killed by the kernel"
RECIPE = Recipe(hidden_units=(300,), epochs=40, batch_size=100, train_size=6000)


def worker() -> subprocess.Popen[bytes]:
    """Start a process that trains."""
    return subprocess.Popen([sys.executable, "-m", "core", "worker"], cwd=ROOT, stderr=subprocess.PIPE)


def limit(process: subprocess.Popen[bytes]) -> None:
    """Let a process have as much address space as it has now, and no more."""
    import resource  # Windows has none.

    has = psutil.Process(process.pid).memory_info().vms
    resource.prlimit(process.pid, resource.RLIMIT_AS, (has, has))


def end(process: subprocess.Popen[bytes]) -> str:
    """End a process, if it has not ended, and return how, and the last line of its log."""
    if process.poll() is None:
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(60)
    log = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    lines = [line for line in log.splitlines() if line.strip()]
    return (
        f"exit status {process.returncode}, {log.count('Traceback')} tracebacks; last line: {lines[-1][:200]}"
    )


def run_out(store: RunStore, way: str) -> None:
    """Let a worker run out of memory in one of the ways, and print what came of it."""
    run_id = RunQueue(store).enqueue(RECIPE, way, way).id

    def has_ended() -> bool:
        return not store.get(run_id).state.active

    process = worker()
    wait_until(lambda: store.get(run_id).epochs_done >= 5)
    seen, began = store.history(run_id), time.monotonic()
    if way == LIMITED:
        limit(process)
    else:
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: process.poll() is not None or has_ended())
    run, kept = store.get(run_id), store.history(run_id)
    print(f"{way} after {len(seen)} epochs; {time.monotonic() - began:.1f} s later it is {run.state}")
    print(f"  its sentence: {run.failure or '–'}; finished epochs lost: {kept[: len(seen)] != seen}")
    print(f"  the worker: {end(process)}", flush=True)
    if run.state.active:
        other = worker()
        wait_until(has_ended)
        run = store.get(run_id)
        print(f"  with another worker it is {run.state} after {run.epochs_done} epochs: {end(other)}")
        assert run.state is RunState.FINISHED


def main() -> None:
    """Print what came of each way."""
    folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
    os.environ[ADDRESS_VARIABLE] = f"sqlite:///{(folder / 'runs.db').as_posix()}"
    for way in (LIMITED, KILLED):
        run_out(RunStore(), way)


if __name__ == "__main__":
    main()
