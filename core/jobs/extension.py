"""A run that continues another one: it begins with that one's epochs and the state after them."""

import dataclasses

from sqlalchemy import Connection

from core.jobs.queue_admission import admit
from core.recipe import Recipe
from core.steering.control import Control, changes_to_json, changes_until
from core.store.queries import find_run, read_file, read_history, write_epoch, write_file
from core.store.run import Run, RunError


def extend(
    connection: Connection, run_id: str, epochs: int, owner: str, nickname: str, has_cookie: bool
) -> str:
    """Queue a new run that continues where another one has ended, and return its id.

    Takes the arguments of `core.jobs.queue.RunQueue.extend`, and raises the same.
    """
    parent = find_run(connection, run_id)
    state = _state_of(connection, parent)
    history = read_history(connection, run_id)
    recipe = dataclasses.replace(parent.recipe, epochs=len(history) + epochs)
    (new_id,) = admit(
        connection,
        owner,
        parent.name,
        nickname,
        (recipe,),
        has_cookie,
        brings=len(state),
        parent=run_id,
        parent_epochs=len(history),
        epochs_done=len(history),
        seconds=parent.seconds,
        progress=len(history) / recipe.epochs,
        control=Control(parent.control.factor).to_json(),
        rate_changes=_rate_changes(parent, len(history), recipe),
    )
    write_file(connection, new_id, "state", state)
    for epoch in history:
        write_epoch(connection, new_id, epoch)
    return new_id


def _state_of(connection: Connection, parent: Run) -> bytes:
    """Return what a run can be continued from. Raises `RunError` if there is nothing."""
    if parent.fine_tuning:
        raise RunError("This is a fine-tuned model. To train it further, fine-tune it on more drawings.")
    state = read_file(connection, parent.id, "state")
    if state is None or not parent.has_model:
        raise RunError("This run cannot be continued. Choose another one, or train again.")
    return state


def _rate_changes(parent: Run, epochs: int, recipe: Recipe) -> str:
    """Return the changes of the learning rate within the epochs that are continued, as JSON."""
    # A run that was stopped has learned more than its whole epochs, at the rates of then.
    return changes_to_json(changes_until(parent.rate_changes, epochs * recipe.steps_per_epoch))
