"""A worker's hold on a run: only through it is a run written to while it is trained."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from core.fine_tuning import Drawings, Teaching
from core.history import Checkpoint
from core.store.queries import _end, read_file, read_history, write_file
from core.store.retention import make_room
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.tables import EPOCHS, FILES, RUNS


class ClaimLost(Exception):
    """The run is no longer this worker's: it was taken away, or is gone."""


@dataclass(frozen=True)
class Beat:
    """A sign of life of a worker.

    Attributes
    ----------
    run_id, worker : str
    beat : int
        Differs from that of an earlier look if the worker is alive.
    """

    run_id: str
    worker: str
    beat: int


@dataclass(frozen=True)
class Claim:
    """A worker's hold on a run: only through it is a run written to while it is trained.

    It may be sent to another process, which opens the same store.

    Attributes
    ----------
    store : RunStore
    run : Run
        As it was when it was taken.
    worker : str
    """

    store: RunStore
    run: Run
    worker: str

    def beat(self, progress: float) -> bool:
        """Say that the worker is alive, and how far it is; return whether it shall stop.

        Raises
        ------
        ClaimLost
        """
        with self.store.database.writing() as connection:
            self._update(connection, beat=RUNS.c.beat + 1, progress=progress)
            return bool(connection.scalar(select(RUNS.c.stopping).where(RUNS.c.id == self.run.id)))

    def checkpoint(self) -> Checkpoint | None:
        """Where the run was interrupted, or None if it begins with its first epoch.

        Raises
        ------
        RunError
            If what is saved is damaged.
        """
        with self.store.database.reading() as connection:
            state = read_file(connection, self.run.id, "state")
            return Checkpoint(read_history(connection, self.run.id), state) if state else None

    def lesson(self) -> tuple[bytes, Drawings]:
        """The network that this run teaches, as a ``.keras`` file, and the drawings.

        Raises
        ------
        RunError, TrainingError
            If what is saved is damaged.
        """
        with self.store.database.reading() as connection:
            start = read_file(connection, self.run.id, "start")
            drawings = read_file(connection, self.run.id, "drawings")
        if start is None or drawings is None:
            raise RunError("The drawings of this run are not kept any more. Teach the network again.")
        return start, Drawings.from_bytes(drawings)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write the last finished epoch and the state after it, both or none.

        Raises
        ------
        ClaimLost
        """
        epoch = checkpoint.history[-1]
        with self.store.database.writing() as connection:
            self._update(
                connection,
                beat=RUNS.c.beat + 1,
                attempts=0,
                epochs_done=len(checkpoint.history),
                seconds=sum(epoch.seconds for epoch in checkpoint.history),
            )
            # A run whose state was not kept begins again: its old epochs are no longer true.
            connection.execute(
                delete(EPOCHS).where(EPOCHS.c.run_id == self.run.id, EPOCHS.c.number >= epoch.number)
            )
            connection.execute(insert(EPOCHS).values(run_id=self.run.id, **dataclasses.asdict(epoch)))
            write_file(connection, self.run.id, "state", checkpoint.state)

    def finish(
        self,
        network: bytes,
        state: bytes,
        stopped: bool,
        train_accuracy: float,
        test_accuracy: float,
        versions: Mapping[str, str],
        teaching: Teaching | None = None,
    ) -> None:
        """Write the network and the results of a run that has ended; make room for others.

        Parameters
        ----------
        network : bytes
            A ``.keras`` file.
        state : bytes
            To go on from here, see `Checkpoint`.
        stopped : bool
            Whether the training ended before its last epoch.
        train_accuracy, test_accuracy : float
        versions : mapping of str
        teaching : Teaching, optional
            With what came of it. The drawings themselves are not kept with the run.

        Raises
        ------
        ClaimLost
        """
        with self.store.database.writing() as connection:
            self._update(
                connection,
                has_model=True,
                progress=1.0,
                train_accuracy=train_accuracy,
                test_accuracy=test_accuracy,
                versions=json.dumps(dict(versions)),
                teaching=teaching.to_json() if teaching else None,
            )
            used_up = (FILES.c.run_id == self.run.id, FILES.c.kind.in_(("start", "drawings")))
            connection.execute(delete(FILES).where(*used_up))
            write_file(connection, self.run.id, "network", network)
            write_file(connection, self.run.id, "state", state)
            # Before it has ended, so that it does not make room for itself.
            make_room(connection)
            _end(connection, self.run.id, state=RunState.STOPPED if stopped else RunState.FINISHED)

    def fail(self, sentence: str) -> None:
        """End the run without a result; what was saved of its state is of no use.

        Raises
        ------
        ClaimLost
        """
        with self.store.database.writing() as connection:
            self._update(connection)
            connection.execute(delete(FILES).where(FILES.c.run_id == self.run.id))
            _end(connection, self.run.id, state=RunState.FAILED, failure=sentence)

    def interrupt(self, sentence: str) -> None:
        """Leave the run as it was after its last epoch, for its owner to resume.

        Raises
        ------
        ClaimLost
        """
        with self.store.database.writing() as connection:
            self._update(connection)
            _end(connection, self.run.id, state=RunState.INTERRUPTED, failure=sentence)

    def release(self) -> None:
        """Put the run back in line, at the place it had: the server is ending."""
        with self.store.database.writing() as connection:
            self._update(connection, state=RunState.QUEUED, worker=None, attempts=0)

    def _update(self, connection: Connection, **values: Any) -> None:
        held: tuple[ColumnElement[bool], ...] = (
            RUNS.c.id == self.run.id,
            RUNS.c.state == RunState.RUNNING,
            RUNS.c.worker == self.worker,
        )
        values = values or {"beat": RUNS.c.beat + 1}
        if connection.execute(update(RUNS).where(*held).values(**values)).rowcount == 0:
            raise ClaimLost
