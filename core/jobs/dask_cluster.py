"""Training on a Dask cluster: keep its workers busy with the runs of the queue.

A task is "take the next run from the queue, if there is one, and train it": the lease is taken when a
worker begins, so it has a heartbeat from its first moment, and a task that is lost or done twice loses
no run and trains none twice. The queue keeps the order, the cluster knows where there is room.

The package ``distributed`` is imported only here and in `core.jobs.dask_worker`, and only if the
operator has set ``DIGIT_LAB_CLUSTER``.
"""

import hashlib
import importlib.util
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client, Future

# Names the Dask scheduler, as tcp://scheduler:8786; or LOCAL.
CLUSTER_VARIABLE = "DIGIT_LAB_CLUSTER"
# A cluster on the web server's machine, which starts and ends with it.
LOCAL = "local"
# What a worker has one of for each run that it can train at the same time.
SLOT = "TRAIN"
# How long a connection to the Dask scheduler may take.
CONNECT_SECONDS = 5
# How long nothing is given to workers after one could not train.
PAUSE_SECONDS = 10.0
# How long the end of the web server waits for the workers of its own cluster.
CLOSE_SECONDS = 20

_ROOT = Path(__file__).resolve().parents[2]
_NOT_INSTALLED = (
    f"{CLUSTER_VARIABLE} needs Dask, which is not installed; no run is trained. "
    "Install it (pip install -r requirements-cluster.txt) and restart the server."
)
_NO_SLOTS = f"The Dask cluster has no worker that trains. Start some with --resources {SLOT}=1."
_AWAY = "The Dask cluster {} does not answer; it is tried again every few seconds."
_CANNOT_TRAIN = "A worker of the Dask cluster cannot train; it is tried again every few seconds. {}"

_log = logging.getLogger(__name__)


class DaskCluster:
    """Trains the runs of a store on a Dask cluster, which may come late, and go away for a while.

    Parameters
    ----------
    address : str
        Of the Dask scheduler, or `LOCAL`.
    store : str
        The address of the run store, as the workers reach it.

    Attributes
    ----------
    trouble : str
        What an operator has to do something about, as a sentence; empty if all is well.
    dashboard : str
        The address of Dask's own page about the cluster; empty if it is not known.
    """

    def __init__(self, address: str, store: str) -> None:
        self.trouble = ""
        self.dashboard = ""
        self._address = address
        self._store = store
        # Several stores may share a cluster.
        self._name = f"digit-lab-{hashlib.sha256(store.encode()).hexdigest()[:12]}"
        self._client: Client | None = None
        self._scheduler_id = ""
        self._tasks: list[Future] = []
        self._failure = ""
        self._resume = 0.0
        self._process: subprocess.Popen[str] | None = None
        self._local_scheduler = ""

    def train(self, ready: int) -> None:
        """Let the cluster train as many runs as are ready, and as it has room for.

        Parameters
        ----------
        ready : int
            How many runs of the queue could be taken now.
        """
        if importlib.util.find_spec("distributed") is None:
            self._tell(_NOT_INSTALLED)
            return
        try:
            client = self._connected()
            slots = self._slots(client)
            self._forget_done()
            if time.monotonic() > self._resume:
                self._submit(client, min(ready, slots - len(self._tasks)))
        except Exception as error:
            # Dask raises many kinds of errors for a scheduler that is away; none may end ours.
            self._tell(_AWAY.format(self._address), " ".join(f"{error!r}".split()))
        else:
            self._tell(self._failure if slots else _NO_SLOTS)

    def close(self) -> None:
        """Leave the cluster, which goes on with what it trains; one of this machine ends."""
        self._disconnect()
        process, self._process = self._process, None
        if process:
            try:
                process.communicate(timeout=CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _connected(self) -> "Client":
        """Return a client of a scheduler whose workers know this store, also of one that was restarted."""
        from distributed import Client

        from core.jobs.dask_worker import TrainingPlugin

        client = self._client
        if client is None or client.status != "running":
            self._disconnect()
            # It writes a traceback for each try; `_tell` says it once.
            logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
            address = self._local_address() if self._address == LOCAL else self._address
            client = self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        scheduler_id = client.scheduler_info(n_workers=0)["id"]
        if scheduler_id != self._scheduler_id:
            client.register_plugin(TrainingPlugin(self._store), name=self._name)
            self._scheduler_id = scheduler_id
            self.dashboard = client.dashboard_link or ""
            _log.info("Runs are trained on the Dask cluster %s.", self._address)
        return client

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        self._scheduler_id = ""
        self._tasks.clear()
        if client:
            client.close(CONNECT_SECONDS)

    def _local_address(self) -> str:
        """Return the address of a cluster on this machine, which is started if it is not there."""
        if self._process is None or self._process.poll() is not None:
            # Its workers import the main module of the process that starts them: Streamlit has put a
            # page in that place here.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "core.jobs.dask_local"],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                # Ctrl+C is for the server, which then ends it.
                start_new_session=True,
            )
            if self._process.stdout:
                self._local_scheduler = self._process.stdout.readline().strip()
        if not self._local_scheduler:
            raise RuntimeError("It did not start.")
        return self._local_scheduler

    def _slots(self, client: "Client") -> int:
        workers = client.scheduler_info()["workers"].values()
        return sum(int(worker.get("resources", {}).get(SLOT, 0)) for worker in workers)

    def _submit(self, client: "Client", count: int) -> None:
        from core.jobs.dask_worker import train_next

        for _ in range(count):
            # One more than there are runs to take, while a worker is still loading, finds none and ends.
            self._tasks.append(client.submit(train_next, self._name, pure=False, resources={SLOT: 1}))

    def _forget_done(self) -> None:
        for task in (task for task in self._tasks if task.done()):
            # One that was cancelled says nothing: its scheduler was away.
            if task.status == "finished":
                self._failure = ""
            elif task.status == "error":
                self._failure = _CANNOT_TRAIN.format(task.exception())
                self._resume = time.monotonic() + PAUSE_SECONDS
        self._tasks = [task for task in self._tasks if not task.done()]

    def _tell(self, trouble: str, reason: str = "") -> None:
        """Keep for the operator what is wrong, and write into the log when it begins and when it ends."""
        if trouble and trouble != self.trouble:
            _log.warning("%s", f"{trouble} {reason}".strip())
        elif self.trouble and not trouble:
            _log.warning("The Dask cluster trains again.")
        self.trouble = trouble
