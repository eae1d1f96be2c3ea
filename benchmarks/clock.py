"""Set the clock forth and back while a run is trained, and see that nothing minds.

    python -m benchmarks.clock

`core` asks for the date in one way, ``datetime.now``, which is set here for all its modules at once; the
steady clock goes on, as it does when the time of a machine is set. (Debian's libfaketime does the same for a
whole process, but breaks Python's ``sleep`` there.) After each jump the run must still be trained by the same
worker, with an estimate that makes sense; in the end its history is that of an undisturbed training.
"""

import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

# Days from now, and whether a class of 30 days is there then.
JUMPS = ((1 / 24, True), (-2, True), (20, True), (-400, True), (0, True), (40, False))


class SetClock(datetime):
    """A clock that may be wrong."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return what it says."""
        return datetime.now(tz) + cls.ahead


def set_all_clocks() -> None:
    """Let all modules of core ask this clock."""
    for name, module in list(sys.modules.items()):
        if name.startswith("core.") and getattr(module, "datetime", None) is datetime:
            vars(module)["datetime"] = SetClock


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 300
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("It does not go on.")
        time.sleep(0.05)


def main() -> None:
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

    folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
    store = RunStore(f"sqlite:///{(folder / 'runs.db').as_posix()}")
    set_all_clocks()
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
        SetClock.ahead = timedelta(days=jump)
        wait_for_epoch(store.get(run.id).epochs_done + 5)
        active = store.active()
        ends = estimate(active, store.measured())[run.id].ends
        store.touch(kept.id)
        same = {beat.worker for beat in heartbeats(store)} == {worker}
        print(
            f"{jump:+7.2f} days, {SetClock.now(UTC):%Y-%m-%d}: epoch {store.get(run.id).epochs_done}, "
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


if __name__ == "__main__":
    main()
