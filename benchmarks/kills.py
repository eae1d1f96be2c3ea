"""Kill a server again and again in the middle of a training, and count what is lost.

    python -m benchmarks.kills [--kills 20] [--epochs 60]

Each time a new server on the same store is visited, and killed (SIGKILL) at a random
moment after it has taken the run. In the end the run is left to finish, and its history
is compared with that of a training that nobody interrupted.
"""

import argparse
import dataclasses
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.server import Server
from benchmarks.session import Session
from core.data import load_mnist
from core.history import Epoch
from core.jobs.heartbeat import heartbeats
from core.jobs.queue import RunQueue
from core.recipe import ARTICLE
from core.store.run import RunState
from core.store.runs import RunStore
from core.training import train

# A kill comes so long after the run was taken, at most: before, in, and after its epochs.
LONGEST_SECONDS = 8.0
PATIENCE_SECONDS = 300


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("The run does not go on.")
        time.sleep(0.05)


def measured(history: tuple[Epoch, ...]) -> list[tuple[float, float]]:
    """What does not depend on the speed of the machine."""
    return [(epoch.loss, epoch.accuracy) for epoch in history]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    folder = Path(tempfile.mkdtemp())
    store = RunStore(f"sqlite:///{(folder / 'runs.db').as_posix()}")
    queue = RunQueue(store)
    recipe = dataclasses.replace(ARTICLE, epochs=arguments.epochs)
    run_id = queue.enqueue(recipe, "benchmark", "Killed").id
    lost = resumed = by_button = kills = 0
    workers: set[str] = set()

    def ended() -> bool:
        return store.get(run_id).state in (RunState.FINISHED, RunState.FAILED)

    def interrupted() -> bool:
        return store.get(run_id).state is RunState.INTERRUPTED

    def taken_by_new_worker() -> set[str]:
        return {heartbeat.worker for heartbeat in heartbeats(store)} - workers

    while kills < arguments.kills and not ended():
        app = Server(folder / "log.txt")
        Session(app.url).close()
        wait_until(lambda: taken_by_new_worker() or interrupted() or ended())
        if interrupted():
            queue.resume(run_id, "benchmark")
            by_button += 1
            wait_until(taken_by_new_worker)
        elif kills:
            resumed += 1
        workers |= taken_by_new_worker()
        time.sleep(moments.uniform(0, LONGEST_SECONDS))
        seen = store.history(run_id)
        app.process.kill()
        app.process.wait()
        kills += 1
        kept = store.history(run_id)
        lost += kept[: len(seen)] != seen or store.get(run_id).epochs_done != len(kept)
        print(f"kill {kills:2d} after epoch {len(kept)}", flush=True)

    app = Server(folder / "log.txt")
    Session(app.url).close()
    wait_until(ended)
    app.stop()
    same = measured(store.history(run_id)) == measured(train(recipe, load_mnist()).history)
    print(f"kills {kills}, finished epochs lost {lost}")
    print(f"resumed by itself {resumed}, with a click {by_button}; at the end {store.get(run_id).state}")
    print(f"same history as a training without interruption: {same}")


if __name__ == "__main__":
    main()
