"""A process that only trains: it takes runs from the queue of any store that it reaches."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from core.data import DataError, Dataset, load_mnist
from core.jobs.log_lines import LogLines
from core.jobs.registry import keep_registered
from core.jobs.scheduler import Scheduler, new_worker_id
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.store.runs import RunStore
from core.store.user_messages import shown_address

# How often it looks into the queue: nobody wakes a process, as a server wakes its own scheduler.
LOOK_SECONDS = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = logging.getLogger(__name__)


def run_worker() -> int:
    """Train runs of the default store until the process is told to end; return its exit status.

    After SIGTERM or SIGINT (Ctrl+C) the run in training goes back into the queue at once. A
    second signal ends the process without that; its run then waits until its heartbeat is missed.
    """
    worker, stop = new_worker_id(), threading.Event()
    handler = logging.StreamHandler()
    handler.setFormatter(LogLines(worker))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # It writes a line for each time that it compares the tables with the migrations.
    logging.getLogger("alembic").setLevel(logging.WARNING)

    def end(_: int, __: FrameType | None) -> None:
        stop.set()
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    for number in _SIGNALS:
        signal.signal(number, end)
    try:
        # Before it takes a run: a worker that cannot train must not let everybody's runs fail.
        load_mnist()
        tensorflow_loader.load()
    except (DataError, TensorFlowLoadError):
        _log.exception("This worker cannot train.")
        return 1
    work(RunStore(), worker, stop)
    return 0


def work(
    store: RunStore, worker: str, stop: threading.Event, load_data: Callable[[], Dataset] = load_mnist
) -> None:
    """Train the runs of a store, one at a time, until an event is set."""
    scheduler = Scheduler(store, load_data=load_data, worker=worker, look_seconds=LOOK_SECONDS)
    # A worker that was started without the setting would wait for ever on a store of its own.
    _log.info("Ready to train the runs of %s.", shown_address(store.database.address))
    keep_registered(store, worker, stop)
    _log.info("Ending: what is being trained goes back into the queue.")
    began = time.monotonic()
    scheduler.shutdown()
    store.database.close()
    _log.info("Ended after %.1f s.", time.monotonic() - began)
