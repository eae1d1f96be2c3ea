"""Runs as a training leaves them, without training."""

from core.history import Checkpoint, Epoch
from core.jobs.queue import Line
from core.recipe import Recipe
from core.store.run import Run
from core.store.runs import RunStore


def finished_run(
    store: RunStore,
    recipe: Recipe,
    owner: str = "ann",
    name: str = "Run",
    *,
    nickname: str = "",
    accuracy: float = 0.9,
    network: bytes = b"network",
    epochs: int | None = None,
) -> Run:
    """A run whose epochs are finished, all or the first ones; the rest was stopped."""
    line = Line(store)
    line.enqueue(recipe, owner, name, nickname)
    claim = line.claim("worker")
    assert claim
    done = recipe.epochs if epochs is None else epochs
    history = tuple(Epoch(number, 0.5, accuracy, None, None, 1.0) for number in range(1, done + 1))
    for number in range(1, done + 1):
        claim.save(Checkpoint(history[:number], b"state"))
    claim.finish(network, b"state", done < recipe.epochs, accuracy, accuracy, {})
    return store.get(claim.run.id)
