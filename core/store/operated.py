"""Keep a network that was operated on as a run of its own."""

import json
import secrets

from sqlalchemy import Connection, insert, select, update

from core.inspection.operation import Operation
from core.store.queries import find_run, now, update_run, write_epoch, write_file
from core.store.retention import MAX_BYTES, OWNER_BYTES, evict, read_owner_usage, read_usage
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.tables import COUNTER, RUNS

# What the name of such a run ends with.
_OPERATED = " · operated"


def keep_operated(
    store: RunStore,
    parent_id: str,
    operation: Operation,
    network: bytes,
    owner: str,
    nickname: str = "",
    *,
    test_accuracy: float,
) -> Run:
    """Write a new run with a network that was operated on, and return it; evict others if need be.

    Parameters
    ----------
    store : RunStore
    parent_id : str
        The run whose network it was, of anybody; it stays as it is. The new one has its recipe and
        its learning curve, but cannot be continued: an optimizer would have to follow.
    operation : Operation
    network : bytes
        A ``.keras`` file.
    owner, nickname : str
    test_accuracy : float
        Of the new network, on the 10,000 test images.

    Raises
    ------
    RunError
        If there is no such run, nothing was done to its network, or the owner's pinned models or
        the store leave no room.
    StoreError
        If it would fill the disk.
    """
    if not str(operation):
        raise RunError("Nothing has been changed yet. Move a slider first, then keep the model.")
    parent, history = store.get(parent_id), store.history(parent_id)
    store.database.check_room(len(network))
    with store.database.writing() as connection:
        run_id = _insert(connection, parent, operation, owner, nickname)
        write_file(connection, run_id, "network", network)
        for epoch in history:
            write_epoch(connection, run_id, epoch)
        # Before it has ended, so that it is not evicted itself.
        evict(connection)
        _check_room(connection, owner)
        update_run(
            connection,
            run_id,
            state=RunState.FINISHED,
            has_model=True,
            ended=now(),
            test_accuracy=test_accuracy,
            versions=json.dumps(dict(parent.versions)),
        )
        return find_run(connection, run_id)


def _insert(connection: Connection, parent: Run, operation: Operation, owner: str, nickname: str) -> str:
    """Add a row that nobody trains, and return its id."""
    run_id = secrets.token_hex(4)
    # Processes that add a run wait here for each other.
    connection.execute(update(COUNTER).values(number=COUNTER.c.number + 1))
    connection.execute(
        insert(RUNS).values(
            id=run_id,
            number=connection.scalar(select(COUNTER.c.number)),
            name=parent.name if parent.operation else f"{parent.name}{_OPERATED}",
            owner=owner,
            nickname=nickname,
            recipe=parent.recipe.to_json(),
            state=RunState.RUNNING,
            parent=parent.id,
            parent_epochs=parent.epochs_done,
            operation=operation.to_json(),
            created=now(),
            progress=1.0,
            epochs_done=parent.epochs_done,
            seconds=parent.seconds,
        )
    )
    return run_id


def _check_room(connection: Connection, owner: str) -> None:
    """Refuse what has no room beside that which may not be evicted."""
    if read_owner_usage(connection, owner).bytes > OWNER_BYTES:
        raise RunError(
            f"Your pinned models, and those in use, leave too little of your {OWNER_BYTES // 2**20} MB. "
            "Unpin or delete one on Runs, then try again."
        )
    if read_usage(connection).bytes > MAX_BYTES:
        raise RunError("The server has no space for another model now. Try again in a few minutes.")
