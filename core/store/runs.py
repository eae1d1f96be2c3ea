"""The run store: every training, its epochs and its network, bundled ones included.

Runs live in a database (`core.store.database`) and outlive the server. The bundled networks of
the presets are runs like any other, but come from the folder ``models``. How a run gets
into the store, waits and is trained is the matter of `core.jobs.queue`.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Select, select, update

from core.history import Epoch
from core.recipe import Recipe
from core.store.bundled import BUNDLED_FOLDER, _read_cards
from core.store.database import Database, default_address
from core.store.queries import as_text, checksum, drop, find, owned, read_file, read_history, read_run
from core.store.retention import Usage, read_usage
from core.store.run import ACTIVE, Run, RunError, RunState
from core.store.tables import RUNS

if TYPE_CHECKING:
    import keras

# How often it is worth writing down that a run is looked at.
_OPENED_TIME = timedelta(minutes=5)
MAX_NAME = 60
MAX_NOTE = 500

_log = logging.getLogger(__name__)


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
    Whatever is not bundled is in the database: if that cannot be used, all methods but
    `bundled` raise `core.store.database.StoreError`.
    """

    def __init__(self, address: str | None = None, bundled_folder: Path = BUNDLED_FOLDER) -> None:
        self.database = Database(address or default_address())
        self._bundled_folder = bundled_folder
        self._bundled = _read_cards(bundled_folder)

    def __reduce__(self) -> tuple[type[Self], tuple[str, Path]]:
        """Another process opens the same database."""
        return type(self), (self.database.address, self._bundled_folder)

    def get(self, run_id: str) -> Run:
        """The run of this id.

        Raises
        ------
        RunError
            If there is none.
        """
        if run_id in self._bundled:
            return self._bundled[run_id].run
        with self.database.reading() as connection:
            return find(connection, run_id)

    def history(self, run_id: str) -> tuple[Epoch, ...]:
        """The finished epochs of a run, with those of the runs it went on from."""
        if run_id in self._bundled:
            return self._bundled[run_id].history
        with self.database.reading() as connection:
            return read_history(connection, run_id)

    def runs(self, owner: str | None = None, limit: int | None = None) -> tuple[Run, ...]:
        """The newest runs that were trained here, of everybody or of one owner, newest first."""
        query = select(RUNS).order_by(RUNS.c.number.desc()).limit(limit)
        return self._read(query if owner is None else query.where(RUNS.c.owner == owner))

    def line(self) -> tuple[Run, ...]:
        """The runs that are being trained, then those that wait, first come first."""
        query = select(RUNS).where(RUNS.c.state.in_(ACTIVE))
        runs = self._read(query.order_by(RUNS.c.place, RUNS.c.number))
        return tuple(sorted(runs, key=lambda run: run.state is RunState.QUEUED))

    def measured(self, limit: int = 20) -> tuple[Run, ...]:
        """Runs that tell how long an epoch takes here: the newest with an epoch, then the bundled."""
        query = select(RUNS).where(RUNS.c.epochs_done > 0).order_by(RUNS.c.number.desc()).limit(limit)
        return (*self._read(query), *(card.run for card in self._bundled.values()))

    def models(self, limit: int | None = None) -> tuple[Run, ...]:
        """Runs whose network can be loaded: the newest trained here, then the bundled."""
        query = select(RUNS).where(RUNS.c.has_model).order_by(RUNS.c.number.desc()).limit(limit)
        return (*self._read(query), *self.bundled())

    def seeds_of(self, recipe: Recipe) -> tuple[Run, ...]:
        """As `models`, but only the runs of a recipe, whatever their seed, and the bundled ones."""
        before, _, after = recipe.to_json().partition(f'"seed": {recipe.seed}')
        text = RUNS.c.recipe
        alike = text.startswith(before, autoescape=True) & text.endswith(after, autoescape=True)
        query = select(RUNS).where(RUNS.c.has_model, alike).order_by(RUNS.c.number.desc())
        return (*self._read(query), *self.bundled())

    def bundled(self) -> tuple[Run, ...]:
        """The bundled runs whose network is there."""
        return tuple(card.run for card in self._bundled.values() if self._bundled_path(card.run.id).exists())

    def best(self) -> str | None:
        """The id of the run that reads most test images right, if any has been measured."""
        query = select(RUNS.c.id).where(RUNS.c.test_accuracy.is_not(None))
        with self.database.reading() as connection:
            return connection.scalar(query.order_by(RUNS.c.test_accuracy.desc(), RUNS.c.number).limit(1))

    def usage(self) -> Usage:
        """How full the store is."""
        with self.database.reading() as connection:
            return read_usage(connection)

    def load_model(self, run_id: str) -> "keras.Model":
        """Load the network of a run, for answering only: it comes without an optimizer.

        Raises
        ------
        RunError
            If the run does not exist, has no network, or its file is missing or damaged.
        """
        return open_network(self.model_file(run_id))

    def model_file(self, run_id: str) -> bytes:
        """The network of a run as a ``.keras`` file.

        Raises
        ------
        RunError
            As `load_model`.
        """
        if run_id in self._bundled:
            return self._bundled_file(run_id)
        with self.database.reading() as connection:
            run = find(connection, run_id)
            content = read_file(connection, run_id, "network")
        if content is not None:
            return content
        if run.state.active:
            raise RunError("This run has no model yet. Wait until its training has ended.")
        raise RunError("The model of this run is not kept any more. Choose another model, or train it again.")

    def touch(self, run_id: str) -> None:
        """Note that somebody looks at the network of a run, so that it is kept for now."""
        now = datetime.now(UTC)
        opened = self.get(run_id).opened
        if run_id in self._bundled or (opened and as_text(now - _OPENED_TIME) < opened <= as_text(now)):
            return
        with self.database.writing() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(opened=as_text(now)))

    def rename(self, run_id: str, owner: str, name: str) -> None:
        """Give a run a name of at most `MAX_NAME` characters.

        Raises
        ------
        RunError
            If the run is somebody else's, or the name is empty or too long.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= MAX_NAME:
            raise RunError(f"A name has 1 to {MAX_NAME} characters.")
        self._change(run_id, owner, name=name, named=True)

    def annotate(self, run_id: str, owner: str, note: str) -> None:
        """Write a note of at most `MAX_NOTE` characters about a run; an empty one removes it.

        Raises
        ------
        RunError
            If the run is somebody else's, or the note is too long.
        """
        if len(note) > MAX_NOTE:
            raise RunError(f"A note has at most {MAX_NOTE} characters.")
        self._change(run_id, owner, note=note.strip())

    def mark(self, run_id: str, owner: str, marked: bool) -> None:
        """Keep a run whatever happens, or no longer.

        Raises
        ------
        RunError
            If the run is somebody else's.
        """
        self._change(run_id, owner, marked=marked)

    def delete(self, run_id: str, owner: str) -> None:
        """Delete a run with all that belongs to it.

        Raises
        ------
        RunError
            If the run is somebody else's, or is being trained.
        """
        with self.database.writing() as connection:
            run = owned(connection, run_id, owner)
            if run.state is RunState.RUNNING:
                raise RunError("This run is being trained. Stop it first, then delete it.")
            drop(connection, run_id)

    def _change(self, run_id: str, owner: str, **changes: Any) -> None:
        with self.database.writing() as connection:
            owned(connection, run_id, owner)
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(**changes))

    def _read(self, query: Select[Any]) -> tuple[Run, ...]:
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(run for row in rows if (run := read_run(row)))

    def _bundled_path(self, run_id: str) -> Path:
        return self._bundled_folder / f"{run_id}.keras"

    def _bundled_file(self, run_id: str) -> bytes:
        restore = "Choose another model, or restore the folder models/ from the repository."
        try:
            content = self._bundled_path(run_id).read_bytes()
        except OSError as error:
            raise RunError(f"The file of this model is missing. {restore}") from error
        if checksum(content) != self._bundled[run_id].sha256:
            raise RunError(f"The file of this model is damaged. {restore}")
        return content


def open_network(content: bytes) -> "keras.Model":
    """Read a network from a ``.keras`` file.

    Raises
    ------
    RunError
        If it cannot be read.
    """
    # Imported here because it brings TensorFlow, which a list of runs does not need.
    from core.model import from_bytes

    try:
        return from_bytes(content)
    except (ValueError, TypeError, OSError) as error:
        raise RunError(
            "This version of Keras cannot read this model. Choose another model, or train it again."
        ) from error
