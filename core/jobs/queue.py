"""The queue: how runs wait, are leased to a worker, and return when their worker is gone.

The queue is in the store, so several servers may work on it. Each worker holds a
`core.jobs.lease.Lease` on the run that it trains, and says by heartbeats that it is alive.
"""

import threading
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from core.fine_tuning.drawings import Drawings
from core.jobs.extension import extend
from core.jobs.lease import Lease
from core.jobs.queue_admission import admit, check_pause, check_waiting
from core.jobs.queue_order import is_ready, lock, next_run, send_series_to_the_end
from core.jobs.tuning import Tuning, tune
from core.recipe import Recipe
from core.steering.control import Control
from core.store.queries import (
    delete_run,
    end_run,
    find_owned_run,
    find_run,
    update_run,
    write_file,
)
from core.store.run import ACTIVE, Run, RunState
from core.store.runs import RunStore
from core.store.tables import RUNS

_NOT_STEERED = Control()


class RunQueue:
    """The runs that wait and those in training.

    Parameters
    ----------
    store : RunStore
    wake : threading.Event, optional
        Set whenever a run joins the queue, for a scheduler that waits for it.
    """

    def __init__(self, store: RunStore, wake: threading.Event | None = None) -> None:
        self._store = store
        self._database = store.database
        self._wake = wake or threading.Event()

    def enqueue(
        self,
        recipe: Recipe,
        owner: str,
        name: str,
        nickname: str = "",
        has_cookie: bool = True,
        control: Control = _NOT_STEERED,
    ) -> Run:
        """Add a new run at the end of the queue, and return it.

        Parameters
        ----------
        recipe : Recipe
        owner, name, nickname : str
        has_cookie : bool
            Whether the owner's browser keeps a cookie. Those who come without one, and have not
            trained or drawn here before, share a part of the queue.
        control : Control
            How it is steered from its first batch on.

        Raises
        ------
        RunRefused
            If the owner has a run waiting already, or the same one in training; or the
            queue is full, or the store is.
        """
        return self.enqueue_series((recipe,), owner, name, nickname, has_cookie, control)[0]

    def enqueue_series(
        self,
        recipes: Sequence[Recipe],
        owner: str,
        name: str,
        nickname: str = "",
        has_cookie: bool = True,
        control: Control = _NOT_STEERED,
    ) -> tuple[Run, ...]:
        """Add several new runs of one owner, all or none, and return them.

        They wait as one run would: whenever one of them begins, the others go to the end
        of the queue, behind everyone who came meanwhile.

        Raises
        ------
        RunRefused
            As `enqueue`.
        """
        with self._database.writing() as connection:
            wanted = control.to_json()
            ids = admit(connection, owner, name, nickname, recipes, has_cookie, control=wanted)
            runs = tuple(find_run(connection, run_id) for run_id in ids)
        self._wake.set()
        return runs

    def extend(
        self, run_id: str, epochs: int, owner: str, nickname: str = "", has_cookie: bool = True
    ) -> Run:
        """Queue a new run that continues where another one has ended, and return it.

        Parameters
        ----------
        run_id : str
            The run to continue, of anybody; it stays as it is.
        epochs : int
            How many epochs to add.

        Raises
        ------
        RunRefused
            As `enqueue`.
        RunError
            If that run has nothing to continue from.
        RecipeError
            If these are too many epochs.
        """
        with self._database.writing() as connection:
            new_id = extend(connection, run_id, epochs, owner, nickname, has_cookie)
            run = find_run(connection, new_id)
        self._wake.set()
        return run

    def fine_tune(
        self, run_id: str, drawings: Drawings, owner: str, nickname: str = "", has_cookie: bool = True
    ) -> Run:
        """Queue a new run that fine-tunes a network on drawings, and return it.

        Parameters
        ----------
        run_id : str
            The run whose network is fine-tuned, of anybody; it stays as it is.
        drawings : Drawings
            Some of them are held out, see `Drawings.split`.

        Raises
        ------
        RunRefused
            As `enqueue`, or if there are too few drawings.
        RunError
            If that run has no network.
        """
        return self.enqueue_tuning(tune(self._store, run_id, drawings), owner, nickname, has_cookie)

    def enqueue_tuning(self, tuning: Tuning, owner: str, nickname: str = "", has_cookie: bool = True) -> Run:
        """Queue a new run that trains on drawings, and return it.

        Raises
        ------
        RunRefused
            As `enqueue`.
        """
        with self._database.writing() as connection:
            (new_id,) = admit(
                connection,
                owner,
                tuning.name,
                nickname,
                (tuning.recipe,),
                has_cookie,
                brings=tuning.size,
                parent=tuning.parent,
                fine_tuning=tuning.fine_tuning.to_json(),
            )
            for kind, content in tuning.files.items():
                write_file(connection, new_id, kind, content)
            run = find_run(connection, new_id)
        self._wake.set()
        return run

    def stop(self, run_id: str, owner: str) -> None:
        """Stop a run that is being trained, soon; one that waits leaves the queue for good.

        Raises
        ------
        RunError
            If the run is somebody else's.
        """

        def change(connection: Connection) -> None:
            lock(connection)  # So that no worker takes the run in between.
            _stop(connection, find_owned_run(connection, run_id, owner))

        self._database.free(change)

    def cancel(self, ids: Iterable[str], owner: str | None = None) -> int:
        """Take runs out of the queue, and stop those in training; return how many.

        Runs that have ended, or are gone, are passed over.

        Parameters
        ----------
        ids : iterable of str
        owner : str, optional
            Whose runs; anybody's if there is none, and then who asks for it must have been let in by
            `core.jobs.teacher_key`.
        """

        def change(connection: Connection) -> int:
            lock(connection)
            query = select(RUNS.c.id).where(RUNS.c.id.in_(wanted), RUNS.c.state.in_(ACTIVE))
            found = connection.scalars(query if owner is None else query.where(RUNS.c.owner == owner))
            runs = [find_run(connection, run_id) for run_id in list(found)]
            for run in runs:
                _stop(connection, run)
            return len(runs)

        wanted = list(ids)
        return self._database.free(change)

    def resume(self, run_id: str, owner: str) -> None:
        """Put an interrupted run back into the queue, where it was before.

        Raises
        ------
        RunError
            If the run is somebody else's.
        RunRefused
            As `enqueue`.
        """
        with self._database.writing() as connection:
            run = find_owned_run(connection, run_id, owner)
            if run.state is not RunState.INTERRUPTED:
                return
            lock(connection)
            check_pause(connection, owner)
            check_waiting(connection, owner, has_cookie=not run.cookieless)
            again = {"state": RunState.QUEUED, "stopping": False, "attempts": 0, "failure": "", "ended": None}
            update_run(connection, run_id, **again, evicted=None, eviction="")
        self._wake.set()

    def count_ready(self) -> int:
        """Return how many runs could be taken at this moment: one of each owner who has none in training."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count(RUNS.c.owner.distinct())).where(is_ready())) or 0

    def lease(self, worker: str, run_id: str | None = None) -> Lease | None:
        """Return a lease on the first run whose owner has no other one in training, or None.

        Parameters
        ----------
        worker : str
        run_id : str, optional
            Take this run or none, whoever waits before it: for a process that trains one run only.
        """
        with self._database.reading() as connection:
            # Nearly always nobody waits: then nothing is written, nor locked.
            waiting = select(RUNS.c.id).where(RUNS.c.state == RunState.QUEUED).limit(1)
            if connection.scalar(waiting) is None:
                return None
        with self._database.writing() as connection:
            lock(connection)
            run = next_run(connection, run_id)
            if run is None:
                return None
            update_run(
                connection,
                run.id,
                state=RunState.RUNNING,
                worker=worker,
                attempts=RUNS.c.attempts + 1,
                progress=run.epochs_done / run.recipe.epochs,
            )
            send_series_to_the_end(connection, run)
            return Lease(self._store, find_run(connection, run.id), worker)


def _stop(connection: Connection, run: Run) -> None:
    if run.state is RunState.QUEUED and run.epochs_done == run.parent_epochs:
        delete_run(connection, run.id)
    elif run.state is RunState.QUEUED:
        # What it learned before an interruption stays.
        end_run(connection, run.id, state=RunState.INTERRUPTED, failure="")
    elif run.state is RunState.RUNNING:
        update_run(connection, run.id, stopping=True)
