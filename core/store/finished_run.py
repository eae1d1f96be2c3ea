"""Add a run that was not trained here as it is: its network is there from the beginning."""

import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.history import Epoch
from core.recipe import Recipe
from core.store.queries import find_run, now, update_run, write_epoch, write_file
from core.store.retention import MAX_BYTES, OWNER_BYTES, evict, read_owner_usage, read_usage
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.tables import COUNTER, RUNS
from core.store.test_answers import write_answers
from core.test_sets.halves import TestAnswers


def add_finished_run(
    store: RunStore,
    recipe: Recipe,
    history: tuple[Epoch, ...],
    network: bytes,
    owner: str,
    name: str,
    nickname: str = "",
    *,
    versions: Mapping[str, str],
    answers: TestAnswers | None = None,
    **values: Any,
) -> Run:
    """Write a new run with its network, and return it; evict others if need be.

    Parameters
    ----------
    store : RunStore
    recipe : Recipe
    history : tuple of Epoch
        All of them count as those of a parent: how long they took says nothing about this server.
    network : bytes
        A ``.keras`` file.
    owner, name, nickname : str
    versions : mapping of str
    answers : TestAnswers, optional
        Of its network.
    **values
        Other columns.

    Raises
    ------
    RunError
        If the owner's pinned models or the store leave no room.
    StoreError
        If it would fill the disk.
    """
    store.database.check_room(len(network))
    with store.database.writing() as connection:
        run_id = _insert(connection, recipe, history, owner=owner, name=name, nickname=nickname)
        write_file(connection, run_id, "network", network)
        for epoch in history:
            write_epoch(connection, run_id, epoch)
        # Before it has ended, so that it is not evicted itself.
        evict(connection)
        _check_room(connection, owner)
        if answers is not None:
            write_answers(connection, run_id, answers)
            values["open_accuracy"] = answers.open_accuracy
        ended = {"state": RunState.FINISHED, "has_model": True, "ended": now()}
        update_run(connection, run_id, versions=json.dumps(dict(versions)), **ended | values)
        return find_run(connection, run_id)


def _insert(connection: Connection, recipe: Recipe, history: Iterable[Epoch], **values: str) -> str:
    """Add a row that nobody trains, and return its id."""
    run_id = secrets.token_hex(4)
    seconds = [epoch.seconds for epoch in history]
    # Processes that add a run wait here for each other.
    connection.execute(update(COUNTER).values(number=COUNTER.c.number + 1))
    connection.execute(
        insert(RUNS).values(
            id=run_id,
            number=connection.scalar(select(COUNTER.c.number)),
            recipe=recipe.to_json(),
            state=RunState.RUNNING,
            parent_epochs=len(seconds),
            created=now(),
            progress=1.0,
            epochs_done=len(seconds),
            seconds=sum(seconds),
            **values,
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
