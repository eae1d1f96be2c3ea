"""Runs as they wait and are trained, for the tests of the queue."""

import numpy as np

from core.fine_tuning.drawings import Drawings
from core.history import Checkpoint, Epoch
from core.jobs.lease import Lease
from core.jobs.queue import RunQueue
from core.recipe import Recipe

RECIPE = Recipe(epochs=3)
OTHER = Recipe(epochs=3, seed=1)
EPOCHS = tuple(Epoch(number, 0.5, 0.9, None, None, 2.0) for number in (1, 2, 3))


def leased(queue: RunQueue, owner: str = "ann") -> Lease:
    queue.enqueue(RECIPE, owner, "Run")
    lease = queue.lease("worker 1")
    assert lease
    return lease


def save(lease: Lease, epochs: int) -> None:
    for done in range(1, epochs + 1):
        lease.save(Checkpoint(EPOCHS[:done], f"state {done}".encode()))


def finish(lease: Lease) -> None:
    lease.finish(b"network", b"end state", False, 0.9, 0.9, {})


def some_drawings(count: int = 12) -> Drawings:
    return Drawings(np.zeros((count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8) % 10)
