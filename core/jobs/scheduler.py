"""The training queue: takes recipes, trains them beside the server, writes to the store."""

import contextlib
import logging
import os
import secrets
import socket
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait

from core.data import Dataset, load_mnist
from core.fine_tuning import Drawings
from core.jobs.lease import Beat, Claim, ClaimLost
from core.jobs.queue import Line
from core.jobs.worker import train_run
from core.recipe import Recipe
from core.store.database import StoreError
from core.store.run import Run
from core.store.runs import RunStore

# Both cores are busy with one training already.
WORKERS = 1
# After so long without a sign of life its run is taken away. Long enough for the import of
# TensorFlow on a busy machine, which can hold up all threads for seconds.
LIFELESS_SECONDS = 10.0
# How often a queue looks for runs that others have left; its own wake it up.
LOOK_SECONDS = 2.0
# How long it leaves a store alone that cannot be used.
PAUSE_SECONDS = 10.0
# How long the end of the server waits for the trainings to notice it.
SHUTDOWN_SECONDS = 10.0

_log = logging.getLogger(__name__)


class TrainingQueue:
    """Trains the runs of a store, first come, first served, in the background.

    Parameters
    ----------
    store : RunStore
        Where progress and results are written; whoever shows them reads them there.
    executor : concurrent.futures.Executor, optional
        Where runs are trained: threads of this process if there is none. Another
        process or machine will do, if it reaches the store.
    workers : int
        How many runs are trained at the same time.
    load_data : callable
        Gives the `Dataset`; called by the worker.
    """

    def __init__(
        self,
        store: RunStore,
        executor: Executor | None = None,
        workers: int = WORKERS,
        load_data: Callable[[], Dataset] = load_mnist,
    ) -> None:
        self.line = Line(store)
        self._executor = executor or ThreadPoolExecutor(workers, thread_name_prefix="digit-lab-training")
        self._workers = workers
        self._load_data = load_data
        self._worker = f"{socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"
        self._claims: dict[Future[None], Claim] = {}
        self._seen: dict[Beat, float] = {}
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digit-lab-queue", daemon=True)
        self._thread.start()
        _QUEUES.add(self)

    def submit(self, recipe: Recipe, owner: str, name: str, nickname: str = "") -> Run:
        """Line up a new run; see `Line.enqueue`."""
        return self.submit_series((recipe,), owner, name, nickname)[0]

    def submit_series(
        self, recipes: Sequence[Recipe], owner: str, name: str, nickname: str = ""
    ) -> tuple[Run, ...]:
        """Line up several new runs; see `Line.enqueue_series`."""
        runs = self.line.enqueue_series(recipes, owner, name, nickname)
        self._wake.set()
        return runs

    def extend(self, run_id: str, epochs: int, owner: str, nickname: str = "") -> Run:
        """Line up a run that goes on from another one; see `Line.extend`."""
        run = self.line.extend(run_id, epochs, owner, nickname)
        self._wake.set()
        return run

    def teach(self, run_id: str, drawings: Drawings, owner: str, nickname: str = "") -> Run:
        """Line up a run that teaches a network drawings; see `Line.teach`."""
        run = self.line.teach(run_id, drawings, owner, nickname)
        self._wake.set()
        return run

    def resume(self, run_id: str, owner: str) -> None:
        """Put an interrupted run back in line; see `Line.resume`."""
        self.line.resume(run_id, owner)
        self._wake.set()

    def stop(self, run_id: str, owner: str) -> None:
        """Stop a run, or let it leave the line; see `Line.stop`."""
        self.line.stop(run_id, owner)

    def shutdown(self) -> None:
        """Put what is being trained back in line, for the next server, and end all threads."""
        self._ended.set()
        self._wake.set()
        self._thread.join(SHUTDOWN_SECONDS)
        for claim in list(self._claims.values()):
            # The worker notices at its next beat that the run is not its own any more.
            with contextlib.suppress(ClaimLost, StoreError):
                claim.release()
        wait(list(self._claims), SHUTDOWN_SECONDS)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ended.is_set():
            pause = LOOK_SECONDS
            try:
                self._take_lifeless()
                while len(self._claims) < self._workers and (claim := self.line.claim(self._worker)):
                    self._start(claim)
            except Exception:
                # The store may be locked or its disk full for a while. Whatever it is, a queue
                # that gives up would keep everybody waiting.
                _log.exception("The queue cannot go on; it tries again soon.")
                pause = PAUSE_SECONDS
            self._wake.wait(pause)
            self._wake.clear()

    def _start(self, claim: Claim) -> None:
        if self._ended.is_set():
            claim.release()
            return
        try:
            future = self._executor.submit(train_run, claim, self._load_data)
        except RuntimeError:
            _log.exception("No worker for run %s.", claim.run.id)
            with contextlib.suppress(ClaimLost):
                claim.fail("The server is too busy to train now. Try again later.")
            return
        self._claims[future] = claim
        future.add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        self._claims.pop(future, None)
        self._wake.set()

    def _take_lifeless(self) -> None:
        """Take runs away whose beat has stood still, by this process' own clock."""
        moment = time.monotonic()
        own = {claim.run.id for claim in list(self._claims.values())}
        beats = [beat for beat in self.line.beats() if beat.run_id not in own]
        self._seen = {beat: self._seen.get(beat, moment) for beat in beats}
        for beat, since in self._seen.items():
            if moment - since > LIFELESS_SECONDS:
                self.line.take_away(beat)


_QUEUES: weakref.WeakSet[TrainingQueue] = weakref.WeakSet()


def _end_all() -> None:
    for queue in list(_QUEUES):
        queue.shutdown()


# Python waits for the threads of executors before `atexit` is asked. Nothing public comes
# earlier, and a training of minutes would hold up the end of the server.
threading._register_atexit(_end_all)  # type: ignore[attr-defined]
