"""The scheduler: gives the runs of the queue to workers beside the server, and looks after them."""

import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from typing import Any

from core.data import Dataset, load_mnist
from core.jobs.heartbeat import Heartbeat, heartbeats, requeue_stale
from core.jobs.lease import Lease, LeaseLost
from core.jobs.queue import RunQueue
from core.jobs.worker import train_run
from core.store.database import StoreError
from core.store.runs import RunStore

# Both cores are busy with one training already.
WORKERS = 1
# After this time without a heartbeat a run is requeued. Long enough for the import of TensorFlow
# on a busy machine, which can hold up all threads for seconds.
STALE_SECONDS = 10.0
# How often a scheduler looks for runs that others have left; runs of its own queue wake it up.
LOOK_SECONDS = 2.0
# How long it leaves a store alone that cannot be used.
PAUSE_SECONDS = 10.0
# How long the end of the server waits for the trainings to notice it.
SHUTDOWN_SECONDS = 10.0
# How soon the end of the server is noticed.
_END_SECONDS = 0.2

_log = logging.getLogger(__name__)


class Scheduler:
    """Trains the runs of a store, first come, first served, in the background.

    Parameters
    ----------
    store : RunStore
        Where progress and results are written, and read by everyone who shows them.
    executor : concurrent.futures.Executor, optional
        Where runs are trained: threads of this process if there is none. Another process or
        machine will do, if it reaches the store. It is shut down by its owner.
    workers : int
        How many runs are trained at the same time.
    load_data : callable
        Returns the `Dataset`; called by the worker.

    Attributes
    ----------
    queue : RunQueue
        Where runs are added; each wakes the scheduler.
    """

    def __init__(
        self,
        store: RunStore,
        executor: Executor | None = None,
        workers: int = WORKERS,
        load_data: Callable[[], Dataset] = load_mnist,
    ) -> None:
        self._wake = threading.Event()
        self._store = store
        self.queue = RunQueue(store, self._wake)
        self._executor = executor or DaemonThreadExecutor()
        self._workers = workers
        self._load_data = load_data
        self._worker = f"{socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"
        self._leases: dict[Future[None], Lease] = {}
        self._seen: dict[Heartbeat, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digit-lab-scheduler", daemon=True)
        self._thread.start()
        # Not a daemon: Python waits for it, and so the runs get back into the queue.
        threading.Thread(target=self._shut_down_with_python, name="digit-lab-shutdown", daemon=False).start()

    def shutdown(self) -> None:
        """Put what is being trained back into the queue, for the next server, and end all threads."""
        self._ended.set()
        self._wake.set()
        self._thread.join(SHUTDOWN_SECONDS)
        leases = dict(self._leases)
        for lease in leases.values():
            # The worker notices at its next heartbeat that the run is no longer its own.
            with contextlib.suppress(LeaseLost, StoreError):
                lease.release()
        wait(leases, SHUTDOWN_SECONDS)

    def _run(self) -> None:
        while not self._ended.is_set():
            pause = LOOK_SECONDS
            try:
                self._requeue_stale()
                while len(self._leases) < self._workers and (lease := self.queue.lease(self._worker)):
                    self._start(lease)
            except Exception:
                # The store may be locked or its disk full for a while. Whatever it is, a scheduler
                # that gives up would keep everybody waiting.
                _log.exception("The scheduler cannot go on; it tries again soon.")
                pause = PAUSE_SECONDS
            self._wake.wait(pause)
            self._wake.clear()

    def _requeue_stale(self) -> None:
        """Requeue the runs whose heartbeat has stood still, by this process' own clock."""
        moment = time.monotonic()
        own = {lease.run.id for lease in list(self._leases.values())}
        others = [beat for beat in heartbeats(self._store) if beat.run_id not in own]
        self._seen = {beat: self._seen.get(beat, moment) for beat in others}
        for heartbeat, since in self._seen.items():
            if moment - since > STALE_SECONDS:
                requeue_stale(self._store, heartbeat)

    def _start(self, lease: Lease) -> None:
        if self._ended.is_set():
            lease.release()
            return
        try:
            future = self._executor.submit(train_run, lease, self._load_data)
        except RuntimeError:
            _log.exception("No worker for run %s.", lease.run.id)
            with contextlib.suppress(LeaseLost):
                lease.fail("The server is too busy to train now. Try again later.")
            return
        self._leases[future] = lease
        future.add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        self._leases.pop(future, None)
        self._wake.set()

    def _shut_down_with_python(self) -> None:
        while threading.main_thread().is_alive():
            if self._ended.wait(_END_SECONDS):
                return
        self.shutdown()


class DaemonThreadExecutor(Executor):
    """Runs each call in a thread that does not hold up the end of Python.

    Python waits for the threads of a `ThreadPoolExecutor` before the main thread counts as ended:
    a training of minutes would hold up the end of the server, and nobody could tell it to stop.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Start a thread that makes the call, and return its future."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def call() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=call, name="digit-lab-training", daemon=True).start()
        return future
