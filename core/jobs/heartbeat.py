"""Heartbeats of all workers: whose run goes back into the queue because its worker is silent."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import select

from core.store.queries import end_run, update_run
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.tables import RUNS

# How many times a run is begun without finishing one more epoch; then it waits for its owner.
# A run that brings the server down must not do so for ever.
MAX_ATTEMPTS = 3
# After this time without a heartbeat those who watch the run are told.
SILENT_SECONDS = 3.0

_INTERRUPTED = (
    "The server stopped several times during one epoch of this run. Resume it, or train a smaller network."
)

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Watch(Generic[T]):
    """Tells which signs of life have stood still, by this process' own clock."""

    def __init__(self) -> None:
        self._since: dict[T, float] = {}

    def still(self, signs: Iterable[T], seconds: float) -> list[T]:
        """Return which of these have been the same at every look for more than this time."""
        moment = time.monotonic()
        self._since = {sign: self._since.get(sign, moment) for sign in signs}
        return [sign for sign, since in self._since.items() if moment - since > seconds]


@dataclass(frozen=True)
class Heartbeat:
    """A sign of life of a worker.

    Attributes
    ----------
    run_id, worker : str
    count : int
        Differs from that of an earlier look if the worker is alive.
    """

    run_id: str
    worker: str
    count: int


def heartbeats(store: RunStore) -> tuple[Heartbeat, ...]:
    """Return the last heartbeats of all workers, of all servers."""
    query = select(RUNS.c.id, RUNS.c.worker, RUNS.c.heartbeat).where(RUNS.c.state == RunState.RUNNING)
    with store.database.reading() as connection:
        return tuple(Heartbeat(*row) for row in connection.execute(query))


def requeue_stale(store: RunStore, heartbeat: Heartbeat) -> None:
    """Put a run back into the queue if its worker has been silent since this heartbeat."""
    with store.database.writing() as connection:
        stale = (
            RUNS.c.id == heartbeat.run_id,
            RUNS.c.state == RunState.RUNNING,
            RUNS.c.worker == heartbeat.worker,
            RUNS.c.heartbeat == heartbeat.count,
        )
        # Locked, because others may be giving the same run back at this moment, and a worker take it
        # in between.
        attempts = connection.scalar(select(RUNS.c.attempts).where(*stale).with_for_update())
        if attempts is None:
            return
        _log.warning(
            "Worker %s is silent; run %s is taken from it.",
            heartbeat.worker,
            heartbeat.run_id,
            extra={"run": heartbeat.run_id},
        )
        if attempts < MAX_ATTEMPTS:
            update_run(connection, heartbeat.run_id, state=RunState.QUEUED, worker=None)
        else:
            end_run(connection, heartbeat.run_id, state=RunState.INTERRUPTED, failure=_INTERRUPTED)
