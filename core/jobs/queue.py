"""The line: how runs wait, are taken by a worker, and are written to as they are trained.

The line is in the store, so several servers may work on it. A worker that takes a run
holds a `Claim` on it and says that it is alive by counting up the run's beat. Whoever sees
a beat stand still may take the run away from its worker; every write of the former worker
is refused from then on. No clock is compared with the clock of another machine.
"""

import dataclasses
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from core.fine_tuning import MIN_DRAWINGS, Drawings, Teaching, further
from core.jobs.lease import Beat, Claim
from core.recipe import Recipe
from core.store.queries import _end, _set, drop, find, now, owned, read_file, read_history, write_file
from core.store.retention import MAX_BYTES, make_room, read_usage
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.tables import COUNTER, EPOCHS, RUNS

# Runs that may wait: two for each student of a class. Whoever comes later hears so at once.
MAX_WAITING = 60
# So often a run is begun without finishing one more epoch; then it waits for its owner.
# A run that brings the server down must not do so for ever.
MAX_ATTEMPTS = 3

_INTERRUPTED = (
    "The server was interrupted several times within one epoch of this run. "
    "Resume it, or start it with a smaller network."
)
# What the name of a network that was taught ends with.
_TAUGHT = " · taught"


class RunRefused(Exception):
    """A run that cannot be lined up now. The message says why."""


class Line:
    """Who waits and who is trained.

    Parameters
    ----------
    store : RunStore
    """

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._database = store.database

    def enqueue(self, recipe: Recipe, owner: str, name: str, nickname: str = "") -> Run:
        """Put a new run at the end of the line.

        Raises
        ------
        RunRefused
            If the owner has a run waiting already, or the same one in training; or the
            line is full, or the store is.
        """
        return self.enqueue_series((recipe,), owner, name, nickname)[0]

    def enqueue_series(
        self, recipes: Sequence[Recipe], owner: str, name: str, nickname: str = ""
    ) -> tuple[Run, ...]:
        """Put several new runs of one owner in line, all or none.

        They wait as one run would: whenever one of them begins, the others go to the end
        of the line, behind all who came meanwhile.

        Raises
        ------
        RunRefused
            As `enqueue`.
        """
        with self._database.writing() as connection:
            number, place = _admit(connection, owner, recipes)
            ids = [
                self._add(connection, number + count, place, recipe, owner, name, nickname)
                for count, recipe in enumerate(recipes, start=1)
            ]
            return tuple(find(connection, run_id) for run_id in ids)

    def extend(self, run_id: str, epochs: int, owner: str, nickname: str = "") -> Run:
        """Line up a new run that goes on from where another one has ended.

        Parameters
        ----------
        run_id : str
            The run to go on from, of anybody; it stays as it is.
        epochs : int
            How many epochs to add.

        Raises
        ------
        RunRefused
            As `enqueue`.
        RunError
            If that run has nothing to go on from.
        RecipeError
            If these are too many epochs.
        """
        with self._database.writing() as connection:
            parent = find(connection, run_id)
            if parent.teaching:
                raise RunError("This network was taught drawings. Teach it again instead, with more of them.")
            state = read_file(connection, run_id, "state")
            if state is None or not parent.has_model:
                raise RunError("This run has nothing to go on from. Choose another one, or train anew.")
            history = read_history(connection, run_id)
            recipe = dataclasses.replace(parent.recipe, epochs=len(history) + epochs)
            inherited = {
                "parent": run_id,
                "parent_epochs": len(history),
                "epochs_done": len(history),
                "seconds": parent.seconds,
                "progress": len(history) / recipe.epochs,
            }
            number, place = _admit(connection, owner, (recipe,))
            new_id = self._add(
                connection, number + 1, place, recipe, owner, parent.name, nickname, **inherited
            )
            write_file(connection, new_id, "state", state)
            for epoch in history:
                connection.execute(insert(EPOCHS).values(run_id=new_id, **dataclasses.asdict(epoch)))
            return find(connection, new_id)

    def teach(self, run_id: str, drawings: Drawings, owner: str, nickname: str = "") -> Run:
        """Line up a new run that trains a network a little further, on drawings among old images.

        Parameters
        ----------
        run_id : str
            The run whose network is taught, of anybody; it stays as it is.
        drawings : Drawings
            Some of them are kept aside, see `Drawings.part`.

        Raises
        ------
        RunRefused
            As `enqueue`, or if there are too few drawings.
        RunError
            If that run has no network.
        """
        if len(drawings) < MIN_DRAWINGS:
            raise RunRefused(f"Keep at least {MIN_DRAWINGS} drawings first, then teach them.")
        start = self._store.model_file(run_id)
        parent = self._store.get(run_id)
        learned, held_out = drawings.part()
        recipe = further(parent.recipe, len(learned))
        teaching = Teaching(len(learned), len(held_out))
        with self._database.writing() as connection:
            number, place = _admit(connection, owner, (recipe,))
            new_id = self._add(
                connection,
                number + 1,
                place,
                recipe,
                owner,
                parent.name if parent.teaching else f"{parent.name}{_TAUGHT}",
                nickname,
                parent=run_id,
                teaching=teaching.to_json(),
            )
            write_file(connection, new_id, "start", start)
            write_file(connection, new_id, "drawings", drawings.to_bytes())
            return find(connection, new_id)

    def stop(self, run_id: str, owner: str) -> None:
        """Stop a run that is being trained, soon; one that waits leaves the line for good.

        Raises
        ------
        RunError
            If the run is somebody else's.
        """
        with self._database.writing() as connection:
            run = owned(connection, run_id, owner)
            if run.state is RunState.QUEUED and run.epochs_done == run.parent_epochs:
                drop(connection, run_id)
            elif run.state is RunState.QUEUED:
                # What it learned before an interruption stays.
                _set(connection, run_id, state=RunState.INTERRUPTED, failure="")
            elif run.state is RunState.RUNNING:
                _set(connection, run_id, stopping=True)

    def resume(self, run_id: str, owner: str) -> None:
        """Put an interrupted run back in line, at the place it had.

        Raises
        ------
        RunError
            If the run is somebody else's.
        RunRefused
            As `enqueue`.
        """
        with self._database.writing() as connection:
            run = owned(connection, run_id, owner)
            if run.state is not RunState.INTERRUPTED:
                return
            _lock(connection)
            _check(connection, owner)
            _set(
                connection, run_id, state=RunState.QUEUED, stopping=False, attempts=0, failure="", ended=None
            )

    def claim(self, worker: str) -> "Claim | None":
        """Take the first run whose owner has no other one in training, or None."""
        with self._database.reading() as connection:
            # Nobody waits, nearly always: then nothing is written, nor locked.
            waiting = select(RUNS.c.id).where(RUNS.c.state == RunState.QUEUED).limit(1)
            if connection.scalar(waiting) is None:
                return None
        with self._database.writing() as connection:
            _lock(connection)
            busy = select(RUNS.c.owner).where(RUNS.c.state == RunState.RUNNING)
            first = (
                select(RUNS.c.id)
                .where(RUNS.c.state == RunState.QUEUED, RUNS.c.owner.not_in(busy))
                .order_by(RUNS.c.place, RUNS.c.number)
                .limit(1)
            )
            while (run_id := connection.scalar(first)) is not None:
                try:
                    run = find(connection, run_id)
                except RunError as error:
                    # A recipe of another version must not hold up the line.
                    _end(connection, run_id, state=RunState.FAILED, failure=str(error))
                    continue
                _set(
                    connection,
                    run_id,
                    state=RunState.RUNNING,
                    worker=worker,
                    attempts=RUNS.c.attempts + 1,
                    progress=run.epochs_done / run.recipe.epochs,
                )
                _send_series_to_the_end(connection, run_id)
                return Claim(self._store, find(connection, run_id), worker)
            return None

    def beats(self) -> tuple[Beat, ...]:
        """The signs of life of all workers, of all servers."""
        query = select(RUNS.c.id, RUNS.c.worker, RUNS.c.beat).where(RUNS.c.state == RunState.RUNNING)
        with self._database.reading() as connection:
            return tuple(Beat(*row) for row in connection.execute(query))

    def take_away(self, beat: Beat) -> None:
        """Put a run whose worker has given no sign of life since this beat back in line."""
        with self._database.writing() as connection:
            lifeless = (
                RUNS.c.id == beat.run_id,
                RUNS.c.state == RunState.RUNNING,
                RUNS.c.worker == beat.worker,
                RUNS.c.beat == beat.beat,
            )
            attempts = connection.scalar(select(RUNS.c.attempts).where(*lifeless))
            if attempts is None:
                return
            if attempts < MAX_ATTEMPTS:
                _set(connection, beat.run_id, state=RunState.QUEUED, worker=None)
            else:
                _end(connection, beat.run_id, state=RunState.INTERRUPTED, failure=_INTERRUPTED)

    def _add(
        self,
        connection: Connection,
        number: int,
        place: int,
        recipe: Recipe,
        owner: str,
        name: str,
        nickname: str,
        **values: Any,
    ) -> str:
        make_room(connection)
        if read_usage(connection).bytes > MAX_BYTES:
            raise RunRefused(
                "The store is full of runs that are marked or open. Delete some, then start again."
            )
        run_id = secrets.token_hex(4)
        connection.execute(update(COUNTER).values(number=number))
        connection.execute(
            insert(RUNS).values(
                id=run_id,
                number=number,
                place=place,
                name=name,
                owner=owner,
                nickname=nickname,
                recipe=recipe.to_json(),
                state=RunState.QUEUED,
                created=now(),
                **values,
            )
        )
        return run_id


def _admit(connection: Connection, owner: str, recipes: Sequence[Recipe]) -> tuple[int, int]:
    """Let new runs join the line, or raise `RunRefused`.

    Returns
    -------
    number : int
        Of the newest run before them.
    place : int
        The place that they share.
    """
    number = _lock(connection)
    _check(connection, owner, len(recipes))
    _check_repeated(connection, owner, recipes)
    return number, _last_place(connection)


def _lock(connection: Connection) -> int:
    """Wait for all others who add or take runs; return the number of the newest run."""
    connection.execute(update(COUNTER).values(number=COUNTER.c.number))
    return connection.scalar(select(COUNTER.c.number)) or 0


def _check_repeated(connection: Connection, owner: str, recipes: Sequence[Recipe]) -> None:
    """Refuse what is being trained at this moment for the same owner: a second click."""
    running = select(RUNS.c.recipe).where(RUNS.c.state == RunState.RUNNING, RUNS.c.owner == owner)
    if {recipe.to_json() for recipe in recipes} & set(connection.scalars(running)):
        raise RunRefused("You are training exactly this already. Change something, or wait until it ends.")


def _send_series_to_the_end(connection: Connection, run_id: str) -> None:
    """When a run of a series begins, the others go behind all who came meanwhile.

    The runs of a series share a place. A run that waits beside it, of the same owner but
    lined up by itself, keeps its own.
    """
    place = connection.scalar(select(RUNS.c.place).where(RUNS.c.id == run_id))
    rest = (RUNS.c.place == place, RUNS.c.state == RunState.QUEUED)
    connection.execute(update(RUNS).where(*rest).values(place=_last_place(connection)))


def _last_place(connection: Connection) -> int:
    """A place behind all others; a series shares one, in the order of its numbers."""
    return 1 + (connection.scalar(select(func.max(RUNS.c.place))) or 0)


def _check(connection: Connection, owner: str, runs: int = 1) -> None:
    """Raise `RunRefused` if this owner cannot line up so many runs now."""
    waiting = select(func.count()).select_from(RUNS).where(RUNS.c.state == RunState.QUEUED)
    if connection.scalar(waiting.where(RUNS.c.owner == owner)):
        raise RunRefused("You have a run waiting already. Cancel it, or wait until it begins.")
    if (connection.scalar(waiting) or 0) + runs > MAX_WAITING:
        raise RunRefused("The line is full. Try again in a few minutes.")
