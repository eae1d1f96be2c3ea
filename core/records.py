"""The records of the run store: what a run is, and what is done to one within a transaction.

`core.runs` and `core.line` build on these; pages have no business here but for the values.
"""

import dataclasses
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, not_, or_, select, update

from core.database import EPOCHS, FILES, RUNS
from core.history import Epoch
from core.recipe import Recipe, RecipeError
from core.teaching import Teaching

# All files of all runs together. A run of the article recipe takes 4 MB.
MAX_BYTES = 600 * 2**20
# Records without a network are small, but not nothing.
MAX_RUNS = 20_000
# A model that somebody has looked at within this time is in use.
OPEN_TIME = timedelta(hours=1)

_log = logging.getLogger(__name__)


class RunError(Exception):
    """A run or its network that cannot be had or changed. The message says what to do."""


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def active(self) -> bool:
        """Whether something will still happen to the run by itself."""
        return self in ACTIVE


ACTIVE = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True)
class Run:
    """One training, as it stands now.

    Attributes
    ----------
    id : str
        Unique in the store; the name of a preset for a bundled run.
    name : str
        Given by its owner, or what the recipe is called.
    recipe : Recipe
    state : RunState
    number : int
        Counts the runs of the store, from 1; 0 for a bundled run.
    place : int
        Orders the line; the runs of a series share one.
    named : bool
        Whether its owner has chosen the name.
    owner : str
        Who started it; empty for a bundled run. Whoever knows it controls the run, so it
        is not for showing.
    nickname : str
        What the owner wants to be called; may be empty.
    parent : str or None
        The run that this one went on from.
    parent_epochs : int
        How many epochs of its history are those of the parent.
    stopping : bool
        Whether its owner has asked it to stop.
    created, ended, opened : str or None
        Date and time (UTC, ISO 8601) of its start in the line, of its end, and of the last
        look at its network.
    progress : float
        Share of the training done, 0.0 to 1.0.
    epochs_done : int
        The finished epochs.
    seconds : float
        Time of these epochs.
    train_accuracy, test_accuracy : float or None
        Share read right of the images trained on and of the 10,000 test images,
        measured after the training with the finished network.
    failure : str
        Why it failed or was interrupted, as a sentence; empty otherwise.
    versions : mapping of str
        What decided the result beside the recipe: versions of Python and of the libraries, and
        the ``precision`` that was used.
    has_model : bool
        Whether its network can be loaded, and its training continued.
    note : str
        What its owner wrote about it.
    marked : bool
        Whether its owner wants it kept.
    teaching : Teaching or None
        What it was taught, if it taught another run's network drawings.
    """

    id: str
    name: str
    recipe: Recipe
    state: RunState
    number: int = 0
    place: int = 0
    named: bool = False
    owner: str = ""
    nickname: str = ""
    parent: str | None = None
    parent_epochs: int = 0
    stopping: bool = False
    created: str = ""
    ended: str | None = None
    opened: str | None = None
    progress: float = 0.0
    epochs_done: int = 0
    seconds: float = 0.0
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    failure: str = ""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    has_model: bool = False
    note: str = ""
    marked: bool = False
    teaching: Teaching | None = None

    @property
    def bundled(self) -> bool:
        """Whether the run comes with Digit Lab."""
        return not self.owner

    @property
    def label(self) -> str:
        """How lists and headings call it."""
        return f"Run {self.number}: {self.name}" if self.number else self.name


@dataclass(frozen=True)
class Usage:
    """How full the store is.

    Attributes
    ----------
    runs, models : int
        All runs, and those among them whose network is kept.
    bytes : int
        Of all files of all runs.
    """

    runs: int
    models: int
    bytes: int


def read_run(row: Row[Any]) -> Run | None:
    """The run in a row of the table, or None if its recipe is one of another version."""
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(Run)}
    try:
        fields["recipe"] = Recipe.from_json(row.recipe)
    except RecipeError:
        _log.warning("The recipe of run %s cannot be read: %s", row.id, row.recipe)
        return None
    fields["state"] = RunState(row.state)
    fields["versions"] = json.loads(row.versions)
    fields["teaching"] = Teaching(**json.loads(row.teaching)) if row.teaching else None
    return Run(**fields)


def find(connection: Connection, run_id: str) -> Run:
    """The run of this id. Raises `RunError` if there is none."""
    row = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).one_or_none()
    if row is None:
        raise RunError("That run is not on this server any more. Choose another one, or start a new one.")
    run = read_run(row)
    if run is None:
        raise RunError("That run was made by another version of Digit Lab. Choose another one.")
    return run


def owned(connection: Connection, run_id: str, owner: str) -> Run:
    """The run of this id, for its owner. Raises `RunError` for anybody else."""
    run = find(connection, run_id)
    if run.owner != owner:
        raise RunError("Only the person who started this run can change it.")
    return run


def read_history(connection: Connection, run_id: str) -> tuple[Epoch, ...]:
    """The finished epochs of a run."""
    columns = [EPOCHS.c[field.name] for field in dataclasses.fields(Epoch)]
    query = select(*columns).where(EPOCHS.c.run_id == run_id).order_by(EPOCHS.c.number)
    return tuple(Epoch(*row) for row in connection.execute(query))


def read_file(connection: Connection, run_id: str, kind: str) -> bytes | None:
    """A file of a run, or None. Raises `RunError` if it is damaged."""
    query = select(FILES.c.content, FILES.c.sha256).where(FILES.c.run_id == run_id, FILES.c.kind == kind)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if checksum(row.content) != row.sha256:
        raise RunError("What is saved of this run is damaged. Choose another one, or train it again.")
    return bytes(row.content)


def write_file(connection: Connection, run_id: str, kind: str, content: bytes) -> None:
    """Write a file of a run, in place of the one before."""
    of_run = (FILES.c.run_id == run_id, FILES.c.kind == kind)
    values = {"content": content, "size": len(content), "sha256": checksum(content)}
    if connection.execute(update(FILES).where(*of_run).values(**values)).rowcount == 0:
        connection.execute(insert(FILES).values(run_id=run_id, kind=kind, **values))


def checksum(content: bytes) -> str:
    """Tells whether a file is whole."""
    return hashlib.sha256(content).hexdigest()


def read_usage(connection: Connection) -> Usage:
    """How full the store is."""
    return Usage(
        runs=connection.scalar(select(func.count()).select_from(RUNS)) or 0,
        models=connection.scalar(select(func.count()).select_from(RUNS).where(RUNS.c.has_model)) or 0,
        bytes=connection.scalar(select(func.sum(FILES.c.size))) or 0,
    )


def drop(connection: Connection, run_id: str) -> None:
    """Delete a run with all that belongs to it."""
    # Not left to the database: SQLite does not cascade, see core/database.py.
    for table in (FILES, EPOCHS):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(RUNS).where(RUNS.c.id == run_id))


def make_room(connection: Connection, max_bytes: int = MAX_BYTES, max_runs: int = MAX_RUNS) -> None:
    """Keep the store within its bounds.

    First the files of the oldest runs go that nobody has named, then those of named ones;
    the records stay, until there are too many. What is active, marked, or was looked at
    within `OPEN_TIME` stays untouched, even if the store is then too full.
    """
    usage = read_usage(connection)
    excess_bytes, excess_runs = usage.bytes - max_bytes, usage.runs - max_runs
    if max(excess_bytes, excess_runs) <= 0:
        return
    opened = RUNS.c.opened.between(as_text(datetime.now(UTC) - OPEN_TIME), now())
    size = select(FILES.c.run_id, func.sum(FILES.c.size).label("size")).group_by(FILES.c.run_id).subquery()
    spare = (
        select(RUNS.c.id, func.coalesce(size.c.size, 0).label("size"))
        .outerjoin(size, size.c.run_id == RUNS.c.id)
        .where(
            RUNS.c.state.not_in(ACTIVE),
            RUNS.c.marked.is_(False),
            or_(RUNS.c.opened.is_(None), not_(opened)),
        )
        .order_by(RUNS.c.named, RUNS.c.number)
    )
    for run_id, run_size in connection.execute(spare).all():
        if excess_runs > 0:
            drop(connection, run_id)
            excess_runs -= 1
        elif excess_bytes > 0 and run_size:
            connection.execute(delete(FILES).where(FILES.c.run_id == run_id))
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(has_model=False))
        else:
            continue
        excess_bytes -= run_size
        if max(excess_bytes, excess_runs) <= 0:
            return


def now() -> str:
    """The present moment as the store writes it."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime) -> str:
    """Date and time as the store writes them."""
    return moment.isoformat(timespec="seconds")
