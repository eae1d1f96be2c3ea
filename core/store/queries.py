"""What is read and written of a run within a transaction."""

import dataclasses
import hashlib
import json
import logging
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from core.fine_tuning import Teaching
from core.history import Epoch
from core.recipe import Recipe, RecipeError
from core.store.run import Run, RunError, RunState
from core.store.tables import EPOCHS, FILES, RUNS

_log = logging.getLogger(__name__)


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


def drop(connection: Connection, run_id: str) -> None:
    """Delete a run with all that belongs to it."""
    # Not left to the database: SQLite does not cascade, see core/store/database.py.
    for table in (FILES, EPOCHS):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(RUNS).where(RUNS.c.id == run_id))


def now() -> str:
    """The present moment as the store writes it."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime) -> str:
    """Date and time as the store writes them."""
    return moment.isoformat(timespec="seconds")


def _set(connection: Connection, run_id: str, **values: Any) -> None:
    connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(**values))


def _end(connection: Connection, run_id: str, **values: Any) -> None:
    _set(connection, run_id, worker=None, stopping=False, ended=now(), **values)
