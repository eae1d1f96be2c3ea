"""A worker's lease on a run: only through it is a run written to while it is trained.

The worker says that it is alive by counting up the run's heartbeat. When a heartbeat stands still,
the run may be given to another worker; every write of the former one is refused from then on. No
clock is compared with the clock of another machine.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from core.confusion import TestConfusion
from core.fine_tuning import Drawings, FineTuning
from core.history import Checkpoint
from core.store.database import StoreError
from core.store.queries import end_run, read_file, read_history, write_epoch, write_file
from core.store.retention import evict
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.snapshots import write_snapshots
from core.store.tables import EPOCHS, FILES, RUNS, SNAPSHOTS

# How often a worker says that it is alive, and asks whether it should stop.
HEARTBEAT_SECONDS = 0.5

_log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Raised when a worker writes to a run that is no longer its own: it was requeued, or is gone."""


@dataclass(frozen=True)
class Lease:
    """A worker's lease on a run.

    It may be sent to another process, which opens the same store.

    Attributes
    ----------
    store : RunStore
    run : Run
        As it was when the lease began.
    worker : str
    """

    store: RunStore
    run: Run
    worker: str

    @contextlib.contextmanager
    def kept_alive(self) -> Iterator["HeartbeatThread"]:
        """Send a heartbeat from a thread of its own as long as the block lasts."""
        thread = HeartbeatThread(self)
        thread.start()
        try:
            yield thread
        finally:
            thread.end()

    def heartbeat(self, progress: float) -> bool:
        """Say that the worker is alive, and how far it is; return whether it should stop.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            self._update(connection, heartbeat=RUNS.c.heartbeat + 1, progress=progress)
            return bool(connection.scalar(select(RUNS.c.stopping).where(RUNS.c.id == self.run.id)))

    def checkpoint(self) -> Checkpoint | None:
        """Return where the run was interrupted, or None if it begins with its first epoch.

        Raises
        ------
        RunError
            If what is saved is damaged.
        """
        with self.store.database.reading() as connection:
            state = read_file(connection, self.run.id, "state")
            return Checkpoint(read_history(connection, self.run.id), state) if state else None

    def fine_tuning_files(self) -> tuple[bytes, Drawings]:
        """Return the network that this run fine-tunes, as a ``.keras`` file, and the drawings.

        Raises
        ------
        RunError, TrainingError
            If what is saved is damaged.
        """
        with self.store.database.reading() as connection:
            start = read_file(connection, self.run.id, "start")
            drawings = read_file(connection, self.run.id, "drawings")
        if start is None or drawings is None:
            raise RunError("The drawings of this run are no longer saved. Fine-tune the model again.")
        return start, Drawings.from_bytes(drawings)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write the last finished epoch, the state after it and its snapshots, all or none.

        Raises
        ------
        LeaseLost
        StoreError
            If it would fill the disk.
        """
        epoch = checkpoint.history[-1]
        size = sum(len(snapshot.content) for snapshot in checkpoint.snapshots)
        self.store.database.check_room(len(checkpoint.state) + size)
        with self.store.database.writing() as connection:
            self._update(
                connection,
                heartbeat=RUNS.c.heartbeat + 1,
                attempts=0,
                epochs_done=len(checkpoint.history),
                seconds=sum(epoch.seconds for epoch in checkpoint.history),
            )
            # A run whose state was not kept begins again: its old epochs are no longer true.
            connection.execute(
                delete(EPOCHS).where(EPOCHS.c.run_id == self.run.id, EPOCHS.c.number >= epoch.number)
            )
            write_epoch(connection, self.run.id, epoch)
            write_file(connection, self.run.id, "state", checkpoint.state)
            write_snapshots(connection, self.run, checkpoint.snapshots)

    def finish(
        self,
        network: bytes,
        state: bytes,
        stopped: bool,
        train_accuracy: float,
        test_accuracy: float,
        versions: Mapping[str, str],
        fine_tuning: FineTuning | None = None,
        test_confusion: TestConfusion | None = None,
    ) -> None:
        """Write the network and the results of a run that has ended; evict others if need be.

        Parameters
        ----------
        network : bytes
            A ``.keras`` file.
        state : bytes
            To continue from here, see `Checkpoint`.
        stopped : bool
            Whether the training ended before its last epoch.
        train_accuracy, test_accuracy : float
        versions : mapping of str
        fine_tuning : FineTuning, optional
            What came of it. The drawings themselves are not kept with the run.
        test_confusion : TestConfusion, optional
            Of the finished network.

        Raises
        ------
        LeaseLost
        StoreError
            If it would fill the disk.
        """
        self.store.database.check_room(len(network) + len(state))
        with self.store.database.writing() as connection:
            self._update(
                connection,
                has_model=True,
                progress=1.0,
                train_accuracy=train_accuracy,
                test_accuracy=test_accuracy,
                versions=json.dumps(dict(versions)),
                fine_tuning=fine_tuning.to_json() if fine_tuning else None,
                test_confusion=test_confusion.to_json() if test_confusion else None,
                evicted=None,
                eviction="",
            )
            used_up = (FILES.c.run_id == self.run.id, FILES.c.kind.in_(("start", "drawings")))
            connection.execute(delete(FILES).where(*used_up))
            write_file(connection, self.run.id, "network", network)
            write_file(connection, self.run.id, "state", state)
            # Before it has ended, so that it is not evicted itself.
            evict(connection)
            end_run(connection, self.run.id, state=RunState.STOPPED if stopped else RunState.FINISHED)

    def fail(self, message: str) -> None:
        """End the run without a result; what was saved of its state is of no use.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            self._update(connection)
            for table in (FILES, SNAPSHOTS):
                connection.execute(delete(table).where(table.c.run_id == self.run.id))
            end_run(connection, self.run.id, state=RunState.FAILED, failure=message)

    def interrupt(self, message: str) -> None:
        """Leave the run as it was after its last epoch, for its owner to resume.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            self._update(connection)
            end_run(connection, self.run.id, state=RunState.INTERRUPTED, failure=message)

    def release(self) -> None:
        """Put the run back into the queue, where it was before: the server is ending.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            self._update(connection, state=RunState.QUEUED, worker=None, attempts=0)

    def _update(self, connection: Connection, **values: Any) -> None:
        held: tuple[ColumnElement[bool], ...] = (
            RUNS.c.id == self.run.id,
            RUNS.c.state == RunState.RUNNING,
            RUNS.c.worker == self.worker,
        )
        values = values or {"heartbeat": RUNS.c.heartbeat + 1}
        if connection.execute(update(RUNS).where(*held).values(**values)).rowcount == 0:
            raise LeaseLost


class HeartbeatThread(threading.Thread):
    """Sends the heartbeat of a lease beside the training, which it tells to stop.

    Parameters
    ----------
    lease : Lease
    """

    def __init__(self, lease: Lease) -> None:
        super().__init__(name="digit-lab-heartbeat", daemon=True)
        self._lease = lease
        self._progress = lease.run.progress
        self._told_to_stop = threading.Event()
        self._lost = threading.Event()
        self._ended = threading.Event()

    def report(self, progress: float) -> None:
        """Let the next heartbeat say how far the training is, 0.0 to 1.0."""
        self._progress = progress

    def should_stop(self) -> bool:
        """Return whether the owner of the run has asked it to stop.

        Raises
        ------
        LeaseLost
            If the run is another worker's by now: then there is nothing to keep of the training.
        """
        if self._lost.is_set():
            raise LeaseLost
        return self._told_to_stop.is_set()

    def run(self) -> None:
        """Send heartbeats until the training has ended, or the lease is lost."""
        said = False
        while not self._ended.is_set():
            try:
                if self._lease.heartbeat(self._progress):
                    self._told_to_stop.set()
                said = False
            except LeaseLost:
                self._lost.set()
                return
            except StoreError:
                if not said:
                    run_id = self._lease.run.id
                    _log.warning("Run %s cannot report; it goes on.", run_id, extra={"run": run_id})
                said = True
            self._ended.wait(HEARTBEAT_SECONDS)

    def end(self) -> None:
        """Send no more heartbeats, and wait until the last one is through."""
        self._ended.set()
        self.join()
