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
from typing import Any, Protocol

from core.data import Dataset, load_mnist
from core.jobs.heartbeat import Heartbeat, Watch, heartbeats, requeue_stale
from core.jobs.lease import Lease, LeaseLost
from core.jobs.queue import RunQueue
from core.jobs.registry import RegisteredWorker, registered_workers, unregister
from core.jobs.worker import train_run
from core.store.backup import damage
from core.store.classrooms import sweep_classrooms
from core.store.database import StoreError
from core.store.log_limit import LogLimit
from core.store.runs import RunStore
from core.store.user_messages import DAMAGED

# Both cores are busy with one training already.
WORKERS = 1
# After this time without a heartbeat a run is requeued. Long enough for the import of TensorFlow
# on a busy machine, which can hold up all threads for seconds.
STALE_SECONDS = 10.0
# How often a scheduler looks for runs that others have left; runs of its own queue wake it up.
LOOK_SECONDS = 2.0
# The same with a cluster, which wakes nobody when it has room again.
CLUSTER_LOOK_SECONDS = 0.5
# How long it leaves a store alone that cannot be used.
PAUSE_SECONDS = 10.0
# How often it deletes the classrooms that have ended, and looks at all pages of the store for damage.
SWEEP_SECONDS = 3600.0
# How long the end of the server waits for the trainings to notice it.
SHUTDOWN_SECONDS = 10.0
# How soon the end of the server is noticed.
_END_SECONDS = 0.2

_log = logging.getLogger(__name__)


def new_worker_id() -> str:
    """Return what tells this process from all others, also from one of the same number on a machine."""
    return f"{socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"


class Cluster(Protocol):
    """Trains runs on other machines, each of which takes its own lease; see `core.jobs.dask_cluster`."""

    def train(self, ready: int) -> None:
        """Let as many runs be trained as are ready, and as it has room for."""

    def close(self) -> None:
        """Train no more for this scheduler."""


class Scheduler:
    """Trains the runs of a store, first come, first served, in the background.

    Parameters
    ----------
    store : RunStore
        Where progress and results are written, and read by everyone who shows them.
    executor : concurrent.futures.Executor, optional
        Where runs are trained: threads of this process if there is none. Another process will
        do, if it is free when a run is taken. It is shut down by its owner.
    workers : int
        How many runs are trained at the same time; with 0, it only looks after those of others.
    load_data : callable
        Returns the `Dataset`; called by the worker.
    worker : str, optional
        What the runs that it trains are signed with; a `new_worker_id` if there is none.
    cluster : Cluster, optional
        Where runs are trained besides. It is closed with the scheduler.
    look_seconds : float
        How often it looks for runs that others have left or, in another process, queued.

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
        worker: str | None = None,
        cluster: Cluster | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._wake = threading.Event()
        self._store = store
        self.queue = RunQueue(store, self._wake)
        self._executor = executor or DaemonThreadExecutor()
        self._workers = workers
        self._load_data = load_data
        self._worker = worker or new_worker_id()
        self._cluster = cluster
        self._look_seconds = CLUSTER_LOOK_SECONDS if cluster else look_seconds
        self._leases: dict[Future[None], Lease] = {}
        self._run_watch, self._worker_watch = Watch[Heartbeat](), Watch[RegisteredWorker]()
        self._trouble = ""
        self._swept = self._examined = -SWEEP_SECONDS
        self._lines = LogLimit()
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
        released = []
        for future, lease in dict(self._leases).items():
            # The worker notices at its next heartbeat that the run is no longer its own; not while
            # the store is away.
            with contextlib.suppress(LeaseLost, StoreError):
                lease.release()
                released.append(future)
                run_id = lease.run.id
                _log.info("Run %s is back in the queue.", run_id, extra={"run": run_id})
        wait(released, SHUTDOWN_SECONDS)
        if self._cluster:
            self._cluster.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            pause = self._look_seconds
            try:
                self._give_up_silent()
                self._sweep()
                while len(self._leases) < self._workers and (lease := self.queue.lease(self._worker)):
                    self._start(lease)
                if self._cluster:
                    self._cluster.train(self.queue.count_ready())
                self._trouble = ""
            except StoreError as error:
                # The store may be locked, its disk full, or its server away for a while.
                self._forget_signs()
                if str(error) != self._trouble:
                    _log.warning("No run can be taken from the queue; it tries again. %s", error)
                self._trouble = str(error)
                pause = PAUSE_SECONDS
            except Exception:
                # Whatever it is, a scheduler that gives up would keep everybody waiting.
                self._forget_signs()
                if self._lines.is_due("scheduler"):
                    _log.exception("The scheduler cannot go on; it tries again soon.")
                pause = PAUSE_SECONDS
            self._look_for_damage()
            self._wake.wait(pause)
            self._wake.clear()

    def _look_for_damage(self) -> None:
        """Tell operators of a damaged store while most of it can still be read and copied.

        After the runs that wait have been taken: it takes over a second for a store of 600 MB.
        """
        if self._ended.is_set() or time.monotonic() - self._examined < SWEEP_SECONDS:
            return
        self._examined = time.monotonic()
        with contextlib.suppress(StoreError):  # That is in the log, and on every page.
            if found := damage(self._store.database):
                _log.error("%s SQLite says: %s", DAMAGED, found)

    def _give_up_silent(self) -> None:
        """Requeue the runs, and forget the worker processes, whose heartbeat has stood still."""
        own = {lease.run.id for lease in list(self._leases.values())}
        others = [beat for beat in heartbeats(self._store) if beat.run_id not in own]
        for heartbeat in self._run_watch.still(others, STALE_SECONDS):
            requeue_stale(self._store, heartbeat)
        for worker in self._worker_watch.still(registered_workers(self._store), STALE_SECONDS):
            unregister(self._store, worker.id, worker.heartbeat)

    def _sweep(self) -> None:
        if time.monotonic() - self._swept >= SWEEP_SECONDS:
            sweep_classrooms(self._store.database)
            self._swept = time.monotonic()

    def _forget_signs(self) -> None:
        # While the store was away, a heartbeat stood still because nobody could write.
        self._run_watch, self._worker_watch = Watch(), Watch()

    def _start(self, lease: Lease) -> None:
        if self._ended.is_set():
            lease.release()
            return
        try:
            future = self._executor.submit(train_run, lease, self._load_data)
        except RuntimeError:
            _log.exception("No worker for run %s.", lease.run.id, extra={"run": lease.run.id})
            with contextlib.suppress(LeaseLost):
                lease.fail("The server is too busy to train now. Try again later.")
            return
        _log.info("Run %s is taken.", lease.run.id, extra={"run": lease.run.id})
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
