"""What makes the workers of a Dask cluster train the runs of a store."""

import contextlib
import logging
import threading
from pathlib import Path

from distributed import Worker, WorkerPlugin, get_worker
from sqlalchemy import make_url

from core.data import DataError, load_mnist
from core.jobs.lease import Lease, LeaseLost
from core.jobs.log_lines import write_log
from core.jobs.queue import RunQueue
from core.jobs.registry import keep_registered
from core.jobs.scheduler import new_worker_id
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.jobs.worker import train_run
from core.store.database import StoreError
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE

_log = logging.getLogger(__name__)


def train_next(name: str) -> None:
    """Train the next run of the queue, if there is one: the task that a Dask worker gets.

    Parameters
    ----------
    name : str
        Of the `TrainingPlugin`. It has the address of the store, because Dask writes the arguments of
        tasks into its log.
    """
    plugin = get_worker().plugins[name]
    plugin.train_next()


class TrainingPlugin(WorkerPlugin):
    """A Dask worker's part in training: listed in the store like any other, it gives back what it has.

    Parameters
    ----------
    address : str
        Of the run store.
    """

    # A web server that is restarted must not take the runs from workers that train.
    idempotent = True

    def __init__(self, address: str) -> None:
        self._address = address

    def setup(self, worker: Worker) -> None:
        """Load TensorFlow, and list the worker, in a thread beside Dask's own."""
        self._id = new_worker_id()
        self._store = RunStore(self._address)
        self._queue = RunQueue(self._store)
        self._leases: dict[str, Lease] = {}
        self._ended = threading.Event()
        write_log(self._id, "core")
        threading.Thread(target=self._be_there, name="digit-lab-registry", daemon=True).start()

    def teardown(self, worker: Worker) -> None:
        """Put what is being trained back into the queue, when the worker is told to end."""
        self._ended.set()
        for lease in list(self._leases.values()):
            # As at the end of a server: what trains it notices at its next heartbeat.
            with contextlib.suppress(LeaseLost, StoreError):
                lease.release()
                _log.info("Run %s is back in the queue.", lease.run.id, extra={"run": lease.run.id})

    def train_next(self) -> None:
        """Train the next run of the queue, if there is one.

        Raises
        ------
        DataError, TensorFlowLoadError, StoreError
            If this worker cannot train; then it has not taken a run.
        """
        self._check()
        lease = self._queue.lease(self._id)
        if lease is None:
            return
        _log.info("Run %s is taken.", lease.run.id, extra={"run": lease.run.id})
        self._leases[lease.run.id] = lease
        try:
            if self._ended.is_set():
                lease.release()
            else:
                train_run(lease)
        finally:
            del self._leases[lease.run.id]

    def _be_there(self) -> None:
        try:
            self._check()
        except (DataError, TensorFlowLoadError, StoreError) as error:
            _log.error("This worker cannot train. %s", error)
            return
        _log.info("Ready to train.")
        keep_registered(self._store, self._id, self._ended)

    def _check(self) -> None:
        url = make_url(self._address)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            # It would be made, and nothing would ever be in it.
            raise StoreError(
                "The run store is a file of the web server's machine, which a worker elsewhere does not "
                f"reach. Set {ADDRESS_VARIABLE} to a database server."
            )
        load_mnist()
        tensorflow_loader.load()
