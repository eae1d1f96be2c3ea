"""The run store: every training, its epochs and its network, bundled ones included.

Runs live in a database (`core.store.database`) and outlive the server. The bundled networks of
the presets are runs like any other, but come from the folder ``models``. How a run is queued and
trained is the matter of `core.jobs`.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Select, select

from core.history import Epoch
from core.recipe import Recipe
from core.store.bundled import BUNDLED_FOLDER, network_path, read_cards, read_network, read_snapshots
from core.store.database import Database, default_address
from core.store.networks import open_network, read_trained_network
from core.store.queries import (
    as_text,
    delete_run,
    find_owned_run,
    find_run,
    is_known,
    read_history,
    run_from_row,
    update_run,
)
from core.store.retention import (
    OWNER_BYTES,
    OWNER_PINS,
    OwnerUsage,
    Usage,
    read_owner_usage,
    read_usage,
)
from core.store.run import ACTIVE, IMPORTED, Run, RunError, RunState
from core.store.tables import RUNS
from core.test_sets.halves import Part

if TYPE_CHECKING:
    import keras

# How often it is worth writing down that somebody looks at a run.
_ACCESS_TIME = timedelta(minutes=5)
# How long an owner is told of a model that was evicted.
NEWS_TIME = timedelta(days=1)
MAX_NAME = 60
MAX_NOTE = 500


class RunStore:
    """All runs, of all servers that use the same database. Safe to use from several threads.

    Parameters
    ----------
    address : str, optional
        A SQLAlchemy URL; `core.store.database.default_address` if there is none.
    bundled_folder : Path
        Holds a card ``<id>.json`` and a network ``<id>.keras`` for each bundled run.

    Notes
    -----
    All runs but the bundled ones are in the database: if that cannot be used, all methods but
    `bundled` raise `core.store.database.StoreError`.
    """

    def __init__(self, address: str | None = None, bundled_folder: Path = BUNDLED_FOLDER) -> None:
        self.database = Database(address or default_address())
        self._bundled_folder = bundled_folder
        self._bundled = read_cards(bundled_folder)
        self._snapshots: dict[str, dict[int, bytes]] = {}
        self.part = Part.WHOLE

    def __reduce__(self) -> tuple[type[Self], tuple[str, Path]]:
        """Let another process open the same database."""
        return type(self), (self.database.address, self._bundled_folder)

    def seen(self, part: Part) -> Self:
        """Return the same store as somebody sees it who may see only a part of the test set.

        Every run that it returns is `Run.seen`, and the best one is the best on that part.
        """
        if part is self.part:
            return self
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view.part = part
        return view

    def get(self, run_id: str) -> Run:
        """Return the run of this id.

        Raises
        ------
        RunError
            If there is none.
        """
        if run_id in self._bundled:
            return self._bundled[run_id].run.seen(self.part)
        with self.database.reading() as connection:
            return find_run(connection, run_id).seen(self.part)

    def history(self, run_id: str) -> tuple[Epoch, ...]:
        """Return the finished epochs of a run, with those of the runs that it continues."""
        if run_id in self._bundled:
            return self._bundled[run_id].history
        with self.database.reading() as connection:
            return read_history(connection, run_id)

    def runs(self, owner: str | None = None, limit: int | None = None) -> tuple[Run, ...]:
        """Return the newest runs that were trained here, of everybody or of one owner, newest first."""
        query = select(RUNS).order_by(RUNS.c.number.desc()).limit(limit)
        return self._read(query if owner is None else query.where(RUNS.c.owner == owner))

    def active(self) -> tuple[Run, ...]:
        """Return the runs in training, then the queued ones in the order of the queue."""
        query = select(RUNS).where(RUNS.c.state.in_(ACTIVE))
        runs = self._read(query.order_by(RUNS.c.queue_order, RUNS.c.number))
        return tuple(sorted(runs, key=lambda run: run.state is RunState.QUEUED))

    def measured(self, limit: int = 20) -> tuple[Run, ...]:
        """Return runs that tell how long an epoch takes here: the newest that trained, then the bundled."""
        query = (
            select(RUNS)
            .where(RUNS.c.epochs_done > RUNS.c.parent_epochs)
            .order_by(RUNS.c.number.desc())
            .limit(limit)
        )
        return (*self._read(query), *(card.run.seen(self.part) for card in self._bundled.values()))

    def models(self, limit: int | None = None) -> tuple[Run, ...]:
        """Return the runs whose network can be loaded: the newest trained here, then the bundled."""
        query = select(RUNS).where(RUNS.c.has_model).order_by(RUNS.c.number.desc()).limit(limit)
        return (*self._read(query), *self.bundled())

    def seeds_of(self, recipe: Recipe) -> tuple[Run, ...]:
        """Return as `models`, but only the runs of a recipe, with any seed, and the bundled ones."""
        before, _, after = recipe.to_json().partition(f'"seed": {recipe.seed}')
        text = RUNS.c.recipe
        alike = text.startswith(before, autoescape=True) & text.endswith(after, autoescape=True)
        query = select(RUNS).where(RUNS.c.has_model, alike).order_by(RUNS.c.number.desc())
        return (*self._read(query), *self.bundled())

    def bundled(self) -> tuple[Run, ...]:
        """Return the bundled runs whose network is there."""
        cards = self._bundled.values()
        there = (card.run for card in cards if network_path(self._bundled_folder, card).exists())
        return tuple(run.seen(self.part) for run in there)

    def best(self) -> str | None:
        """Return the id of the run with the highest test accuracy of those trained here, if there is any."""
        accuracy = RUNS.c.test_accuracy if self.part is Part.WHOLE else RUNS.c.open_accuracy
        here = RUNS.c.versions.not_like(f'%"{IMPORTED}"%')
        query = select(RUNS.c.id).where(accuracy.is_not(None), here)
        with self.database.reading() as connection:
            return connection.scalar(query.order_by(accuracy.desc(), RUNS.c.number).limit(1))

    def usage(self) -> Usage:
        """Return how full the store is."""
        with self.database.reading() as connection:
            return read_usage(connection)

    def owner_usage(self, owner: str) -> OwnerUsage:
        """Return what one owner has in the store."""
        with self.database.reading() as connection:
            return read_owner_usage(connection, owner)

    def is_known(self, owner: str) -> bool:
        """Return whether an owner has trained here before, or saved a drawing some time ago."""
        with self.database.reading() as connection:
            return is_known(connection, owner)

    def evicted(self, owner: str) -> tuple[Run, ...]:
        """Return an owner's runs whose model was evicted within `NEWS_TIME`, newest first."""
        since = as_text(datetime.now(UTC) - NEWS_TIME)
        query = select(RUNS).where(
            RUNS.c.owner == owner, RUNS.c.evicted >= since, RUNS.c.has_model.is_(False)
        )
        return self._read(query.order_by(RUNS.c.number.desc()))

    def load_model(self, run_id: str) -> "keras.Model":
        """Return the network of a run, for predictions only: it comes without an optimizer.

        Raises
        ------
        RunError
            If the run does not exist, has no network, or its file is missing or damaged.
        """
        return open_network(self.model_file(run_id))

    def model_file(self, run_id: str) -> bytes:
        """Return the network of a run as a ``.keras`` file.

        Raises
        ------
        RunError
            As `load_model`.
        """
        if run_id in self._bundled:
            return read_network(self._bundled_folder, self._bundled[run_id])
        with self.database.reading() as connection:
            return read_trained_network(connection, run_id)

    def bundled_snapshots(self, run_id: str) -> dict[int, bytes]:
        """Return the snapshots of a bundled run by their epochs. Raises `RunError` if they are damaged."""
        if run_id not in self._snapshots:
            self._snapshots[run_id] = read_snapshots(self._bundled_folder, self._bundled[run_id])
        return self._snapshots[run_id]

    def touch(self, run_id: str) -> None:
        """Write down that somebody looks at the network of a run, so that it is not evicted now."""
        now = datetime.now(UTC)
        last = self.get(run_id).last_accessed
        if run_id in self._bundled or (last and as_text(now - _ACCESS_TIME) < last <= as_text(now)):
            return
        with self.database.writing() as connection:
            update_run(connection, run_id, last_accessed=as_text(now))

    def rename(self, run_id: str, owner: str, name: str) -> None:
        """Give a run a name of at most `MAX_NAME` characters.

        Raises
        ------
        RunError
            If the run is somebody else's, or the name is empty or too long.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= MAX_NAME:
            raise RunError(f"A name must have 1 to {MAX_NAME} characters.")
        self._change(run_id, owner, name=name, named=True)

    def annotate(self, run_id: str, owner: str, note: str) -> None:
        """Write a note of at most `MAX_NOTE` characters about a run; an empty one removes it.

        Raises
        ------
        RunError
            If the run is somebody else's, or the note is too long.
        """
        if len(note) > MAX_NOTE:
            raise RunError(f"A note can have at most {MAX_NOTE} characters.")
        self._change(run_id, owner, note=note.strip())

    def pin(self, run_id: str, owner: str, pinned: bool) -> None:
        """Keep a run even when the store is full, or no longer.

        Raises
        ------
        RunError
            If the run is somebody else's, or the owner's pinned runs would be too many, or too large.
        """
        with self.database.writing() as connection:
            find_owned_run(connection, run_id, owner)
            update_run(connection, run_id, pinned=pinned)
            usage = read_owner_usage(connection, owner)
            if pinned and usage.pins > OWNER_PINS:
                raise RunError(f"You can pin {OWNER_PINS} runs. Unpin one of them first.")
            if pinned and usage.pinned_bytes > OWNER_BYTES:
                most = OWNER_BYTES // 2**20
                raise RunError(f"Your pinned models can take {most} MB together. Unpin one of them first.")

    def delete(self, run_id: str, owner: str) -> None:
        """Delete a run with all that belongs to it.

        Raises
        ------
        RunError
            If the run is somebody else's, or is being trained.
        """

        def change(connection: Connection) -> None:
            run = find_owned_run(connection, run_id, owner)
            if run.state is RunState.RUNNING:
                raise RunError("This run is being trained. Stop it first, then delete it.")
            delete_run(connection, run_id)

        self.database.free(change)

    def _change(self, run_id: str, owner: str, **changes: Any) -> None:
        with self.database.writing() as connection:
            find_owned_run(connection, run_id, owner)
            update_run(connection, run_id, **changes)

    def _read(self, query: Select[Any]) -> tuple[Run, ...]:
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(run.seen(self.part) for row in rows if (run := run_from_row(row)))
