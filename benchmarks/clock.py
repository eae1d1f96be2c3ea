"""Move the clock of the machine forth and back while a run is trained, and see that nothing minds.

    FAKETIME_LIBRARY=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 python -m benchmarks.clock

The library is that of Debian's package ``libfaketime``. The steady clock goes on, as it does when the time
of a machine is set. After each jump the run must still be trained by the same worker, with an estimate that
makes sense; in the end its history is that of a training that nobody disturbed.
"""

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

LIBRARY = "FAKETIME_LIBRARY"
_CLOCK = "FAKETIME_TIMESTAMP_FILE"
# From now, the jumps, and what a class of 30 days should be after them.
JUMPS = (("+1h", True), ("-2d", True), ("+20d", True), ("-400d", True), ("+0", True), ("+40d", False))


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 300
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("It does not go on.")
        time.sleep(0.05)


def look() -> None:
    """Train a run while the clock jumps, and print what is seen after each jump."""
    from core.classroom.classroom import ClassroomError, find_classroom
    from core.classroom.teaching import open_classroom
    from core.data import load_mnist
    from core.jobs.eta import estimate
    from core.jobs.heartbeat import heartbeats
    from core.jobs.scheduler import Scheduler
    from core.recipe import Recipe
    from core.store.run import RunState
    from core.store.runs import RunStore
    from core.training import train

    store = RunStore()
    watcher = Scheduler(RunStore(store.database.address), workers=0)
    scheduler = Scheduler(store)
    recipe = Recipe(hidden_units=(32,), epochs=100, batch_size=100, train_size=3000)
    classroom = open_classroom(store.database, "teacher")[0]
    kept = scheduler.queue.enqueue(dataclasses.replace(recipe, epochs=1), "bob", "Kept")
    wait_until(lambda: not store.get(kept.id).state.active)
    run = scheduler.queue.enqueue(recipe, "ann", "Run")
    wait_until(lambda: store.get(run.id).epochs_done)
    (worker,) = {beat.worker for beat in heartbeats(store)}

    def wait_for_epoch(number: int) -> None:
        wait_until(lambda: store.get(run.id).epochs_done >= number)

    def is_there() -> bool:
        try:
            with store.database.reading() as connection:
                find_classroom(connection, classroom.code)
        except ClassroomError:
            return False
        return True

    for jump, class_is_there in JUMPS:
        Path(os.environ[_CLOCK]).write_text(jump, encoding="utf-8")
        wait_for_epoch(store.get(run.id).epochs_done + 5)
        active = store.active()
        ends = estimate(active, store.measured())[run.id].ends
        store.touch(kept.id)
        same = {beat.worker for beat in heartbeats(store)} == {worker}
        print(
            f"{jump:>6} it is {datetime.now(UTC):%Y-%m-%d}: epoch {store.get(run.id).epochs_done}, "
            f"same worker {same}, {ends:.0f} s left, a class of 30 days is there: {is_there()}",
            flush=True,
        )
        assert same
        assert 0 <= ends < 300
        assert is_there() is class_is_there
        assert store.get(kept.id).has_model
    wait_until(lambda: not store.get(run.id).state.active)
    for one in (scheduler, watcher):
        one.shutdown()
    history = [(epoch.loss, epoch.accuracy) for epoch in store.history(run.id)]
    whole = [(epoch.loss, epoch.accuracy) for epoch in train(recipe, load_mnist()).history]
    assert store.get(run.id).state is RunState.FINISHED
    print(f"the history is that of a training that nobody disturbed: {history == whole}")
    assert history == whole


def main() -> None:
    """Start a process that believes the library's clock."""
    if os.environ.get(_CLOCK):
        look()
        return
    library = os.environ.get(LIBRARY, "")
    if not Path(library).is_file():
        sys.exit(f"Set {LIBRARY} to libfaketime.so.1.")
    folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
    (folder / "clock").write_text("+0", encoding="utf-8")
    environment = os.environ | {
        "LD_PRELOAD": library,
        _CLOCK: str(folder / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DIGIT_LAB_STORE": f"sqlite:///{(folder / 'runs.db').as_posix()}",
    }
    sys.exit(
        subprocess.run([sys.executable, "-m", "benchmarks.clock"], env=environment, check=False).returncode
    )


if __name__ == "__main__":
    main()
