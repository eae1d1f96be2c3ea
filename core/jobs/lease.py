"""A worker's lease on a run: only through it is a run written to while it is trained.

The worker says that it is alive by counting up the run's heartbeat. When a heartbeat stands still,
the run may be given to another worker; every write of the former one is refused from then on. No
clock is compared with the clock of another machine.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.history import Checkpoint
from core.steering.control import Control, RateChange, changes_to_json
from core.steering.moment import Moment
from core.store.queries import end_run, find_run, read_file, read_history, write_epoch, write_file
from core.store.retention import evict
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.snapshots import write_snapshots
from core.store.tables import EPOCHS, FILES, RUNS, SNAPSHOTS
from core.store.test_answers import write_answers
from core.test_sets.confusion import TestConfusion
from core.test_sets.halves import TestAnswers


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

    def heartbeat(self, progress: float) -> bool:
        """Say that the worker is alive, and how far it is; return whether it should stop.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            self._update(connection, heartbeat=RUNS.c.heartbeat + 1, progress=progress)
            return bool(connection.scalar(select(RUNS.c.stopping).where(RUNS.c.id == self.run.id)))

    def control(self) -> Control:
        """Return what the owner of the run wants of its training.

        Raises
        ------
        RunError
            If the run is gone.
        """
        with self.store.database.reading() as connection:
            return find_run(connection, self.run.id).control

    def record(self, changes: Sequence[RateChange]) -> None:
        """Write which learning rates the run has had, before the newest takes effect.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            self._update(connection, rate_changes=changes_to_json(changes))

    def show(self, moment: Moment) -> None:
        """Write where the training pauses, and what its last batch has changed.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            progress = moment.step / (self.run.recipe.epochs * self.run.recipe.steps_per_epoch)
            self._update(connection, progress=progress)
            write_file(connection, self.run.id, "moment", moment.to_bytes())

    def end_pause(self, why: str) -> None:
        """Let the training go on, and tell its owner why, in a sentence.

        Raises
        ------
        LeaseLost
        """
        with self.store.database.writing() as connection:
            control = find_run(connection, self.run.id).control
            self._update(connection, control=Control(control.factor, pause_ended=why).to_json())

    def others_wait(self) -> bool:
        """Return whether any other run is queued."""
        with self.store.database.reading() as connection:
            queued = select(RUNS.c.id).where(RUNS.c.state == RunState.QUEUED)
            return connection.scalar(queued.limit(1)) is not None

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

    def fine_tuning_files(self) -> tuple[bytes | None, Drawings]:
        """Return the network that this run fine-tunes, as a ``.keras`` file, and the drawings.

        There is no network if the run trains one from scratch on drawings of a class.

        Raises
        ------
        RunError, TrainingError
            If what is saved is damaged.
        """
        with self.store.database.reading() as connection:
            start = read_file(connection, self.run.id, "start")
            drawings = read_file(connection, self.run.id, "drawings")
        needs_start = not (self.run.fine_tuning and self.run.fine_tuning.from_scratch)
        if drawings is None or (start is None and needs_start):
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
        answers: TestAnswers | None = None,
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
        answers : TestAnswers, optional
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
                open_accuracy=answers.open_accuracy if answers else None,
                evicted=None,
                eviction="",
            )
            used_up = (FILES.c.run_id == self.run.id, FILES.c.kind.in_(("start", "drawings", "moment")))
            connection.execute(delete(FILES).where(*used_up))
            if answers:
                write_answers(connection, self.run.id, answers)
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
