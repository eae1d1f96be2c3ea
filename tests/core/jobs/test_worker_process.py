"""Worker processes as an operator starts them: several on one store, ended, and killed."""

import contextlib
import dataclasses
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.__main__ import main
from core.data import Dataset
from core.jobs.heartbeat import heartbeats
from core.jobs.log_lines import LogLines
from core.jobs.queue import RunQueue
from core.jobs.registry import registered_workers
from core.jobs.steering import steer
from core.recipe import Recipe
from core.steering.control import Control
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import shown_address
from core.training import train

ROOT = Path(__file__).resolve().parents[3]
# ``python -m core worker`` with less patience for those that are gone.
WORKER = """
import sys
from core import __main__
from core.jobs import scheduler
scheduler.STALE_SECONDS = 5.0
sys.exit(__main__.main(["worker"]))
"""
WITHOUT_DATA = """
import sys
from core import __main__, data
from core.jobs import worker_process
def load():
    raise data.DataError("MNIST is missing. Restore it.")
worker_process.load_mnist = load
sys.exit(__main__.main(["worker"]))
"""


def start(code: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=output)


@contextlib.contextmanager
def two_workers(folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [start(WORKER, folder / f"worker {number}.txt") for number in (1, 2)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def process_of(worker: str, processes: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    return next(process for process in processes if str(process.pid) in worker.split())


def test_two_workers_share_a_queue_one_is_killed_and_the_other_goes_on_and_ends_when_told(
    store: RunStore, small_recipe: Recipe, mnist: Dataset, tmp_path: Path
):
    queue = RunQueue(store)
    recipe = dataclasses.replace(small_recipe, epochs=6, dropout=0.2)
    pause = Control(hold_at=2 * recipe.steps_per_epoch + 1)
    with two_workers(tmp_path) as processes:
        wait_until(lambda: len(registered_workers(store)) == 2)
        ids = [queue.enqueue(recipe, owner, "Run", control=pause).id for owner in ("ann", "bob")]
        wait_until(lambda: [store.get(run_id).epochs_done for run_id in ids] == [2, 2])
        killed = next(beat.worker for beat in heartbeats(store) if beat.run_id == ids[0])
        first = process_of(killed, processes)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        survived = store.history(ids[0])
        for run_id, owner in zip(ids, ("ann", "bob"), strict=True):
            steer(store, run_id, owner, Control())
        wait_until(lambda: not store.active())
        assert [store.get(run_id).state for run_id in ids] == [RunState.FINISHED] * 2
        assert store.history(ids[0])[: len(survived)] == survived, "no finished epoch is lost"
        # The list forgets who is gone.
        wait_until(lambda: len(registered_workers(store)) == 1)
        (left,) = registered_workers(store)
        assert left.id != killed

        long = queue.enqueue(dataclasses.replace(recipe, epochs=100, train_size=60_000), "ann", "Long")
        wait_until(lambda: store.get(long.id).progress)
        second = process_of(left.id, processes)
        second.terminate()
        assert second.wait(30) == 0
    assert store.get(long.id).state is RunState.QUEUED
    assert registered_workers(store) == ()
    log = (tmp_path / f"worker {processes.index(second) + 1}.txt").read_text()
    assert f"Ready to train the runs of {shown_address(store.database.address)}." in log
    assert f'worker="{left.id}" run={long.id} Run {long.id} is taken.' in log
    assert f'worker="{left.id}" run={long.id} Run {long.id} is back in the queue.' in log
    assert f'WARNING worker="{left.id}" run={ids[0]} Worker {killed} is silent' in log
    assert re.search(r"^[\d-]{10}T[\d:]{8}Z INFO worker=\".*\" run=- Ended after \d+\.\d s\.$", log, re.M)
    whole = [(epoch.loss, epoch.accuracy) for epoch in train(recipe, mnist).history]
    for run_id in ids:
        assert [(epoch.loss, epoch.accuracy) for epoch in store.history(run_id)] == whole


def test_a_worker_that_cannot_train_ends_before_it_takes_a_run(
    store: RunStore, small_recipe: Recipe, tmp_path: Path
):
    run = RunQueue(store).enqueue(small_recipe, "ann", "Run")
    assert start(WITHOUT_DATA, tmp_path / "log.txt").wait(60) == 1
    log = (tmp_path / "log.txt").read_text()
    assert "This worker cannot train." in log
    assert "MNIST is missing. Restore it." in log
    assert store.get(run.id).state is RunState.QUEUED


def test_the_command_line_says_what_there_is(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "Add --help" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "worker" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["worker", "--help"])
    assert ended.value.code == 0
    assert "DIGIT_LAB_STORE" in capsys.readouterr().out


def test_a_log_line_names_worker_and_run():
    lines = LogLines("50% host 12 3c4d")
    record = logging.makeLogRecord({"msg": "Run %s is taken.", "args": ("1a2b",), "run": "1a2b"})
    assert lines.format(record).endswith('worker="50% host 12 3c4d" run=1a2b Run 1a2b is taken.')
    assert " run=- " in lines.format(logging.makeLogRecord({"msg": "Ready to train."}))
    record.seconds = 12.34
    assert " run=1a2b seconds=12.3 Run" in lines.format(record)
