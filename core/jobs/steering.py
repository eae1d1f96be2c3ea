"""The owner's hand on a training: what they want, and what they see of it, goes through the store."""

import contextlib

from core.steering.control import MAX_CHANGES, Control, factors_of
from core.steering.moment import Moment
from core.store.queries import find_owned_run, read_file, update_run
from core.store.run import RunError
from core.store.runs import RunStore


def steer(store: RunStore, run_id: str, owner: str, control: Control) -> None:
    """Say what the owner of a run wants of its training; the worker follows within half a second.

    Raises
    ------
    RunError
        If the run is somebody else's, has ended, cannot have this learning rate, or has had too many.
    """
    with store.database.writing() as connection:
        run = find_owned_run(connection, run_id, owner)
        if not run.state.active:
            raise RunError("This training has ended, so it can no longer be steered.")
        if run.fine_tuning:
            raise RunError("A fine-tuning takes a few seconds and cannot be steered.")
        if control.factor not in (*factors_of(run.recipe), run.control.factor):
            raise RunError("This learning rate is beyond its limits. Choose another one.")
        if control.factor != run.control.factor and len(run.rate_changes) >= MAX_CHANGES:
            raise RunError(
                f"You have changed the learning rate of this run {MAX_CHANGES} times, which is the limit."
            )
        update_run(connection, run_id, control=control.to_json())


def moment_of(store: RunStore, run_id: str) -> Moment | None:
    """Return where a training pauses and what its last batch has changed; None if it never has."""
    with store.database.reading() as connection, contextlib.suppress(ValueError, RunError):
        content = read_file(connection, run_id, "moment")
        return Moment.from_bytes(content) if content else None
    return None
