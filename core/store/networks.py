"""The network of a run: from the database to Keras."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from core.store.queries import find_run, read_file
from core.store.run import RunError

if TYPE_CHECKING:
    import keras


def read_trained_network(connection: Connection, run_id: str) -> bytes:
    """Return the network of a run that was trained here, as a ``.keras`` file.

    Raises
    ------
    RunError
        If the run does not exist, has no network, or its file is damaged.
    """
    run = find_run(connection, run_id)
    content = read_file(connection, run_id, "network")
    if content is not None:
        return content
    if run.state.active:
        raise RunError("This run has no model yet. Wait until training ends.")
    why = run.eviction or "The model of this run is no longer saved."
    raise RunError(f"{why} Choose another model, or train it again.")


def open_network(content: bytes) -> "keras.Model":
    """Return the network in a ``.keras`` file.

    Raises
    ------
    RunError
        If it cannot be read.
    """
    # Imported here because it brings TensorFlow, which a list of runs does not need.
    from core.model import ModelError, from_bytes

    try:
        return from_bytes(content)
    except ModelError as error:
        raise RunError(str(error)) from error
    except MemoryError as error:
        raise RunError(
            "The server has too little free memory to load this model. Try again later."
        ) from error
