"""The worker processes that are there, also those that train nothing at this moment.

Each counts up a heartbeat of its own. A server that trains nothing itself looks here whether
anybody does. Servers that train themselves are not listed.
"""

import contextlib
import threading
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from core.store.database import StoreError
from core.store.queries import now
from core.store.runs import RunStore
from core.store.tables import WORKERS

# How often a worker process says that it is there.
REGISTER_SECONDS = 2.0


@dataclass(frozen=True)
class RegisteredWorker:
    """A worker process.

    Attributes
    ----------
    id : str
        As in the heartbeat of the run that it trains.
    heartbeat : int
        Differs from that of an earlier look if the worker is alive.
    started : str
        Date and time, UTC, ISO 8601.
    """

    id: str
    heartbeat: int
    started: str


def registered_workers(store: RunStore) -> tuple[RegisteredWorker, ...]:
    """Return the worker processes, the oldest first."""
    query = select(WORKERS).order_by(WORKERS.c.started, WORKERS.c.id)
    with store.database.reading() as connection:
        return tuple(RegisteredWorker(*row) for row in connection.execute(query))


def count_workers(store: RunStore) -> int:
    """Return how many worker processes there are; each trains one run at a time."""
    with store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(WORKERS)) or 0


def register(store: RunStore, worker: str) -> None:
    """Say that a worker process is alive; also that it is there, if it is not listed (any more)."""
    alive = update(WORKERS).where(WORKERS.c.id == worker).values(heartbeat=WORKERS.c.heartbeat + 1)
    with store.database.writing() as connection:
        if connection.execute(alive).rowcount == 0:
            connection.execute(insert(WORKERS).values(id=worker, heartbeat=0, started=now()))


def keep_registered(store: RunStore, worker: str, ended: threading.Event) -> None:
    """Say again and again that a worker process is alive, until an event is set; then unregister it."""
    while not ended.is_set():
        with contextlib.suppress(StoreError):  # The database itself writes into the log what is wrong.
            register(store, worker)
        ended.wait(REGISTER_SECONDS)
    with contextlib.suppress(StoreError):
        unregister(store, worker)


def unregister(store: RunStore, worker: str, heartbeat: int | None = None) -> None:
    """Take a worker process from the list; with a heartbeat, only if it has been silent since."""
    gone = delete(WORKERS).where(WORKERS.c.id == worker)
    if heartbeat is not None:
        gone = gone.where(WORKERS.c.heartbeat == heartbeat)
    with store.database.writing() as connection:
        connection.execute(gone)
