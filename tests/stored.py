"""Runs as a training leaves them, without training."""

from sqlalchemy import func, select, text, update

from core.history import Checkpoint, Epoch
from core.jobs.lease import Lease
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.run import Run
from core.store.runs import RunStore
from core.store.tables import FILES
from core.test_sets.confusion import TestConfusion
from core.test_sets.halves import TestAnswers


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
    answers: TestAnswers | None = None,
) -> Run:
    """A run whose epochs are finished, all or the first ones; the rest was stopped."""
    queue = RunQueue(store)
    queue.enqueue(recipe, owner, name, nickname)
    lease = queue.lease("worker")
    assert lease
    finish(lease, accuracy=accuracy, network=network, epochs=epochs, answers=answers)
    return store.get(lease.run.id)


def finish(
    lease: Lease,
    *,
    accuracy: float = 0.9,
    network: bytes = b"network",
    epochs: int | None = None,
    test_confusion: TestConfusion | None = None,
    answers: TestAnswers | None = None,
) -> None:
    """Write all or the first epochs of a run, and its result."""
    recipe = lease.run.recipe
    done = recipe.epochs if epochs is None else epochs
    history = tuple(Epoch(number, 0.5, accuracy, None, None, 1.0) for number in range(1, done + 1))
    for number in range(1, done + 1):
        lease.save(Checkpoint(history[:number], b"state"))
    stopped = done < recipe.epochs
    lease.finish(
        network, b"state", stopped, accuracy, accuracy, {}, test_confusion=test_confusion, answers=answers
    )


def long_ago(store: RunStore) -> None:
    """Nobody has looked at the models for a while."""
    with store.database.writing() as connection:
        connection.execute(text("UPDATE runs SET opened = '2026-01-01T00:00:00+00:00'"))


def set_size(store: RunStore, run_id: str, megabytes: int) -> None:
    """Let the files of a run count as if they took this much."""
    of_run = FILES.c.run_id == run_id
    with store.database.writing() as connection:
        kinds = connection.scalar(select(func.count()).select_from(FILES).where(of_run)) or 1
        connection.execute(update(FILES).where(of_run).values(size=megabytes * 2**20 // kinds))
