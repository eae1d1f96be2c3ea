"""What is read and written of a run within a transaction."""

import dataclasses
import functools
import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from core.fine_tuning.outcome import FineTuning
from core.history import Epoch
from core.inspection.operation import Operation
from core.recipe import Recipe
from core.steering.control import Control, changes_from_json
from core.store.log_limit import LogLimit
from core.store.run import Run, RunError, RunState
from core.store.tables import DRAWINGS, EPOCHS, FILES, RUNS, SNAPSHOTS, TEST_ANSWERS

# A drawing makes its owner known from this age on: it is saved with a click.
HISTORY_AGE = timedelta(hours=1)
# Many runs have one recipe, and every page reads many runs: to check a recipe takes more than the
# rest of reading a run. A recipe cannot change.
_recipe = functools.lru_cache(maxsize=1024)(Recipe.from_json)

_log = logging.getLogger(__name__)
_lines = LogLimit()


def run_from_row(row: Row[Any]) -> Run | None:
    """Return the run in a row of the table, or None if it is one of another version, or damaged."""
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(Run)}
    try:
        fields["recipe"] = _recipe(row.recipe)
        fields["state"] = RunState(row.state)
        fields["versions"] = dict(json.loads(row.versions))
        fields["fine_tuning"] = FineTuning.from_json(row.fine_tuning) if row.fine_tuning else None
        fields["control"] = Control.from_json(row.control) if row.control else Control()
        fields["rate_changes"] = changes_from_json(row.rate_changes) if row.rate_changes else ()
        fields["operation"] = Operation.from_json(row.operation) if row.operation else None
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        if _lines.is_due(row.id):
            _log.warning("Run %s cannot be read. Its recipe: %s", row.id, row.recipe, exc_info=True)
        return None
    return Run(**fields)


def find_run(connection: Connection, run_id: str) -> Run:
    """Return the run of this id. Raises `RunError` if there is none."""
    row = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).one_or_none()
    if row is None:
        raise RunError(
            "That run is no longer on this server: it was deleted, or taken out of the queue. "
            "Choose another one, or start a new one."
        )
    run = run_from_row(row)
    if run is None:
        raise RunError("That run was made by another version of Digit Lab. Choose another one.")
    return run


def find_owned_run(connection: Connection, run_id: str, owner: str) -> Run:
    """Return the run of this id to its owner. Raises `RunError` for anybody else."""
    run = find_run(connection, run_id)
    if run.owner != owner:
        raise RunError("Only the person who started this run can change it.")
    return run


def is_known(connection: Connection, owner: str) -> bool:
    """Return whether an owner has trained here before, or saved a drawing some time ago."""
    trained = select(RUNS.c.id).where(
        RUNS.c.owner == owner, RUNS.c.state.in_((RunState.FINISHED, RunState.STOPPED))
    )
    before = as_text(datetime.now(UTC) - HISTORY_AGE)
    drawn = select(DRAWINGS.c.id).where(DRAWINGS.c.owner == owner, DRAWINGS.c.created <= before)
    return any(connection.scalar(query.limit(1)) is not None for query in (trained, drawn))


def update_run(connection: Connection, run_id: str, **values: Any) -> None:
    """Write columns of a run."""
    connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(**values))


def end_run(connection: Connection, run_id: str, **values: Any) -> None:
    """Write columns of a run that ends now: no worker has it any more."""
    update_run(connection, run_id, worker=None, stopping=False, ended=now(), **values)


def delete_run(connection: Connection, run_id: str) -> None:
    """Delete a run with all that belongs to it."""
    # Not left to the database: SQLite does not cascade, see core/store/engine.py.
    for table in (FILES, SNAPSHOTS, EPOCHS, TEST_ANSWERS):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(RUNS).where(RUNS.c.id == run_id))


def read_history(connection: Connection, run_id: str) -> tuple[Epoch, ...]:
    """Return the finished epochs of a run."""
    columns = [EPOCHS.c[field.name] for field in dataclasses.fields(Epoch)]
    query = select(*columns).where(EPOCHS.c.run_id == run_id).order_by(EPOCHS.c.number)
    return tuple(Epoch(*row) for row in connection.execute(query))


def write_epoch(connection: Connection, run_id: str, epoch: Epoch) -> None:
    """Write a finished epoch of a run."""
    connection.execute(insert(EPOCHS).values(run_id=run_id, **dataclasses.asdict(epoch)))


def read_file(connection: Connection, run_id: str, kind: str) -> bytes | None:
    """Return a file of a run, or None. Raises `RunError` if it is damaged."""
    query = select(FILES.c.content, FILES.c.sha256).where(FILES.c.run_id == run_id, FILES.c.kind == kind)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if checksum(row.content) != row.sha256:
        raise RunError("The saved files of this run are damaged. Choose another run, or train it again.")
    return bytes(row.content)


def write_file(connection: Connection, run_id: str, kind: str, content: bytes) -> None:
    """Write a file of a run, in place of the one before."""
    of_run = (FILES.c.run_id == run_id, FILES.c.kind == kind)
    values = {"content": content, "size": len(content), "sha256": checksum(content)}
    if connection.execute(update(FILES).where(*of_run).values(**values)).rowcount == 0:
        connection.execute(insert(FILES).values(run_id=run_id, kind=kind, **values))


def checksum(content: bytes) -> str:
    """Return the SHA-256 digest of a file, which tells whether it is whole."""
    return hashlib.sha256(content).hexdigest()


def now() -> str:
    """Return the present moment as the store writes it."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime) -> str:
    """Return date and time as the store writes them."""
    return moment.isoformat(timespec="seconds")
